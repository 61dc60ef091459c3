// What is measured. Each scenario makes its virtual users once for a server, and before each round
// the proofs its requests will need.

import { API_SCOPE, DEVICE_COOKIE, ASKER, JWT_SERVICE, MACHINE, OPAQUE_SERVICE, PORTAL } from './cast.ts';
import { requestBytes } from './connection.ts';
import type { Answer, Connection } from './connection.ts';
import type { Key } from './proofs.ts';
import { clientAssertion, dpopProof } from './proofs.ts';
import type { Target } from './target.ts';
import { redemption, walkToCode } from './visitor.ts';
import type { Jar, Wanted } from './visitor.ts';

export type User = {
  readonly connection: Connection;
  readonly jar: Jar;
  refreshToken: string;
  accessToken: string;
};
export type Ground = {
  readonly target: Target;
  readonly key: Key;
  readonly users: readonly User[];
  /** Lifts a fresh sign-in to level 2; the bare library knows no levels. */
  readonly raise: () => Promise<void>;
};
/** Sends one unit of work and throws if the answer is not the expected one. */
export type Work = (user: User) => Promise<void>;
export type Scenario = {
  readonly name: string;
  readonly target: number;
  /** Signs the virtual users in. Runs once. */
  setUp(ground: Ground): Promise<void>;
  /** Makes what `count` units of work will need. Beyond `count` it is made while the clock runs. */
  prepare(ground: Ground, count: number): Promise<Work>;
};

const nothing = async (): Promise<void> => {};
const jwtWanted: Wanted = { scope: JWT_SERVICE.scope, resource: JWT_SERVICE.id };
const opaqueWanted: Wanted = { scope: OPAQUE_SERVICE.scope, resource: OPAQUE_SERVICE.id };

export const scenarios: readonly Scenario[] = [
  {
    name: 'client_credentials',
    target: 0.95,
    setUp: nothing,
    async prepare({ target, key }, count) {
      const nonce = await target.nonce();
      const resource = encodeURIComponent(`${target.issuer}/api`);
      const take = pool(count, () => {
        const form = `grant_type=client_credentials&scope=${encodeURIComponent(API_SCOPE)}&resource=${resource}&${clientAssertion(key, MACHINE, target.issuer)}`;
        return Buffer.from(requestBytes(target.host, '/token', { form, dpop: proofAt(target, key, nonce) }));
      });
      return async ({ connection }) => {
        expectField(await connection.send(take()), 'access_token');
      };
    },
  },
  {
    name: 'refresh',
    target: 0.85,
    setUp: (ground) => signInAll(ground, jwtWanted),
    async prepare({ target, key }, count) {
      const nonce = await target.nonce();
      const resource = encodeURIComponent(JWT_SERVICE.id);
      const take = pool(count, () => proofs(target, key, nonce));
      return async ({ connection, refreshToken }) => {
        const { assertion, dpop } = take();
        const form = `grant_type=refresh_token&refresh_token=${refreshToken}&resource=${resource}&${assertion}`;
        const answer = await connection.send(requestBytes(target.host, '/token', { form, dpop }));
        expectField(answer, 'id_token');
      };
    },
  },
  {
    name: 'introspection',
    target: 0.65,
    setUp: (ground) => signInAll(ground, opaqueWanted),
    async prepare(ground, count) {
      const { target, key, users } = ground;
      const nonce = await target.nonce();
      // An opaque token lives five minutes, so each round asks about new ones.
      for (const user of users) {
        const { assertion, dpop } = proofs(target, key, nonce);
        const form = `grant_type=refresh_token&refresh_token=${user.refreshToken}&resource=${encodeURIComponent(OPAQUE_SERVICE.id)}&${assertion}`;
        const answer = await user.connection.send(requestBytes(target.host, '/token', { form, dpop }));
        user.accessToken = expectField(answer, 'access_token');
      }
      const take = pool(count, () => clientAssertion(key, ASKER, target.issuer));
      return async ({ connection, accessToken }) => {
        const form = `token=${accessToken}&${take()}`;
        const { status, body } = await connection.send(requestBytes(target.host, '/introspect', { form }));
        if (!body.includes('"active":true')) throw new Error(`introspection answered ${status} ${body}`);
      };
    },
  },
  {
    name: 'code flow, new citizen',
    target: 0.55,
    setUp: nothing,
    prepare: codeFlow(() => new Map()),
  },
  {
    name: 'code flow, known session',
    target: 0.6,
    setUp: (ground) => signInAll(ground, jwtWanted),
    prepare: codeFlow(({ jar }) => jar),
  },
];

function codeFlow(jarOf: (user: User) => Jar): Scenario['prepare'] {
  return async ({ target, key }, count) => {
    const nonce = await target.nonce();
    const take = pool(count, () => ({
      ...proofs(target, key, nonce),
      pushing: clientAssertion(key, PORTAL, target.issuer),
    }));
    return async (user) => {
      const { assertion, dpop, pushing } = take();
      const code = await walkToCode(user.connection, target.host, jarOf(user), jwtWanted, pushing);
      const form = redemption(code, JWT_SERVICE.id, assertion);
      const answer = await user.connection.send(requestBytes(target.host, '/token', { form, dpop }));
      expectField(answer, 'id_token');
      expectField(answer, 'refresh_token');
    };
  };
}

async function signInAll({ target, key, users, raise }: Ground, wanted: Wanted): Promise<void> {
  const nonce = await target.nonce();
  for (const user of users) {
    const { connection, jar } = user;
    const sign = () => clientAssertion(key, PORTAL, target.issuer);
    if (wanted === opaqueWanted) {
      jar.clear();
      jar.set(...DEVICE_COOKIE);
      await walkToCode(connection, target.host, jar, jwtWanted, sign());
      await raise();
    }
    const code = await walkToCode(connection, target.host, jar, wanted, sign());
    const form = redemption(code, wanted.resource, sign());
    const answer = await connection.send(
      requestBytes(target.host, '/token', { form, dpop: proofAt(target, key, nonce) }),
    );
    user.refreshToken = expectField(answer, 'refresh_token');
  }
}

const proofAt = (target: Target, key: Key, nonce: string) =>
  dpopProof(key, { method: 'POST', address: `${target.issuer}/token`, nonce });

const proofs = (target: Target, key: Key, nonce: string) => ({
  assertion: clientAssertion(key, PORTAL, target.issuer),
  dpop: proofAt(target, key, nonce),
});

function pool<T>(count: number, make: () => T): () => T {
  const made = Array.from({ length: count }, make);
  return () => made.pop() ?? make();
}

function expectField({ status, body }: Answer, name: string): string {
  const value = new RegExp(`"${name}":"([^"]+)"`).exec(body)?.[1];
  if (value === undefined) throw new Error(`expected ${name}, got ${status} ${body}`);
  return value;
}
