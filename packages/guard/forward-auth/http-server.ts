// Answers nginx, Traefik, Envoy and APISIX over HTTP. No body is read: who may call is not decided by it.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Proxy } from './config.ts';
import type { Door } from './door.ts';
import { authPath, originalOf } from './original.ts';
import type { Peers } from './peers.ts';
import type { Judge, Verdict } from './verdict.ts';

export type Pages = {
  /** Whether a decision could be given now. */
  ready(): Promise<boolean>;
  /** RFC 9728. */
  metadata(): Readonly<Record<string, unknown>>;
};

const limits = {
  // nginx passes up to 4 × 8 KiB of headers on, and adds its own.
  maxHeaderSize: 64 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  // Longer than proxies keep an idle connection (nginx: 60 s), so that it is never closed under a question.
  keepAliveTimeout: 75_000,
};

export function createAuthServer(
  proxy: Exclude<Proxy, 'apache'>,
  peers: Peers,
  judge: Judge,
  pages: Pages,
): Door {
  return doorOf((request, response) => {
    if (!peers(request.socket.remoteAddress))
      return void response.writeHead(403, { Connection: 'close' }).end();
    if (isAuth(proxy, request))
      return void answer(proxy, judge, request, response).catch(() => response.destroy());
    return void answerPage(pages, request, response).catch(() => response.destroy());
  });
}

/** /healthz and the metadata alone, for where the other port speaks FastCGI. */
export function createPageServer(pages: Pages): Door {
  return doorOf(
    (request, response) => void answerPage(pages, request, response).catch(() => response.destroy()),
  );
}

function doorOf(listener: RequestListener): Door {
  const server = createServer(limits, listener);
  return {
    server,
    closeIdle: () => server.closeIdleConnections(),
    closeAll: () => server.closeAllConnections(),
  };
}

function isAuth(proxy: Proxy, { url = '' }: IncomingMessage): boolean {
  return proxy === 'envoy' ? url === authPath || url.startsWith(`${authPath}/`) : url === authPath;
}

async function answer(
  proxy: Exclude<Proxy, 'apache'>,
  judge: Judge,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '', rawHeaders, headers } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  const verdict = await judge(
    hasBody
      ? { kind: 'misconfigured', why: 'the proxy sends the body along' }
      : originalOf(proxy, { method, url, rawHeaders }),
  );
  if (hasBody) response.setHeader('Connection', 'close');
  if (verdict.ok) {
    response.writeHead(200, { ...verdict.identity, 'Cache-Control': 'no-store', 'Content-Length': 0 }).end();
  } else if (proxy === 'nginx') {
    response.writeHead(nginxStatus(verdict.status), nginxHeaders(verdict)).end();
  } else {
    const body = Buffer.from(JSON.stringify(verdict.problem));
    response.writeHead(verdict.status, { ...verdict.headers, 'Content-Length': body.length });
    response.end(method === 'HEAD' ? undefined : body);
  }
}

// auth_request knows 2xx, 401 and 403; whatever else is "500, no reason given" to it. 500 is ours to say
// too: the proxy is not set up.
function nginxStatus(status: number): number {
  return status === 401 || status === 500 ? status : 403;
}

/** It also throws the body away. Both come as headers, and configs/nginx.conf puts them back together. */
function nginxHeaders({
  status,
  headers,
  problem,
}: Extract<Verdict, { ok: false }>): Record<string, string | number> {
  return {
    ...headers,
    'X-TN-Status': status,
    'X-TN-Problem': asciiJson(problem),
    'Content-Length': 0,
  };
}

// The same JSON with every character beyond ASCII escaped (RFC 8259 §7), so that it can be a header.
function asciiJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function answerPage(
  pages: Pages,
  { method, url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const page = method === 'GET' || method === 'HEAD' ? url : undefined;
  switch (page) {
    case '/healthz': {
      const ready = await pages.ready().catch(() => false);
      return sendJson(response, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable' });
    }
    case '/.well-known/oauth-protected-resource':
      return sendJson(response, 200, pages.metadata());
    default:
      return sendJson(response, 404, { status: 'not found' });
  }
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  const body = Buffer.from(JSON.stringify(value));
  response
    .writeHead(status, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'Content-Length': body.length,
    })
    .end(body);
}
