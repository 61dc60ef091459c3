import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export const unlockAccountRow = (db: Database, accountId: string) =>
  db.run(sql`
    update account set locked_at = null, lock_reason = null where id = ${accountId} and locked_at is not null`);

/** Sign-ins under way end here: what they had proven is not carried past a lock. */
export const failTransactions = (db: Database, accountId: string) =>
  db.run(sql`
    update authn_tx set state = 'failed', state_version = state_version + 1, pending = null
    where account_id = ${accountId} and state not in ('done', 'failed', 'expired')`);

export const supersedeCodes = (db: Database, accountId: string, now: Date) =>
  db.run(sql`
    update otp set superseded_at = ${now}
    where account_id = ${accountId} and consumed_at is null and superseded_at is null`);

/** A code to the phone is no proof on its own any more, until identity and code are proven together. */
export const contestPhone = (db: Database, accountId: string, now: Date) =>
  db.run(sql`
    update phone set contested_at = ${now}, reproven_at = null where account_id = ${accountId} and ended_at is null`);

/** Links of before an unlocking: the person was there, and what they warned of is settled. */
export const endNotMeLinks = (db: Database, accountId: string, now: Date) =>
  db.run(sql`update not_me_link set used_at = ${now} where account_id = ${accountId} and used_at is null`);

/**
 * Who writes to the hotline as this person, too. The code goes first and in a statement of its own: a chat
 * that is being linked holds it, and the link it leaves is only seen by a statement that begins after.
 */
export async function endHotlineLinks(
  db: Database,
  { accountId, reason }: { accountId: string; reason: 'locked' | 'zalo_revoked' },
  now: Date,
): Promise<void> {
  await db.run(sql`delete from oa_link_code where account_id = ${accountId}`);
  await db.run(sql`
    update oa_link set ended_at = ${now}, end_reason = ${reason} where account_id = ${accountId} and ended_at is null`);
}

/** A thief may have added a passkey of their own, or hold the machine that keeps the person's. */
export const deletePasskeys = (db: Database, accountId: string) =>
  db.run(sql`
    delete from passkey p using passkey_owner o where o.user_handle = p.user_handle and o.account_id = ${accountId}`);
