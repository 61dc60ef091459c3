// What the demo services share: a plain HTTP server that asks the guard before every action. It is
// also the example for a real service: one check, then the work.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import {
  createGuard,
  type DecisionRecord,
  type Guard,
  type Principal,
  type ServiceClient,
} from '../../packages/guard/guard.ts';
import { homePage } from './home-page.ts';

export type DemoOptions = {
  /** Default: any free port. */
  readonly port?: number;
  readonly issuer: string;
  /** The service's own registration at the broker. */
  readonly client: ServiceClient;
  /** Where clients reach it, if not at 127.0.0.1 directly. */
  readonly baseUrl?: string;
  /** Web origins that may call from a browser, compared as strings. */
  readonly allowedOrigins?: readonly string[];
  readonly feedIntervalMs?: number;
};

export type DemoService = { readonly url: string; readonly audience: string; stop(): Promise<void> };

export type DemoRoute = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly action: string;
  /** The body is unchecked JSON, undefined for GET. A ZodError it throws is answered with 400. */
  handle(principal: Principal, body: unknown, now: Date): { readonly status: number; readonly body: object };
};

export type DemoPlan = {
  readonly audience: string;
  readonly title: string;
  readonly text: string;
  readonly routes: readonly DemoRoute[];
  /** A public question by code, `GET <path><code>`: what is answered names nobody. */
  readonly lookup?: { readonly path: string; find(code: string): object | undefined };
};

type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

const maxBodyBytes = 16 * 1024;
const keptRecords = 200;

export async function serveDemo(plan: DemoPlan, options: DemoOptions): Promise<DemoService> {
  const server = createServer((request, response) => void respond(request, response));
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  // A TCP server that is listening has an address object; null and strings belong to closed and to pipes.
  if (address === null || typeof address === 'string') throw new Error('demo service has no port');
  const url = options.baseUrl ?? `http://127.0.0.1:${address.port}`;

  const records: DecisionRecord[] = [];
  const guard = createGuard({
    issuer: options.issuer,
    audience: plan.audience,
    baseUrl: url,
    client: options.client,
    ...(options.feedIntervalMs === undefined ? {} : { feedIntervalMs: options.feedIntervalMs }),
    onDecision(record) {
      records.push(record);
      if (records.length > keptRecords) records.shift();
    },
  });
  await guard.start();

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await replyTo(request, plan, guard, records).catch(() =>
      problem(500, 'Dịch vụ gặp lỗi, vui lòng thử lại sau'),
    );
    response.writeHead(reply.status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...crossOriginHeaders(request, options.allowedOrigins ?? []),
      ...reply.headers,
    });
    response.end(reply.body);
  }

  return {
    url,
    audience: plan.audience,
    async stop() {
      await guard.stop();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function replyTo(
  request: IncomingMessage,
  plan: DemoPlan,
  guard: Guard,
  records: readonly DecisionRecord[],
): Promise<Reply> {
  const { method = '', url = '' } = request;
  const [path = '', query = ''] = url.split('?', 2);
  if (method === 'OPTIONS') return { status: 204, body: '' };
  const route = plan.routes.find((one) => one.method === method && one.path === path);
  if (route !== undefined) return perform(request, route, guard);
  if (method === 'GET' && path === '/') return homePage(plan);
  const { lookup } = plan;
  if (method === 'GET' && lookup !== undefined && path.startsWith(lookup.path)) {
    const found = lookup.find(path.slice(lookup.path.length));
    return found === undefined ? problem(404, 'Không có hồ sơ mang mã này') : json(200, found);
  }
  if (method === 'GET' && path === '/.well-known/oauth-protected-resource') {
    return json(200, guard.protectedResourceMetadata());
  }
  if (method === 'GET' && path === '/nhat-ky') return json(200, { nhatKy: chosenRecords(records, query) });
  return problem(404, 'Không có trang này');
}

async function perform(request: IncomingMessage, route: DemoRoute, guard: Guard): Promise<Reply> {
  const { method = '', url = '', headers, rawHeaders } = request;
  const checked = await guard.check({ method, url, headers, rawHeaders }, route.action);
  if (!checked.ok) {
    return { status: checked.status, headers: checked.headers, body: JSON.stringify(checked.problem) };
  }
  const body = method === 'GET' ? undefined : await readJson(request);
  if (body === 'too large') return problem(413, 'Nội dung gửi lên quá dài');
  try {
    const { status, body: answer } = route.handle(checked.principal, body, new Date());
    return json(status, answer);
  } catch (error) {
    if (error instanceof z.ZodError) return problem(400, 'Nội dung gửi lên chưa đúng, vui lòng kiểm tra lại');
    throw error;
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Without an encoding set a request yields Buffers.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) return 'too large';
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    // Not JSON: the route's schema refuses it like any other wrong body.
    return undefined;
  }
}

// Filters of /nhat-ky: ?action=hoso.nop&allow=false&limit=20, the newest first.
function chosenRecords(records: readonly DecisionRecord[], query: string): DecisionRecord[] {
  const wanted = new URLSearchParams(query);
  const action = wanted.get('action');
  const allow = wanted.get('allow');
  const limit = Number(wanted.get('limit') ?? keptRecords);
  return records
    .filter((record) => action === null || record.action === action)
    .filter((record) => allow === null || String(record.allow) === allow)
    .toReversed()
    .slice(0, Number.isSafeInteger(limit) && limit >= 0 ? limit : keptRecords);
}

function crossOriginHeaders(request: IncomingMessage, allowed: readonly string[]): Record<string, string> {
  const { origin } = request.headers;
  if (origin === undefined || !allowed.includes(origin)) return { Vary: 'Origin' };
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'GET, POST',
    'Access-Control-Allow-Headers': 'Authorization, DPoP, Content-Type',
    'Access-Control-Expose-Headers': 'DPoP-Nonce, WWW-Authenticate, Retry-After',
  };
}

function json(status: number, body: object): Reply {
  return { status, body: JSON.stringify(body) };
}

function problem(status: number, title: string): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
    body: JSON.stringify({ type: 'about:blank', title, status }),
  };
}
