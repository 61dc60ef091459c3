// A forward-auth server before the small issuer, a service that tells what reached it, and requests as
// raw as a stranger would send them.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseConfig } from '../../packages/guard/forward-auth/config.ts';
import { createLog } from '../../packages/guard/forward-auth/log.ts';
import { readSecrets } from '../../packages/guard/forward-auth/secrets.ts';
import { serveForwardAuth, type ForwardAuth } from '../../packages/guard/forward-auth/serve.ts';
import { audience, clientId, createApp, startIssuer, type Issuer } from './issuer.ts';

export const publicUrl = 'https://hoso.example';
export const identityNames = ['sub', 'acr', 'level', 'scope', 'client', 'decision'].map(
  (one) => `x-tn-${one}`,
);

/** `t.teardown` of one test, or a list that the last hook of a file works through. */
export type AtEnd = (undo: () => Promise<void>) => void;

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };
export type Raw = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  /** A body sent in chunks, without a length. */
  readonly chunked?: string;
};

/** Sends exactly this: doubled headers stay doubled, the path is not tidied. */
export async function send(
  port: number,
  { method = 'GET', path = '/', headers = [], body, chunked }: Raw,
): Promise<Reply> {
  const asked = httpRequest({
    host: '127.0.0.1',
    port,
    method,
    path,
    agent: false,
    headers: [
      ...(headers.some(([name]) => name.toLowerCase() === 'host') ? [] : ['Host', 'hoso.example']),
      ...headers.flat(),
      ...(body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))]),
    ],
  });
  asked.end(body ?? chunked);
  const answered: Promise<unknown[]> = once(asked, 'response');
  const [response] = await answered;
  // `response` is emitted with an IncomingMessage.
  const message = response as IncomingMessage;
  return { status: message.statusCode ?? 0, headers: message.headers, body: await text(message) };
}

export type Seen = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** The service behind: knows nothing of Tây Ninh ID, keeps what reached it. */
export async function startBackend(atEnd: AtEnd) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      const wanted = Number(request.headers['x-answer'] ?? 200);
      response.writeHead(wanted, { 'Content-Type': 'text/plain' }).end(`answer of the service ${wanted}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, seen };
}

/** A folder that is gone after the test. */
export async function useFolder(atEnd: AtEnd): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tnid-guard-'));
  atEnd(async () => rm(folder, { recursive: true, force: true }));
  return folder;
}

export type Running = ForwardAuth & { readonly lines: string[]; readonly issuer: Issuer };

export async function startForwardAuth(
  atEnd: AtEnd,
  members: Record<string, unknown>,
  {
    clock = { shiftMs: 0 },
    prepare,
  }: { clock?: { shiftMs: number }; prepare?: (issuer: Issuer) => void } = {},
): Promise<Running> {
  const issuer = await startIssuer();
  prepare?.(issuer);
  const folder = await useFolder(atEnd);
  await writeFile(join(folder, 'key.json'), JSON.stringify(issuer.client.privateJwk), { mode: 0o600 });
  await writeFile(join(folder, 'nonce'), 'ab'.repeat(32), { mode: 0o600 });
  const config = parseConfig(
    JSON.stringify({
      issuer: issuer.url,
      audience,
      baseUrl: publicUrl,
      listen: '127.0.0.1:0',
      client: { clientId, privateKeyFile: 'key.json' },
      report: 'off',
      ...members,
    }),
  );
  if ('problems' in config) throw new Error(config.problems.join('\n'));
  const secrets = await readSecrets(config, folder);
  if ('problems' in secrets) throw new Error(secrets.problems.join('\n'));
  const lines: string[] = [];
  const now = (): Date => new Date(Date.now() + clock.shiftMs);
  const running = await serveForwardAuth(
    config,
    secrets,
    createLog((line) => lines.push(line), now),
    { now, feedIntervalMs: 3_600_000 },
  );
  atEnd(async () => {
    await running.stop();
    await issuer.stop();
  });
  return { ...running, lines, issuer };
}

export type Citizen = Awaited<ReturnType<typeof citizenOf>>;

/** The headers of a good call, but for what is said otherwise. */
export async function citizenOf(issuer: Issuer) {
  const app = await createApp(issuer);
  return {
    app,
    token: app.token,
    async headers(
      claims: Record<string, unknown> = {},
      proof: Record<string, unknown> = {},
    ): Promise<[string, string][]> {
      const token = await app.token(claims);
      return [
        ['Authorization', `DPoP ${token}`],
        ['DPoP', await app.proof(token, { htu: `${publicUrl}/ho-so`, jti: randomUUID(), ...proof })],
      ];
    },
  };
}

export function problemOf(reply: Reply): { type: string; status: number } {
  const { type, status }: { type?: unknown; status?: unknown } = JSON.parse(reply.body);
  return { type: String(type).split('/').pop() ?? '', status: Number(status) };
}
