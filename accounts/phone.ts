import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { endPhone, insertPhone, lockAccount } from './store.ts';

/** Binds the phone that has just returned our own code, in the caller's transaction. Replaces an earlier one. */
export async function bindPhone(
  db: Database,
  vault: Vault,
  { accountId, e164 }: { accountId: string; e164: string },
  now: Date,
): Promise<void> {
  const id = randomUUID();
  await lockAccount(db, accountId);
  await endPhone(db, accountId, now);
  await insertPhone(
    db,
    { id, accountId, key: vault.keyOf('phone', e164), sealed: vault.seal(`phone/${id}/number`, e164) },
    now,
  );
}
