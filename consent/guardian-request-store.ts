import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type RequestRow = {
  id: string;
  child_account_id: string;
  client_id: string;
  service_id: string;
  scopes: string[];
  body_sealed: Buffer;
  created_at: Date;
  expires_at: Date;
};
type Where = { childAccountId: string; clientId: string; serviceId: string };

export const insertRequest = (
  db: Database,
  row: Where & { id: string; scopes: readonly string[]; bodySealed: Buffer; expiresAt: Date },
  now: Date,
) =>
  db.run(sql`
    insert into guardian_request (id, child_account_id, client_id, service_id, scopes, body_sealed, created_at, expires_at)
    values (${row.id}, ${row.childAccountId}, ${row.clientId}, ${row.serviceId}, ${row.scopes}, ${row.bodySealed}, ${now}, ${row.expiresAt})
    on conflict do nothing`);

/** One question at a time for each child, client and service; an expired one is ended too. */
export const supersedeRequests = (db: Database, where: Where, now: Date) =>
  db.run(sql`
    update guardian_request set ended_at = ${now}, outcome = 'superseded'
    where child_account_id = ${where.childAccountId} and client_id = ${where.clientId} and service_id = ${where.serviceId} and ended_at is null`);

/** Anything but 1 row: answered, replaced or expired. */
export const endRequest = (
  db: Database,
  row: { id: string; outcome: 'answered' | 'void'; answeredBy: string },
  now: Date,
) =>
  db.run(sql`
    update guardian_request set ended_at = ${now}, outcome = ${row.outcome},
      answered_by = ${row.outcome === 'answered' ? row.answeredBy : null}::uuid
    where id = ${row.id} and ended_at is null and expires_at > ${now}`);

export const findRequest = (db: Database, id: string) =>
  db.row<RequestRow>(sql`
    select id, child_account_id, client_id, service_id, scopes, body_sealed, created_at, expires_at
    from guardian_request where id = ${id}`);

export const findOpenRequest = (db: Database, where: Where, now: Date) =>
  db.row<RequestRow>(sql`
    select id, child_account_id, client_id, service_id, scopes, body_sealed, created_at, expires_at from guardian_request
    where child_account_id = ${where.childAccountId} and client_id = ${where.clientId} and service_id = ${where.serviceId}
      and ended_at is null and expires_at > ${now}`);

export const findOpenRequests = (db: Database, childAccountIds: readonly string[], now: Date) =>
  db.rows<RequestRow>(sql`
    select id, child_account_id, client_id, service_id, scopes, body_sealed, created_at, expires_at from guardian_request
    where child_account_id = any(${childAccountIds}::uuid[]) and ended_at is null and expires_at > ${now} order by created_at, id`);

export const findLastEnded = (db: Database, where: Where, since: Date) =>
  db.row<{ id: string; outcome: 'answered' | 'void'; ended_at: Date; body_sealed: Buffer }>(sql`
    select id, outcome, ended_at, body_sealed from guardian_request
    where child_account_id = ${where.childAccountId} and client_id = ${where.clientId} and service_id = ${where.serviceId}
      and ended_at >= ${since} and outcome <> 'superseded' order by ended_at desc limit 1`);
