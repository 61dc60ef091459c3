// Zalo on a telephone, for a browser: a phone-shaped page that runs the built mini app in a frame and
// gives it the functions Zalo gives, by the twin's tokens. The stand-in is injected here, when the app is
// served; the app's own files know nothing of it.
//   GET /                       the telephone
//   GET /zapps/<miniAppId>/…    the app as built, with its config.json
//   POST /host/token            {zaloId, scopes}: tokens of the twin
//   POST /host/people           somebody more who may hold it
//   GET /host/card/<number>     what the chip of a test card says

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { readApp, readOwnFiles, type Served } from './files.ts';
import { phonePage } from './page.ts';

/** Somebody with this telephone in the hand. */
export type HostPerson = Readonly<z.output<typeof personSchema>>;
const zaloId = z.string().regex(/^\d{5,20}$/);
const personSchema = z.strictObject({
  zaloId,
  name: z.string().min(1).max(100),
  phone: z.string(),
  /** The card they carry; absent: none. */
  personalNumber: z
    .string()
    .regex(/^\d{12}$/)
    .exactOptional(),
  /** What a scanner reads off it. */
  qr: z.string().exactOptional(),
});

export type ZaloHost = { readonly url: string; stop(): Promise<void> };

const tokenSchema = z.strictObject({
  zaloId,
  scopes: z.array(z.enum(['scope.userInfo', 'scope.userPhonenumber'])),
});
const twinTokensSchema = z.object({ accessToken: z.string(), phoneToken: z.string().optional() });
const maxBodyBytes = 4096;

export async function startZaloHost(options: {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly host?: string;
  /** The Zalo twin. */
  readonly zaloUrl: string;
  /** The Zalo App of the mini app at the twin; absent: its first. */
  readonly appId?: string;
  /** Where the cards' chips can be read; absent: this telephone has no reader. */
  readonly cardsUrl?: string;
  /** The built app: packages/miniapp/app/dist. */
  readonly appDir: string;
  readonly config: {
    readonly issuer: string;
    readonly clientId: string;
    readonly miniAppId: string;
    readonly oaId?: string;
    readonly services: Readonly<Record<string, string>>;
  };
  readonly people: readonly HostPerson[];
}): Promise<ZaloHost> {
  const { zaloUrl, cardsUrl, config } = options;
  const people = [...options.people];
  const root = `/zapps/${config.miniAppId}/`;
  const [app, own] = await Promise.all([readApp(options.appDir, config), readOwnFiles()]);
  const pages = new Map<string, Served>([
    ...[...app].map(([name, file]) => [`${root}${name}`, file] as const),
    ...own,
  ]);

  const answer = async (request: IncomingMessage): Promise<Served> => {
    const { method = 'GET', url = '/' } = request;
    const path = new URL(`http://phone.invalid${url}`).pathname;
    if (method === 'POST' && path === '/host/token') return tokenFor(await readJson(request));
    if (method === 'POST' && path === '/host/people') return welcome(await readJson(request));
    if (method !== 'GET') return text(405, 'method not allowed');
    if (path === '/') return phonePage({ root, hasReader: cardsUrl !== undefined, zaloUrl });
    if (path === '/host/people.json') return json(people);
    if (path.startsWith('/host/card/')) return cardOf(path.slice('/host/card/'.length));
    return pages.get(path) ?? text(404, 'not found');
  };
  const tokenFor = async (asked: unknown): Promise<Served> => {
    const wanted = tokenSchema.safeParse(asked);
    if (!wanted.success) return text(400, 'bad request');
    const { appId } = options;
    const response = await fetch(`${zaloUrl}/__sandbox/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...wanted.data, ...(appId === undefined ? {} : { appId }) }),
    });
    if (!response.ok) return text(502, 'the twin gives no token');
    return json(twinTokensSchema.parse(await response.json()));
  };
  const welcome = (asked: unknown): Served => {
    const person = personSchema.safeParse(asked);
    if (!person.success) return text(400, 'bad request');
    // The newest first, as at the twin.
    people.unshift(person.data);
    return { status: 201, ...json({}) };
  };
  const cardOf = async (number: string): Promise<Served> => {
    if (cardsUrl === undefined || !/^\d{12}$/.test(number)) return text(404, 'no such card');
    const response = await fetch(`${cardsUrl}/cards/${number}.json`);
    return response.ok ? json(await response.json()) : text(404, 'no such card');
  };

  const server = createServer((request, response) => {
    void answer(request)
      .catch(() => text(502, 'the sandbox did not answer'))
      .then((served) => send(request, response, served));
  });
  const host = options.host ?? 'localhost';
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  const address = server.address();
  // A TCP server that is listening has an address object; null and strings belong to closed and to pipes.
  if (address === null || typeof address === 'string') throw new Error('the telephone has no port');
  return {
    url: `http://${host}:${address.port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function send(request: IncomingMessage, response: ServerResponse, served: Served): void {
  // Compressed as Zalo's own hosting does: what a slow telephone downloads is measured here.
  const isPacked = served.packed !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  response.writeHead(served.status ?? 200, {
    'content-type': served.type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...served.headers,
    ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(isPacked ? served.packed : served.body);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    body += chunk;
    if (body.length > maxBodyBytes) return undefined;
  }
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const json = (value: unknown): Served => ({ type: 'application/json', body: JSON.stringify(value) });
const text = (status: number, body: string): Served => ({ status, type: 'text/plain', body });
