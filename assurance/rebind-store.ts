import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type RebindRow = {
  account_id: string;
  from_account_id: string;
  effective_at: Date;
  ended_at: Date | null;
};

/** The live request for a person, or the newest one somebody objected to since then. */
export const findRequest = (db: Database, where: { numberKey: Buffer; since: Date; now: Date }) =>
  db.row<RebindRow>(sql`
    select account_id, from_account_id, effective_at, ended_at from rebind_request
    where number_key = ${where.numberKey}
      and ((ended_at is null and expires_at > ${where.now}) or (outcome = 'objected' and ended_at > ${where.since}))
    order by ended_at nulls first, requested_at desc limit 1`);

export const insertRequest = (
  db: Database,
  row: { id: string; accountId: string; from: string; numberKey: Buffer; effectiveAt: Date; expiresAt: Date },
  now: Date,
) =>
  db.run(sql`
    insert into rebind_request (id, account_id, from_account_id, number_key, requested_at, effective_at, expires_at)
    values (${row.id}, ${row.accountId}, ${row.from}, ${row.numberKey}, ${now}, ${row.effectiveAt}, ${row.expiresAt})
    on conflict do nothing`);

/** Nobody came back in time: the next request may be written. */
export const endLapsed = (db: Database, numberKey: Buffer, now: Date) =>
  db.run(sql`
    update rebind_request set ended_at = ${now}, outcome = 'lapsed'
    where number_key = ${numberKey} and ended_at is null and expires_at <= ${now}`);

/** Spends a request whose time has come. */
export const endRequest = (db: Database, where: { numberKey: Buffer; accountId: string }, now: Date) =>
  db.run(sql`
    update rebind_request set ended_at = ${now}, outcome = 'moved'
    where number_key = ${where.numberKey} and account_id = ${where.accountId} and ended_at is null and effective_at <= ${now}`);

/** Officers have decided otherwise. */
export const endRequestsFor = (db: Database, numberKey: Buffer, now: Date) =>
  db.run(sql`
    update rebind_request set ended_at = ${now}, outcome = 'cancelled'
    where number_key = ${numberKey} and ended_at is null`);

export const endRequestsOf = (
  db: Database,
  accountId: string,
  outcome: 'objected' | 'cancelled',
  now: Date,
) =>
  db.run(sql`
    update rebind_request set ended_at = ${now}, outcome = ${outcome}
    where (from_account_id = ${accountId} or account_id = ${accountId}) and ended_at is null`);
