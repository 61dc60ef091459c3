// The domain without a server: a database of its own seen through two pools, as two brokers would.

import { randomBytes } from 'node:crypto';
import { signInWithZalo } from '../../accounts/sign-in.ts';
import { openDatabase } from '../../database.ts';
import type { Database } from '../../database.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import type { Envelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import type { Vault } from '../../keys/vault.ts';
import { useDatabase } from './database.ts';

export const NOW = new Date('2026-11-22T08:00:00.000Z');
export const ORIGIN = 'id.tayninh.gov.vn';
export const after = (seconds: number, from: Date = NOW) => new Date(from.getTime() + seconds * 1000);

export type Domain = {
  readonly url: string;
  readonly db: Database;
  readonly second: Database;
  readonly kek: string;
  readonly envelope: Envelope;
  readonly vault: Vault;
  /** A citizen who has signed in with a Zalo account of their own. */
  citizen(): Promise<string>;
  close(): Promise<void>;
};

export async function openDomain(): Promise<Domain> {
  const { url } = await useDatabase();
  const db = openDatabase(url, { maxConnections: 10 });
  const second = openDatabase(url, { maxConnections: 10 });
  const kek = randomBytes(32).toString('base64url');
  const envelope = openEnvelope(kek);
  const vault = await openVault(db, envelope, NOW);
  let count = 0;
  return {
    url,
    db,
    second,
    kek,
    envelope,
    vault,
    async citizen() {
      const zaloId = `80808080808080${String((count += 1)).padStart(5, '0')}`;
      const profile = { appId: '1', zaloId, name: 'Bảy Lành', picture: undefined };
      const signIn = await db.transaction(() => signInWithZalo(db, vault, profile, NOW));
      if (signIn.outcome === 'locked') throw new Error('a new account is locked');
      return signIn.accountId;
    },
    async close() {
      await Promise.all([db.close(), second.close()]);
    },
  };
}

export const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
