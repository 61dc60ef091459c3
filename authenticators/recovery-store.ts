import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { accountIdOf, staffIdOf } from './owner.ts';
import type { Owner, OwnerColumns } from './owner.ts';

export type RecoveryRow = OwnerColumns & { secret_hash: string };

export const findRecoveryCode = (db: Database, locatorKey: Buffer) =>
  db.row<RecoveryRow>(sql`
    select account_id, staff_id, secret_hash from recovery_code where locator_key = ${locatorKey}`);

/** Takes an earlier set out of use. Unused codes only: those that were used stay as they are on record. */
export const supersedeCodes = (db: Database, owner: Owner, now: Date) =>
  db.run(sql`
    update recovery_code set superseded_at = ${now}
    where (account_id = ${accountIdOf(owner)}::uuid or staff_id = ${staffIdOf(owner)}::uuid)
      and used_at is null and superseded_at is null`);

/** 0 rows: another code has the same locator, so another is made. */
export const insertRecoveryCode = (
  db: Database,
  row: { locatorKey: Buffer; owner: Owner; secretHash: string },
  now: Date,
) =>
  db.run(sql`
    insert into recovery_code (locator_key, account_id, staff_id, secret_hash, created_at)
    values (${row.locatorKey}, ${accountIdOf(row.owner)}, ${staffIdOf(row.owner)}, ${row.secretHash}, ${now})
    on conflict (locator_key) do nothing`);

/** Single use: of any number at once, one gets 1 row. A lock that came meanwhile counts, too. */
export const spendRecoveryCode = (db: Database, locatorKey: Buffer, now: Date) =>
  db.run(sql`
    update recovery_code c set used_at = ${now}
    where c.locator_key = ${locatorKey} and c.used_at is null and c.superseded_at is null
      and not exists (select from account a where a.id = c.account_id and a.locked_at is not null)
      and not exists (select from staff s where s.id = c.staff_id and s.disabled_at is not null)`);

/** One set at a time is made for an owner. */
export const lockOwner = (db: Database, owner: Owner) =>
  owner.kind === 'account'
    ? db.row(sql`select id from account where id = ${owner.id} and locked_at is null for no key update`)
    : db.row(sql`select id from staff where id = ${owner.id} and disabled_at is null for no key update`);

export const countRecoveryCodes = (db: Database, owner: Owner) =>
  db.row<{ left: number; made_at: Date | null }>(sql`
    select count(*) as left, max(created_at) as made_at from recovery_code
    where (account_id = ${accountIdOf(owner)}::uuid or staff_id = ${staffIdOf(owner)}::uuid)
      and used_at is null and superseded_at is null`);
