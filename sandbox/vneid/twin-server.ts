// What the twins of VNeID, the register and the SMS gateway share: a small HTTP server whose answers
// are functions from request to reply, knobs over HTTP, and the ways an answer can break.

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

/** How an answer breaks: silence, a cut connection, an outage page, half a body, ten megabytes, no JSON or XML at all. */
export const faultSchema = z.enum([
  'none',
  'hang',
  'reset',
  'http500',
  'http503',
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
  readonly answer: (asked: Asked, moment: { knobs: Knobs; url: string }) => Answer | Promise<Answer>;
}): Promise<Twin<Knobs>> {
  const firstKnobs = options.knobSchema.parse({ ...options.knobs });
  let knobs = firstKnobs;
  const seen: string[] = [];
  const host = options.host ?? '127.0.0.1';

  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch((error: unknown) => {
      process.stderr.write(
        `sandbox twin: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}\n`,
      );
      outgoing.destroy();
    });
  });

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const asked = await readRequest(incoming);
    if (asked === undefined) return send(outgoing, text(413, 'too large'));
    if (asked.path === '/__sandbox/knobs') return send(outgoing, knobLever(asked));
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
      const next = options.knobSchema.safeParse({ ...knobs, ...change.data });
      if (!change.success || !next.success)
        return json(400, { problem: z.prettifyError(next.error ?? change.error ?? new z.ZodError([])) });
      knobs = next.data;
    } else if (asked.method === 'DELETE') knobs = firstKnobs;
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
      knobs = options.knobSchema.parse({ ...knobs, ...change });
    },
    resetKnobs: () => {
      knobs = firstKnobs;
    },
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

/** `undefined`: larger than anything these systems are sent. */
async function readRequest(incoming: IncomingMessage): Promise<Asked | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming) {
    const bytes = chunk as Buffer; // a request stream without an encoding yields buffers (node:stream)
    sizeBytes += bytes.length;
    if (sizeBytes > BODY_LIMIT_BYTES) return undefined;
    chunks.push(bytes);
  }
  const url = new URL(`http://twin.invalid${incoming.url ?? '/'}`);
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

function send(outgoing: ServerResponse, answer: Answer): void {
  // The client of a huge answer hangs up in the middle; that is its right.
  outgoing.on('error', () => undefined);
  outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  outgoing.end(answer.body);
}
