import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type RequestRow = {
  id: string;
  request_sealed: Buffer;
  client_id: string;
  service_id: string;
  scopes: string[];
  acr_values: string | null;
  max_age: number | null;
  binding_message: string;
  operator_sealed: Buffer;
  reason_sealed: Buffer;
  asked_at: Date;
  expires_at: Date;
};

export const insertRequest = (
  db: Database,
  row: {
    id: string;
    requestKey: Buffer;
    requestSealed: Buffer;
    accountId: string | undefined;
    clientId: string;
    serviceId: string;
    scopes: readonly string[];
    acrValues: string | undefined;
    maxAge: number | undefined;
    bindingMessage: string;
    operatorSealed: Buffer;
    reasonSealed: Buffer;
    expiresAt: Date;
  },
  now: Date,
) =>
  db.run(sql`
    insert into assisted_request (id, request_key, request_sealed, account_id, client_id, service_id, scopes, acr_values, max_age,
      binding_message, operator_sealed, reason_sealed, state, asked_at, expires_at)
    values (${row.id}, ${row.requestKey}, ${row.requestSealed}, ${row.accountId}, ${row.clientId}, ${row.serviceId}, ${row.scopes}, ${row.acrValues}, ${row.maxAge},
      ${row.bindingMessage}, ${row.operatorSealed}, ${row.reasonSealed}, 'asked', ${now}, ${row.expiresAt})`);

export const findOpenRequests = (db: Database, accountId: string, now: Date) =>
  db.rows<RequestRow>(sql`
    select id, request_sealed, client_id, service_id, scopes, acr_values, max_age, binding_message, operator_sealed, reason_sealed, asked_at, expires_at
    from assisted_request where account_id = ${accountId} and state = 'asked' and expires_at > ${now}
    order by asked_at desc, id limit 10`);

/** What the citizen was asked lately and how it ended. */
export const findEndedRequests = (db: Database, accountId: string, since: Date) =>
  db.rows<{ id: string; client_id: string; scopes: string[]; state: 'approved' | 'denied' | 'expired'; asked_at: Date }>(sql`
    select id, client_id, scopes, state, asked_at from assisted_request
    where account_id = ${accountId} and state <> 'asked' and asked_at > ${since} order by asked_at desc, id limit 20`); // prettier-ignore

/** The compare-and-swap of every answer: of any number that come at once one gets 1. */
export const endRequest = (
  db: Database,
  { id, accountId, state }: { id: string; accountId: string; state: 'approved' | 'denied' },
  now: Date,
) =>
  db.run(sql`
    update assisted_request set state = ${state}, ended_at = ${now}, request_sealed = null
    where id = ${id} and account_id = ${accountId} and state = 'asked' and expires_at > ${now}`);

/** Those whose time is over; each is taken once, by one process. */
export const expireRequests = (db: Database, now: Date) =>
  db.rows<{ id: string; account_id: string | null; client_id: string; service_id: string }>(sql`
    update assisted_request set state = 'expired', ended_at = ${now}, request_sealed = null
    where id in (select id from assisted_request where state = 'asked' and expires_at <= ${now}
      order by expires_at limit 50 for update skip locked)
    returning id, account_id, client_id, service_id`);

/** 0: this desk asked less than the interval ago. */
export const notePoll = (
  db: Database,
  { requestKey, lastBefore }: { requestKey: Buffer; lastBefore: Date },
  now: Date,
) =>
  db.run(sql`
    update assisted_request set polled_at = ${now}
    where request_key = ${requestKey} and (polled_at is null or polled_at <= ${lastBefore})`);

/** Accounts in use that are reached by this number, undisputed. More than one: it says nothing about who is meant. */
export const findAccountsByPhone = (db: Database, phoneKey: Buffer) =>
  db.rows<{ account_id: string; contested: boolean; locked: boolean }>(sql`
    select p.account_id, p.contested_at is not null as contested, a.locked_at is not null as locked
    from phone p join account a on a.id = p.account_id
    where p.phone_key = ${phoneKey} and p.ended_at is null limit 2`);
