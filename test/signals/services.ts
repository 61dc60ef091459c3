// What the tests of signals share: people known to services, services with streams, and a receiver
// written from the RFCs with jose and nothing of ours.

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import { createClientFetch } from '../../adapters/client-calls/fetch.ts';
import { createPushReceiver } from '../../adapters/client-calls/push.ts';
import { pairwiseSub } from '../../accounts/pairwise.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { loadSigningKeys, publicKeySet } from '../../keys/signing-keys.ts';
import { createStream } from '../../signals/streams.ts';
import type { StreamHouse, Subscriber, Wanted } from '../../signals/streams.ts';
import { NOW, ORIGIN, openDomain } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

export const ISSUER = `https://${ORIGIN}`;
export const ACR = `${ISSUER}/acr/`;
export const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
export const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';

const setSchema = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  iat: z.int(),
  jti: z.string().min(16),
  txn: z.string().min(16),
  sub_id: z.discriminatedUnion('format', [
    z.strictObject({ format: z.literal('iss_sub'), iss: z.string(), sub: z.string() }),
    z.strictObject({ format: z.literal('opaque'), id: z.string() }),
  ]),
  events: z.record(z.string(), z.record(z.string(), z.unknown())),
});
export type CheckedSet = z.infer<typeof setSchema> & {
  readonly type: string;
  readonly event: Record<string, unknown>;
};

/** RFC 8417 and the CAEP interoperability profile, as a receiver has to check them. Throws where one is broken. */
export async function checkSet(
  jws: string,
  { audience, issuer = ISSUER, keys }: { audience: string; issuer?: string; keys: Parameters<typeof jwtVerify>[1] },
): Promise<CheckedSet> {
  const { payload, protectedHeader } = await jwtVerify(jws, keys as never, { issuer, audience, typ: 'secevent+jwt', algorithms: ['RS256'] }); // one of jose's overloads
  if (protectedHeader.kid === undefined) throw new Error('no kid');
  // RFC 8417 2.2: no `exp` or `sub`, so that it passes for no other token.
  const claims = setSchema.parse(payload);
  const events = Object.entries(claims.events);
  if (events.length !== 1) throw new Error('the profile wants exactly one event');
  const [type, event] = events[0] ?? ['', {}];
  return { ...claims, type, event };
} // prettier-ignore

export const remoteKeys = (issuer: string) => createRemoteJWKSet(new URL(`${issuer}/ssf/jwks`));

export type ReceiverAnswer = {
  status: number;
  body?: string;
  headers?: Record<string, string>;
  wait?: Promise<unknown>;
};
export type TestReceiver = {
  readonly url: string;
  readonly host: string;
  readonly got: { readonly jws: string; readonly headers: IncomingMessage['headers']; readonly at: number }[];
  answer: (count: number, jws: string) => ReceiverAnswer;
  /** Resolves when `count` pushes have arrived. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
};

export async function startReceiver(): Promise<TestReceiver> {
  const got: TestReceiver['got'] = [];
  const waiting = new Set<() => void>();
  const server: Server = createServer((request, response) => {
    void text(request).then(async (jws) => {
      got.push({ jws, headers: request.headers, at: Date.now() });
      for (const look of waiting) look();
      const { status, body, headers, wait } = receiver.answer(got.length, jws);
      await wait;
      response.writeHead(status, headers).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const host = `localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const receiver: TestReceiver = {
    url: `http://${host}/su-kien`,
    host,
    got,
    answer: () => ({ status: 202 }),
    arrived: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (got.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}

export type Streams = Domain & {
  readonly house: StreamHouse;
  readonly keys: () => ReturnType<typeof loadSigningKeys>;
  /** The published keys, as a receiver holds them. */
  keySet(): Promise<ReturnType<typeof createLocalJWKSet>>;
  /** A service with a stream of its own. */
  subscribe(wanted: Wanted, now?: Date): Promise<Subscriber & { readonly streamId: string }>;
  /** A citizen known to these services. */
  knownTo(...services: readonly Subscriber[]): Promise<{ accountId: string; subs: readonly string[] }>;
};

/** @param hosts receivers that may be called though they are on this machine */
export async function openStreams(hosts: () => readonly string[] = () => []): Promise<Streams> {
  const domain = await openDomain();
  const keys = () => loadSigningKeys(domain.db, domain.envelope, 'signal', NOW);
  const house: StreamHouse = {
    db: domain.db,
    vault: domain.vault,
    issuer: ISSUER,
    origin: ORIGIN,
    receiver: {
      allows: (url) => receiverOf(hosts()).allows(url),
      push: (where) => receiverOf(hosts()).push(where),
    },
  };
  return {
    ...domain,
    house,
    keys,
    keySet: async () => createLocalJWKSet(publicKeySet(await keys())),
    async subscribe(wanted, now = NOW) {
      const id = `https://${randomUUID()}.dichvu.tayninh.gov.vn`;
      const subscriber = { clientId: 'may', service: { id, sector: id } };
      const { id: streamId } = await createStream(house, subscriber, wanted, now);
      return { ...subscriber, streamId };
    },
    async knownTo(...services) {
      const accountId = await domain.citizen();
      const subs = await Promise.all(services.map(({ service }) => pairwiseSub(domain.db, accountId, service.sector)));
      return { accountId, subs };
    },
  };
} // prettier-ignore

const receiverOf = (intranetHosts: readonly string[]) =>
  createPushReceiver(createClientFetch(intranetHosts), { intranetHosts, timeoutMs: 700 });

export type Delivered = {
  jti: string;
  kind: string;
  outcome: string | null;
  tries: number;
  last_error: string | null;
  last_error_text: string | null;
  next_try_at: Date;
  created_at: Date;
  first_tried_at: Date | null;
  delivered_at: Date | null;
  acknowledged_at: Date | null;
};
export const eventsOf = (db: Database, serviceId: string) =>
  db.rows<Delivered>(sql`
    select jti, kind, outcome, tries, last_error, last_error_text, next_try_at, created_at, first_tried_at, delivered_at, acknowledged_at
    from signal_event where service_id = ${serviceId} order by seq`);
