import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type RequestState = 'open' | 'claimed' | 'second' | 'confirmed' | 'refused' | 'expired';
export type RequestRow = {
  id: string;
  transaction_id: string;
  account_id: string;
  client_id: string;
  code_sealed: Buffer | null;
  state: RequestState;
  created_at: Date;
  expires_at: Date;
  staff_id: string | null;
  second_staff_id: string | null;
  commune_code: string | null;
  unit: string | null;
  asked: number;
  facts_sealed: Buffer | null;
};

/** The live request of a step-up, or the newest one, whatever became of it. */
export const findLatestRequest = (db: Database, transactionId: string) =>
  db.row<RequestRow>(sql`
    select id, transaction_id, account_id, client_id, code_sealed, state, created_at, expires_at, staff_id, second_staff_id, commune_code, unit, asked, facts_sealed
    from counter_request where transaction_id = ${transactionId} order by decided_at is null desc, created_at desc, id desc limit 1`);

export const findRequest = (db: Database, id: string) =>
  db.row<RequestRow>(sql`
    select id, transaction_id, account_id, client_id, code_sealed, state, created_at, expires_at, staff_id, second_staff_id, commune_code, unit, asked, facts_sealed
    from counter_request where id = ${id}`);

export const countRequests = (db: Database, transactionId: string) =>
  db.row<{ n: number }>(
    sql`select count(*) as n from counter_request where transaction_id = ${transactionId}`,
  );

/** 0 rows: another tab of the same citizen asked first. */
export const insertRequest = (
  db: Database,
  row: { id: string; transactionId: string; accountId: string; clientId: string; codeKey: Buffer; codeSealed: Buffer; expiresAt: Date }, // prettier-ignore
  now: Date,
) =>
  db.run(sql`
    insert into counter_request (id, transaction_id, account_id, client_id, code_key, code_sealed, state, created_at, expires_at)
    values (${row.id}, ${row.transactionId}, ${row.accountId}, ${row.clientId}, ${row.codeKey}, ${row.codeSealed}, 'open', ${now}, ${row.expiresAt})
    on conflict do nothing`);

export const expireRequests = (db: Database, transactionId: string, now: Date) =>
  db.run(sql`
    update counter_request set state = 'expired', decided_at = ${now}, facts_sealed = null, code_sealed = null
    where transaction_id = ${transactionId} and decided_at is null and expires_at <= ${now}`);

/** Of officers who type the same code at once, one gets the row. */
export const claimRequest = (
  db: Database,
  row: { codeKey: Buffer; staffId: string; communeCode: string; unit: string; expiresAt: Date },
  now: Date,
) =>
  db.row<{ id: string; account_id: string; client_id: string }>(sql`
    update counter_request r set state = 'claimed', staff_id = ${row.staffId}, commune_code = ${row.communeCode}, unit = ${row.unit},
      claimed_at = ${now}, expires_at = least(${row.expiresAt}, t.expires_at), code_sealed = null
    from authn_tx t
    where t.id = r.transaction_id and r.code_key = ${row.codeKey} and r.state = 'open' and r.expires_at > ${now} and t.expires_at > ${now}
    returning r.id, r.account_id, r.client_id`);

/** What the register said; undefined facts only count the question. At most five questions a request. */
export const countQuestion = (db: Database, id: string, staffId: string, now: Date) =>
  db.run(sql`
    update counter_request set asked = asked + 1
    where id = ${id} and state = 'claimed' and staff_id = ${staffId} and expires_at > ${now} and asked < 5`);

export const keepFacts = (
  db: Database,
  row: { id: string; staffId: string; factsSealed: Buffer | undefined },
  now: Date,
) =>
  db.run(sql`
    update counter_request set facts_sealed = ${row.factsSealed}
    where id = ${row.id} and state = 'claimed' and staff_id = ${row.staffId} and expires_at > ${now}`);

export const sendOn = (db: Database, row: { id: string; staffId: string }, now: Date) =>
  db.run(sql`
    update counter_request r set state = 'second', expires_at = t.expires_at from authn_tx t
    where t.id = r.transaction_id and r.id = ${row.id} and r.state = 'claimed' and r.staff_id = ${row.staffId}
      and r.expires_at > ${now} and r.facts_sealed is not null`);

/** The first officer's decision on what they hold. */
export const decideClaimed = (
  db: Database,
  row: { id: string; staffId: string; state: 'confirmed' | 'refused' },
  now: Date,
) =>
  db.run(sql`
    update counter_request set state = ${row.state}, decided_at = ${now}, facts_sealed = null, code_sealed = null
    where id = ${row.id} and state = 'claimed' and staff_id = ${row.staffId} and expires_at > ${now}`);

/** The second officer's decision: of the same commune, and never the first one. */
export const decideSecond = (
  db: Database,
  row: { id: string; staffId: string; communeCode: string; state: 'confirmed' | 'refused' },
  now: Date,
) =>
  db.run(sql`
    update counter_request set state = ${row.state}, decided_at = ${now}, second_staff_id = ${row.staffId}, facts_sealed = null, code_sealed = null
    where id = ${row.id} and state = 'second' and staff_id <> ${row.staffId} and commune_code = ${row.communeCode} and expires_at > ${now}`);

/** What an officer has in hand, and what waits in the commune for somebody else. */
export const listRequests = (
  db: Database,
  { staffId, communeCode }: { staffId: string; communeCode: string },
  now: Date,
) =>
  // prettier-ignore
  db.rows<{ id: string; state: 'claimed' | 'second'; staff_id: string; claimed_at: Date; login: string }>(sql`
    select r.id, r.state, r.staff_id, r.claimed_at, s.login from counter_request r join staff s on s.id = r.staff_id
    where r.commune_code = ${communeCode} and r.expires_at > ${now}
      and (r.state = 'second' or (r.state = 'claimed' and r.staff_id = ${staffId}))
    order by r.claimed_at limit 50`);

export const insertDecision = (
  db: Database,
  row: {
    id: string;
    requestId: string | undefined;
    caseId: string | undefined;
    kind: string;
    staffId: string;
    communeCode: string;
    reason: string;
    noteSealed: Buffer | undefined;
    checkId: string | undefined;
  },
  now: Date,
) =>
  db.run(sql`
    insert into counter_decision (id, request_id, case_id, kind, staff_id, commune_code, reason, note_sealed, check_id, at)
    values (${row.id}, ${row.requestId}, ${row.caseId}, ${row.kind}, ${row.staffId}, ${row.communeCode}, ${row.reason}, ${row.noteSealed}, ${row.checkId}, ${now})`);

/** What the first officer wrote when they sent a request or case on. */
export const findSentOn = (db: Database, id: string) =>
  db.row<{ id: string; reason: string; note_sealed: Buffer | null }>(sql`
    select id, reason, note_sealed from counter_decision
    where (request_id = ${id} or case_id = ${id}) and kind in ('sent_on', 'number_sent_on') order by at desc limit 1`);
