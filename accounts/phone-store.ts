import type { Database } from '../database.ts';
import { sql } from '../database.ts';

/** One change of who holds a number at a time, until the transaction ends. */
export const lockNumber = (db: Database, key: Buffer) =>
  db.run(sql`select pg_advisory_xact_lock(${key.readBigInt64BE(0).toString()}::bigint)`);

/** Live phones of other accounts with this number, but for those whose holder settled it since then. */
export const contestOthers = (
  db: Database,
  other: { accountId: string; key: Buffer; provenSince: Date },
  now: Date,
) =>
  db.run(sql`
    update phone set contested_at = ${now}
    where phone_key = ${other.key} and account_id <> ${other.accountId} and ended_at is null and contested_at is null
      and (reproven_at is null or coalesce(last_proven_at, verified_at) < ${other.provenSince})`);

export const findLivePhoneKey = (db: Database, accountId: string) =>
  db.row<{ phone_key: Buffer }>(sql`
    select phone_key from phone where account_id = ${accountId} and ended_at is null`);

/** The same number again, which was contested at this account: now it is settled, and stays so. */
export const settleIfContestedBefore = (
  db: Database,
  row: { id: string; accountId: string; key: Buffer },
  now: Date,
) =>
  db.run(sql`
    update phone set reproven_at = ${now}
    where id = ${row.id} and exists (select from phone earlier
      where earlier.account_id = ${row.accountId} and earlier.phone_key = ${row.key} and earlier.id <> ${row.id}
        and (earlier.contested_at is not null or earlier.reproven_at is not null))`);

/** `settles` ends a contest. No row: the account has no phone. */
export const touchPhoneRow = (db: Database, touch: { accountId: string; settles: boolean }, now: Date) =>
  db.row<{ phone_key: Buffer; was_contested: boolean }>(sql`
    update phone p set last_proven_at = ${now},
      contested_at = case when ${touch.settles} then null else p.contested_at end,
      reproven_at = case when ${touch.settles} and p.contested_at is not null then ${now} else p.reproven_at end
    from phone before where p.account_id = ${touch.accountId} and p.ended_at is null and before.id = p.id
    returning p.phone_key, before.contested_at is not null as was_contested`);

/** Live phones, and those replaced since then: whoever changed the number does not silence the notices. */
export const findNoticePhones = (db: Database, accountId: string, endedSince: Date) =>
  db.rows<{ id: string; phone_key: Buffer; phone_sealed: Buffer; live: boolean }>(sql`
    select distinct on (phone_key) id, phone_key, phone_sealed, ended_at is null as live from phone
    where account_id = ${accountId} and phone_sealed is not null and (ended_at is null or ended_at > ${endedSince})
    order by phone_key, ended_at desc nulls first`);
