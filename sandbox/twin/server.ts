// What the twins of Zalo, VNeID, the register, the card authority and the SMS gateway share: a small HTTP
// server whose answers are functions from request to reply, knobs over HTTP, and the ways an answer can break.

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly fault?: Fault;
  readonly delayMs?: number;
};

/** How an answer breaks: silence, a cut connection, an outage page, half a body, ten megabytes, nothing, no JSON or XML at all. */
export const faultSchema = z.enum([
  'none',
  'hang',
  'reset',
  'http500',
  'http503',
  'html502',
  'html504',
  'empty200',
  'truncate',
  'huge',
  'garbage',
  'redirect',
]);
export type Fault = z.output<typeof faultSchema>;

export type Twin<Knobs> = {
  readonly url: string;
  knobs(): Knobs;
  setKnobs(change: Partial<Knobs>): void;
  /** Back to the knobs the twin was started with. */
  resetKnobs(): void;
  /** Method and path of what was asked, oldest first, without queries and bodies. */
  requests(): readonly string[];
  close(): Promise<void>;
};

const BODY_LIMIT_BYTES = 256 * 1024;
const HUGE_BYTES = 10 * 1024 * 1024;

export async function startTwin<Knobs extends object>(options: {
  /** 0 or absent: any free port. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly knobSchema: z.ZodType<Knobs>;
  readonly knobs?: Partial<Knobs> | undefined;
  readonly bodyLimitBytes?: number;
  readonly answer: (asked: Asked, moment: { knobs: Knobs; url: string }) => Answer | Promise<Answer>;
  /** Answers what lies under /__sandbox/, apart from the knobs; such requests are not kept and never break. */
  readonly levers?: (asked: Asked, moment: { knobs: Knobs; url: string }) => Answer | Promise<Answer>;
  /** After the knobs were reset. */
  readonly onReset?: () => void;
}): Promise<Twin<Knobs>> {
  const firstKnobs = options.knobSchema.parse({ ...options.knobs });
  let knobs = firstKnobs;
  const seen: string[] = [];
  const host = options.host ?? '127.0.0.1';

  const reset = (): void => {
    knobs = firstKnobs;
    options.onReset?.();
  };
  const changed = (change: object) =>
    // What is undefined stays as it is: a schema would fall back to its default.
    options.knobSchema.safeParse({ ...knobs, ...withoutUndefined(change) });

  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch((error: unknown) => {
      process.stderr.write(
        `sandbox twin: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}\n`,
      );
      outgoing.destroy();
    });
  });

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const asked = await readRequest(incoming, options.bodyLimitBytes ?? BODY_LIMIT_BYTES);
    if (asked === 'too large') return send(outgoing, text(413, asked));
    if (asked === 'bad address') return send(outgoing, text(400, asked));
    if (asked.path === '/__sandbox/knobs') return send(outgoing, knobLever(asked));
    if (options.levers !== undefined && asked.path.startsWith('/__sandbox/'))
      return send(outgoing, await options.levers(asked, { knobs, url }));
    seen.push(`${asked.method} ${asked.path}`);
    if (seen.length > 1000) seen.shift();
    const answer = await options.answer(asked, { knobs, url });
    if (answer.delayMs) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
    sendBroken(outgoing, answer);
  }

  // JSON only: a form on a stranger's page must not reach the levers through a browser.
  function knobLever(asked: Asked): Answer {
    if (asked.method === 'PUT') {
      const change = z.record(z.string(), z.unknown()).safeParse(parsedJson(asked));
      const next = changed(change.data ?? {});
      if (!change.success || !next.success)
        return json(400, { problem: z.prettifyError(next.error ?? change.error ?? new z.ZodError([])) });
      knobs = next.data;
    } else if (asked.method === 'DELETE') reset();
    return json(200, knobs);
  }

  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const url = `http://${host}:${port}`;

  return {
    url,
    knobs: () => knobs,
    setKnobs: (change) => {
      const next = changed(change);
      if (!next.success) throw next.error;
      knobs = next.data;
    },
    resetKnobs: reset,
    requests: () => seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Hung answers would keep the server open for ever.
        server.closeAllConnections();
      }),
  };
}

export function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}

export function text(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

export function redirectTo(location: string): Answer {
  return {
    status: 302,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    body: '',
  };
}

/** The body as JSON, or undefined if it does not say or is not JSON. */
export function parsedJson(asked: Asked): unknown {
  if (!/^application\/json\b/i.test(asked.headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(asked.body);
  } catch {
    return undefined;
  }
}

const withoutUndefined = (change: object) =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

async function readRequest(
  incoming: IncomingMessage,
  limitBytes: number,
): Promise<Asked | 'too large' | 'bad address'> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming) {
    const bytes = chunk as Buffer; // a request stream without an encoding yields buffers (node:stream)
    sizeBytes += bytes.length;
    if (sizeBytes > limitBytes) return 'too large';
    chunks.push(bytes);
  }
  const url = URL.parse(`http://twin.invalid${incoming.url ?? '/'}`);
  if (url === null) return 'bad address';
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function sendBroken(outgoing: ServerResponse, answer: Answer): void {
  switch (answer.fault ?? 'none') {
    case 'none':
      return send(outgoing, answer);
    case 'hang':
      return;
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return;
    case 'http500':
      return send(outgoing, text(500, 'Internal Server Error'));
    case 'http503':
      return send(outgoing, text(503, 'Service Unavailable'));
    case 'html502':
      return send(outgoing, gatewayPage(502, 'Bad Gateway'));
    case 'html504':
      return send(outgoing, gatewayPage(504, 'Gateway Time-out'));
    case 'empty200':
      return send(outgoing, { ...answer, status: 200, body: '' });
    case 'garbage':
      return send(outgoing, { ...answer, body: '<html>Hệ thống đang bảo trì' });
    case 'redirect':
      return send(outgoing, redirectTo('http://169.254.169.254/'));
    case 'huge':
      return send(outgoing, { ...answer, body: answer.body.padEnd(HUGE_BYTES, ' ') });
    case 'truncate': {
      const body = Buffer.from(answer.body);
      outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': body.length + 1 });
      outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.destroy());
    }
  }
}

const gatewayPage = (status: number, title: string): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html><head><title>${status} ${title}</title></head><body>${title}</body></html>`,
});

function send(outgoing: ServerResponse, answer: Answer): void {
  // The client of a huge answer hangs up in the middle; that is its right.
  outgoing.on('error', () => undefined);
  outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  outgoing.end(answer.body);
}
