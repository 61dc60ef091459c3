// A fake Zalo as a real HTTP server. One origin stands for oauth.zaloapp.com and
// graph.zalo.me: their paths do not meet. Contract: zalo.md §7.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Answer, Asked, Moment } from './answers.ts';
import { control, endpoints, type Endpoint, type Levers, type SeenRequest } from './control.ts';
import { me, meInfo } from './graph.ts';
import { defaultKnobs, withChange, type KnobChange, type Knobs } from './knobs.ts';
import { accessToken, issueCode, permission, permissionError } from './oauth.ts';
import type { ZnsMessage } from './oa-state.ts';
import { oaToken, templateMessage } from './zns.ts';
import { createState, findApp, findCitizen, type ZaloApp, type ZaloCitizen } from './state.ts';

export type ZaloTwin = Levers & {
  readonly url: string;
  /** A code as the permission page would give it. Without `appId`: the first app. */
  mintCode(wanted: { zaloId: string; codeChallenge?: string; appId?: string }): string;
  /** What the phone (+84…) got as template messages, newest first. */
  znsInbox(phone: string): readonly ZnsMessage[];
  /** Ends the Official Account's access token, as a new one made elsewhere would. */
  dropOaToken(): void;
  close(): Promise<void>;
};

const bodyLimitBytes = 64 * 1024;

const handlers: Record<Endpoint, (asked: Asked, moment: Moment) => Answer> = {
  permission,
  'permission/error': permissionError,
  access_token: accessToken,
  me,
  'me/info': meInfo,
  'message/template': templateMessage,
  'oa/access_token': oaToken,
};

export async function startZalo(options: {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly apps: readonly ZaloApp[];
  readonly citizens: readonly ZaloCitizen[];
  readonly knobs?: KnobChange;
  readonly phoneOrigin?: string;
  /** What the Official Account's owner got from the console. */
  readonly oaRefreshToken?: string;
}): Promise<ZaloTwin> {
  const state = createState(options.apps, options.citizens, options.oaRefreshToken);
  if (options.phoneOrigin !== undefined) state.oa.onMessage = tellPhone(options.phoneOrigin);
  const firstKnobs = withChange(defaultKnobs, options.knobs ?? {});
  let knobs = firstKnobs;
  const queues = new Map<Endpoint, KnobChange[]>();
  const seen: SeenRequest[] = [];

  const momentWith = (current: Knobs): Moment => ({
    state,
    knobs: current,
    nowMs: Date.now() + current['clock.aheadMs'],
    phoneOrigin: options.phoneOrigin,
  });
  const levers: Levers = {
    knobs: () => knobs,
    setKnobs: (change) => {
      knobs = withChange(knobs, change);
    },
    resetKnobs: () => {
      knobs = firstKnobs;
      queues.clear();
    },
    queue: (endpoint, ...steps) => {
      queues.set(endpoint, [...(queues.get(endpoint) ?? []), ...steps]);
    },
    requests: () => seen,
  };

  const server = createServer((incoming, outgoing) => {
    void respond(incoming, outgoing).catch(() => {
      if (outgoing.headersSent) outgoing.destroy();
      else send(outgoing, plain(400, 'bad request'));
    });
  });

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const asked = await readRequest(incoming);
    if (asked === undefined) return send(outgoing, plain(413, 'too large'));
    if (asked.path.startsWith('/__sandbox/')) {
      return send(outgoing, control(asked, momentWith(knobs), levers));
    }
    const endpoint = endpointOf(asked.path);
    if (endpoint === undefined) return send(outgoing, plain(404, 'not found'));
    seen.push(journalEntry(endpoint, asked));
    if (seen.length > 1000) seen.shift();
    const current = withChange(knobs, queues.get(endpoint)?.shift() ?? {});
    sendWithFault(outgoing, current['net.fault'], handlers[endpoint](asked, momentWith(current)));
  }

  const host = options.host ?? '127.0.0.1';
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

  return {
    ...levers,
    url: `http://${host}:${port}`,
    mintCode: (wanted) => {
      const app = findApp(state, wanted.appId ?? options.apps[0]?.appId ?? null);
      const citizen = findCitizen(state, wanted.zaloId);
      if (app === undefined || citizen === undefined) throw new Error('unknown app or citizen');
      return issueCode(momentWith(knobs), app, citizen, wanted.codeChallenge);
    },
    znsInbox: (phone) => state.oa.phones.get(phone) ?? [],
    dropOaToken: () => {
      state.oa.accessToken = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Hung requests would keep the server open for ever.
        server.closeAllConnections();
      }),
  };
}

// The sandbox phone is one device: what Zalo brings is shown beside the SMS.
const tellPhone = (origin: string) => (phone: string, text: string) =>
  void fetch(`${origin}/${phone}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  }).catch(() => {});

/** `undefined`: the body is larger than anything Zalo is sent. */
async function readRequest(incoming: IncomingMessage): Promise<Asked | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    // A request stream without an encoding yields buffers (node:stream).
    const buffer = chunk as Buffer;
    bytes += buffer.length;
    if (bytes > bodyLimitBytes) return undefined;
    chunks.push(buffer);
  }
  const url = new URL(`http://zalo.invalid${incoming.url ?? '/'}`);
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function sendWithFault(outgoing: ServerResponse, fault: Knobs['net.fault'], answer: Answer): void {
  switch (fault) {
    case 'none':
      return send(outgoing, answer);
    case 'hang':
      return;
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return;
    case 'truncate': {
      const body = Buffer.from(answer.body);
      outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': body.length + 1 });
      outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.destroy());
      return;
    }
    case 'html502':
      return send(outgoing, gatewayError(502, 'Bad Gateway'));
    case 'html504':
      return send(outgoing, gatewayError(504, 'Gateway Time-out'));
    case 'empty200':
      return send(outgoing, { ...answer, status: 200, body: '' });
  }
}

function send(outgoing: ServerResponse, answer: Answer): void {
  outgoing.writeHead(answer.status, {
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
  });
  outgoing.end(answer.body);
}

function endpointOf(path: string): Endpoint | undefined {
  return Object.entries(endpoints).find(([known]) => known === path)?.[1];
}

function journalEntry(endpoint: Endpoint, asked: Asked): SeenRequest {
  const parameters = new Set([...asked.query.keys(), ...new URLSearchParams(asked.body).keys()]);
  return {
    endpoint,
    method: asked.method,
    headers: Object.keys(asked.headers),
    parameters: [...parameters],
  };
}

function gatewayError(status: number, title: string): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: `<html><head><title>${status} ${title}</title></head><body>${title}</body></html>`,
  };
}

function plain(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/plain' }, body: text };
}
