// A service knows a citizen by a random id of its own sector, so that two services cannot join
// their records (OpenID Connect Core 8.1). Stored, not computed: no key whose leak joins all.

import { randomBytes } from 'node:crypto';
import type { Database } from '../database.ts';
import { findPairwise, insertPairwise } from './store.ts';

// A pairwise id never changes once written, so remembering it cannot go stale. Bounded.
const remembered = new WeakMap<Database, Map<string, string>>();
const MOST_REMEMBERED = 50_000;

/** The `sub` of an account toward one sector: 256 random bits, base64url. */
export async function pairwiseSub(db: Database, accountId: string, sector: string): Promise<string> {
  const memory = remembered.get(db) ?? new Map<string, string>();
  remembered.set(db, memory);
  const name = `${accountId} ${sector}`;
  const known = memory.get(name);
  if (known !== undefined) return known;

  let row = await findPairwise(db, accountId, sector);
  if (row === undefined) {
    const sub = randomBytes(32).toString('base64url');
    const made = await insertPairwise(db, accountId, sector, sub);
    row = made === 1 ? { sub, uncommitted: db.inTransaction() } : await findPairwise(db, accountId, sector);
    if (row === undefined) throw new Error('a pairwise subject vanished');
  }
  // What this transaction wrote may still roll back: a remembered ghost would give the service two
  // ids of one citizen.
  if (row.uncommitted) return row.sub;
  if (memory.size >= MOST_REMEMBERED) memory.clear();
  memory.set(name, row.sub);
  return row.sub;
}
