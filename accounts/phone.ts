// The phone that answers our codes. Numbers are handed out again after months, so a number is never
// more than a place where somebody answered: when it answers for a second account, or was silent for
// long, the person proves who they are again before a code to it counts.

import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { endPhone, insertPhone, lockAccount } from './store.ts';
import {
  contestOthers,
  findLivePhoneKey,
  lockNumber,
  settleIfContestedBefore,
  touchPhoneRow,
} from './phone-store.ts';

/** "Bind again after long silence" (contract identity-vn 10); the figure is ours. Days. */
export const LONGEST_SILENCE_DAYS = 180;

const DAY_MS = 86_400_000;

/**
 * Binds the phone that has just returned our own code, in the caller's transaction. Replaces an earlier
 * one. `identified`: the person was proven beside the code.
 * @returns true when another number was on record before: its holder must hear of it
 */
export async function bindPhone(
  db: Database,
  vault: Vault,
  { accountId, e164, identified = false }: { accountId: string; e164: string; identified?: boolean },
  now: Date,
): Promise<boolean> {
  const id = randomUUID();
  const key = vault.keyOf('phone', e164);
  await lockAccount(db, accountId);
  // Two accounts that bind one number at once: the later one sees the earlier one's row.
  await lockNumber(db, key);
  const former = await findLivePhoneKey(db, accountId);
  await endPhone(db, accountId, now);
  await insertPhone(db, { id, accountId, key, sealed: vault.seal(`phone/${id}/number`, e164) }, now);
  if (identified) await settleIfContestedBefore(db, { id, accountId, key }, now);
  await contestOthers(db, { accountId, key, provenSince: silenceBegan(now) }, now);
  return former !== undefined && !former.phone_key.equals(key);
}

/**
 * A code to the phone on record was right. Beside a proof of identity in the same transaction
 * (`identified`) that also settles whose phone it is; without one a contested phone stays contested.
 * @returns false when another number has taken the place of the one that answered (`e164`)
 */
export async function touchPhone(
  db: Database,
  vault: Vault,
  { accountId, e164, identified }: { accountId: string; e164: string; identified: boolean },
  now: Date,
): Promise<boolean> {
  await lockAccount(db, accountId);
  const live = await findLivePhoneKey(db, accountId);
  if (live !== undefined && !live.phone_key.equals(vault.keyOf('phone', e164))) return false;
  const row = await touchPhoneRow(db, { accountId, settles: identified }, now);
  if (row?.was_contested !== true || !identified) return true;
  await lockNumber(db, row.phone_key);
  await contestOthers(db, { accountId, key: row.phone_key, provenSince: silenceBegan(now) }, now);
  return true;
}

/** Whether a right code to this phone is a factor by itself. */
export function codeSuffices(
  phone: { readonly lastProvenAt: Date; readonly contestedAt: Date | undefined },
  now: Date,
): boolean {
  return phone.contestedAt === undefined && phone.lastProvenAt >= silenceBegan(now);
}

const silenceBegan = (now: Date) => new Date(now.getTime() - LONGEST_SILENCE_DAYS * DAY_MS);
