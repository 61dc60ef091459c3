import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type KeyUse = 'token' | 'receipt' | 'signal';
export type KeyAlgorithm = 'ES256' | 'RS256';
export type SigningKeyRow = {
  kid: string;
  use: KeyUse;
  alg: KeyAlgorithm;
  public_jwk: Record<string, unknown>;
  private_sealed: Buffer;
  state: 'next' | 'current' | 'retired';
  retired_at: Date | null;
};

export const findKeys = (db: Database, use: KeyUse) =>
  db.rows<SigningKeyRow>(sql`
    select kid, use, alg, public_jwk, private_sealed, state, retired_at from signing_key
    where use = ${use} order by created_at`);

export const insertNextKey = (
  db: Database,
  key: { kid: string; use: KeyUse; alg: KeyAlgorithm; publicJwk: object; privateSealed: Buffer },
  now: Date,
) =>
  db.run(sql`
    insert into signing_key (kid, use, alg, public_jwk, private_sealed, state, created_at)
    values (${key.kid}, ${key.use}, ${key.alg}, ${JSON.stringify(key.publicJwk)}, ${key.privateSealed}, 'next', ${now})
    on conflict do nothing`);

export const retireCurrentKey = (db: Database, use: KeyUse, now: Date) =>
  db.run(sql`
    update signing_key set state = 'retired', retired_at = ${now} where use = ${use} and state = 'current'`);

export const promoteNextKey = (db: Database, use: KeyUse, now: Date) =>
  db.run(sql`
    update signing_key set state = 'current', current_at = ${now} where use = ${use} and state = 'next'`);

export const notifyKeysChanged = (db: Database) => db.run(sql`select pg_notify('tnid_keys', '')`);

export const lockRotation = (db: Database) =>
  db.run(sql`select pg_advisory_xact_lock(hashtext('tnid_keys'))`);

export const findSecret = (db: Database, name: string) =>
  db.row<{ sealed: Buffer }>(sql`select sealed from sealed_secret where name = ${name}`);

export const insertSecret = (db: Database, name: string, sealed: Buffer, now: Date) =>
  db.run(sql`
    insert into sealed_secret (name, sealed, created_at) values (${name}, ${sealed}, ${now})
    on conflict (name) do nothing`);
