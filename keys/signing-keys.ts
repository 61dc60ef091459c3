// Signing keys live in the database, sealed. Three states: `next` is published before it signs,
// so that no service meets a key it has not seen; `retired` keys stay published until the last
// token they signed has expired.

import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Database } from '../database.ts';
import type { Envelope } from './envelope.ts';
import * as store from './store.ts';

type PrivateMembers =
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string; readonly d: string }
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string; readonly d: string };
export type PrivateJwk = PrivateMembers & {
  readonly kid: string;
  readonly alg: store.KeyAlgorithm;
  readonly use: 'sig';
};
export type SigningKey = {
  readonly kid: string;
  readonly alg: store.KeyAlgorithm;
  readonly state: 'next' | 'current' | 'retired';
  readonly privateJwk: PrivateJwk;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
};

// A retired key stays published this long: for tokens the longest token life (900 s at most, protocol
// design 10.4), the key cache of services (10 min) and slack. Receipts are checked for years.
// Events may lie in a receiver's queue before it checks them.
const PUBLISHED_AFTER_RETIREMENT_MS: Readonly<Record<store.KeyUse, number>> = {
  token: 3_600_000,
  signal: 7 * 86_400_000,
  receipt: Infinity,
};

// Receivers of events know RS256 (CAEP interoperability profile); everything else is ours to choose.
const ALGORITHM: Readonly<Record<store.KeyUse, store.KeyAlgorithm>> = {
  token: 'ES256',
  signal: 'RS256',
  receipt: 'ES256',
};
const RSA_BITS = 2048;
const generate = promisify(generateKeyPair); // an RSA key takes a tenth of a second

/**
 * The keys of one use, the current one first, then next, then retired ones still published.
 * Creates the first pair when the table is empty.
 */
export async function loadSigningKeys(
  db: Database,
  envelope: Envelope,
  use: store.KeyUse,
  now: Date,
): Promise<readonly SigningKey[]> {
  let rows = await store.findKeys(db, use);
  if (!rows.some((row) => row.state === 'current')) {
    await firstSigningKey(db, envelope, use, now);
    rows = await store.findKeys(db, use);
  }
  const published = rows.filter(
    (row) =>
      row.retired_at === null ||
      now.getTime() - row.retired_at.getTime() < PUBLISHED_AFTER_RETIREMENT_MS[use],
  );
  const order = { current: 0, next: 1, retired: 2 };
  return published.map((row) => opened(envelope, row)).toSorted((a, b) => order[a.state] - order[b.state]);
}

export function currentKey(keys: readonly SigningKey[]): SigningKey {
  const key = keys.find(({ state }) => state === 'current');
  if (key === undefined) throw new Error('no current signing key');
  return key;
}

/** The key set as published: public members only. */
export const publicKeySet = (keys: readonly SigningKey[]) => ({
  keys: keys.map(({ kid, alg, publicKey }) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid,
    alg,
    use: 'sig',
  })),
});

/**
 * Makes `next` current, the current one retired, and prepares a new next one. In one
 * transaction under a lock: two operators who rotate at once rotate twice, in order.
 * @returns the kid that signs from now on
 */
export async function rotateSigningKey(
  db: Database,
  envelope: Envelope,
  use: store.KeyUse,
  now: Date,
): Promise<string> {
  return db.transaction(async () => {
    await store.lockRotation(db);
    const rows = await store.findKeys(db, use);
    if (!rows.some((row) => row.state === 'next')) await addNextKey(db, envelope, use, now);
    await store.retireCurrentKey(db, use, now);
    await store.promoteNextKey(db, use, now);
    await addNextKey(db, envelope, use, now);
    await store.notifyKeysChanged(db);
    const current = (await store.findKeys(db, use)).find((row) => row.state === 'current');
    if (current === undefined) throw new Error('rotation left no current key');
    return current.kid;
  });
}

// Two brokers that start on an empty database make one pair between them.
const firstSigningKey = (db: Database, envelope: Envelope, use: store.KeyUse, now: Date) =>
  db.transaction(async () => {
    await store.lockRotation(db);
    const rows = await store.findKeys(db, use);
    if (!rows.some((row) => row.state === 'current')) await rotateSigningKey(db, envelope, use, now);
  });

async function addNextKey(db: Database, envelope: Envelope, use: store.KeyUse, now: Date): Promise<void> {
  const alg = ALGORITHM[use];
  const { privateKey, publicKey } =
    alg === 'RS256'
      ? await generate('rsa', { modulusLength: RSA_BITS })
      : await generate('ec', { namedCurve: 'P-256' });
  const kid = `${use}-${now.toISOString().slice(0, 10)}-${randomBytes(3).toString('hex')}`;
  const privateSealed = envelope.seal(
    `signing_key/${kid}`,
    JSON.stringify(privateKey.export({ format: 'jwk' })),
  );
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
  await store.insertNextKey(db, { kid, use, alg, publicJwk, privateSealed }, now);
}

function opened(envelope: Envelope, row: store.SigningKeyRow): SigningKey {
  const jwk = JSON.parse(
    envelope.open(`signing_key/${row.kid}`, row.private_sealed).toString(),
  ) as PrivateMembers; // written by addNextKey
  const privateJwk = { ...jwk, kid: row.kid, alg: row.alg, use: 'sig' } as const;
  const privateKey = createPrivateKey({ format: 'jwk', key: { ...jwk } });
  return {
    kid: row.kid,
    alg: row.alg,
    state: row.state,
    privateJwk,
    privateKey,
    publicKey: createPublicKey(privateKey),
  };
}
