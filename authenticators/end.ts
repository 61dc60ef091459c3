// An account is handed to nobody with keys that somebody else may hold: after a lost phone, or when
// the person has moved to another account, every passkey and every unused recovery code ends.

import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { actingAs } from './owner.ts';
import type { Owner } from './owner.ts';
import { deletePasskey, findPasskeys } from './passkey-store.ts';
import { supersedeCodes } from './recovery-store.ts';

/** Runs in the caller's transaction. @returns how many of each ended */
export async function endAuthenticators(
  { db, origin }: { db: Database; origin: string },
  owner: Owner,
  now: Date,
): Promise<{ passkeys: number; codes: number }> {
  let passkeys = 0;
  for (const { id } of await findPasskeys(db, owner)) {
    if ((await deletePasskey(db, owner, id)) !== 1) continue;
    passkeys += 1;
    const event = { kind: 'passkey.removed', outcome: 'ok', ...actingAs(owner, { passkey: id, reason: 'ended' }) } as const; // prettier-ignore
    // Not the owner's own act.
    await recordAccess(db, origin, { ...event, actor: 'system' }, now);
  }
  return { passkeys, codes: await supersedeCodes(db, owner, now) };
}
