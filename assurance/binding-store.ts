import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export const findBinding = (db: Database, accountId: string, now: Date) =>
  db.row<{ source: string; number_key: Buffer; bound_at: Date; expires_at: Date }>(sql`
    select source, number_key, bound_at, expires_at from identity_binding
    where account_id = ${accountId} and ended_at is null and expires_at > ${now}`);

/** The binding last made for an account, also one whose lifetime is over: it still says who the person is. */
export const findBindingRecord = (db: Database, accountId: string) =>
  db.row<{ number_key: Buffer }>(sql`
    select number_key from identity_binding where account_id = ${accountId} and ended_at is null`);

/** Another person than this one, who left the account for a new one or lost it to stronger evidence. */
export const findFormerPerson = (db: Database, accountId: string, numberKey: Buffer) =>
  db.row<{ id: string }>(sql`
    select id from identity_binding
    where account_id = ${accountId} and end_reason in ('moved', 'outranked') and number_key <> ${numberKey} limit 1`);

export const findBindingOwner = (db: Database, numberKey: Buffer) =>
  db.row<{ account_id: string; source: string }>(sql`
    select account_id, source from identity_binding where number_key = ${numberKey} and ended_at is null`);

export const endExpiredBinding = (db: Database, accountId: string, now: Date) =>
  db.run(sql`
    update identity_binding set ended_at = ${now}, end_reason = 'lifetime'
    where account_id = ${accountId} and ended_at is null and expires_at <= ${now}`);

export const endBinding = (db: Database, accountId: string, reason: string, now: Date) =>
  db.run(sql`
    update identity_binding set ended_at = ${now}, end_reason = ${reason}
    where account_id = ${accountId} and ended_at is null`);

export const insertBinding = (
  db: Database,
  row: {
    id: string;
    accountId: string;
    source: string;
    numberKey: Buffer;
    numberSealed: Buffer;
    nameSealed: Buffer;
    birthdateSealed: Buffer;
    upstreamIssuer: string | undefined;
    upstreamSubKey: Buffer | undefined;
    checkId: string;
    organisation: string;
    expiresAt: Date;
  },
  now: Date,
) =>
  db.run(sql`
    insert into identity_binding (id, account_id, source, number_key, number_sealed, name_sealed, birthdate_sealed, upstream_issuer, upstream_sub_key, check_id, organisation, bound_at, expires_at)
    values (${row.id}, ${row.accountId}, ${row.source}, ${row.numberKey}, ${row.numberSealed}, ${row.nameSealed}, ${row.birthdateSealed},
      ${row.upstreamIssuer}, ${row.upstreamSubKey}, ${row.checkId}, ${row.organisation}, ${now}, ${row.expiresAt})
    on conflict do nothing`);

export const endBindingOfPerson = (
  db: Database,
  where: { numberKey: Buffer; accountId: string },
  reason: string,
  now: Date,
) =>
  db.run(sql`
    update identity_binding set ended_at = ${now}, end_reason = ${reason}
    where number_key = ${where.numberKey} and account_id = ${where.accountId} and ended_at is null`);

export type EvidenceRow = {
  id: string;
  source: string;
  number_sealed: Buffer | null;
  name_sealed: Buffer | null;
  birthdate_sealed: Buffer | null;
  check_id: string;
  organisation: string;
  bound_at: Date;
};

export const findEvidence = (db: Database, accountId: string, now: Date) =>
  db.row<EvidenceRow>(sql`
    select id, source, number_sealed, name_sealed, birthdate_sealed, check_id, organisation, bound_at
    from identity_binding where account_id = ${accountId} and ended_at is null and expires_at > ${now}`);
