import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type CaseKind = 'account' | 'number' | 'guardian';
export type CaseRow = {
  id: string;
  kind: CaseKind;
  account_id: string | null;
  state: 'open' | 'second' | 'done' | 'refused' | 'expired';
  opened_at: Date;
  expires_at: Date;
  staff_id: string;
  second_staff_id: string | null;
  commune_code: string;
  facts_sealed: Buffer | null;
  ended_at: Date | null;
};

export const insertCase = (
  db: Database,
  row: { id: string; kind: CaseKind; accountId: string; staffId: string; communeCode: string; factsSealed: Buffer; expiresAt: Date }, // prettier-ignore
  now: Date,
) =>
  db.run(sql`
    insert into counter_case (id, kind, account_id, state, opened_at, expires_at, staff_id, commune_code, facts_sealed)
    values (${row.id}, ${row.kind}, ${row.accountId}, 'open', ${now}, ${row.expiresAt}, ${row.staffId}, ${row.communeCode}, ${row.factsSealed})`);

export const findCase = (db: Database, id: string) =>
  db.row<CaseRow>(sql`
    select id, kind, account_id, state, opened_at, expires_at, staff_id, second_staff_id, commune_code, facts_sealed, ended_at
    from counter_case where id = ${id}`);

export const keepCaseFacts = (
  db: Database,
  row: { id: string; staffId: string; factsSealed: Buffer },
  now: Date,
) =>
  // prettier-ignore
  db.run(sql`
    update counter_case set facts_sealed = ${row.factsSealed}
    where id = ${row.id} and state = 'open' and staff_id = ${row.staffId} and expires_at > ${now}`);

export const sendCaseOn = (db: Database, row: { id: string; staffId: string; expiresAt: Date }, now: Date) =>
  db.run(sql`
    update counter_case set state = 'second', expires_at = ${row.expiresAt}
    where id = ${row.id} and state = 'open' and staff_id = ${row.staffId} and expires_at > ${now}`);

export const endCase = (
  db: Database,
  row: { id: string; staffId: string; state: 'done' | 'refused' },
  now: Date,
) =>
  db.run(sql`
    update counter_case set state = ${row.state}, ended_at = ${now}, facts_sealed = null
    where id = ${row.id} and state = 'open' and staff_id = ${row.staffId} and expires_at > ${now}`);

/** By another officer of the same commune, never by the one who opened it. */
export const endSecondCase = (
  db: Database,
  row: { id: string; staffId: string; communeCode: string; state: 'done' | 'refused' },
  now: Date,
) =>
  db.run(sql`
    update counter_case set state = ${row.state}, ended_at = ${now}, facts_sealed = null, second_staff_id = ${row.staffId}
    where id = ${row.id} and state = 'second' and staff_id <> ${row.staffId} and commune_code = ${row.communeCode} and expires_at > ${now}`);

export const listSecondCases = (db: Database, communeCode: string, now: Date) =>
  db.rows<{ id: string; kind: CaseKind; staff_id: string; opened_at: Date; login: string }>(sql`
    select c.id, c.kind, c.staff_id, c.opened_at, s.login from counter_case c join staff s on s.id = c.staff_id
    where c.commune_code = ${communeCode} and c.state = 'second' and c.expires_at > ${now}
    order by c.opened_at limit 50`);

/** Who a cancelled number belongs to now. */
export const findNewNumber = (db: Database, oldNumberKey: Buffer) =>
  db.row<{ new_number_key: Buffer }>(sql`
    select new_number_key from personal_number_history where old_number_key = ${oldNumberKey}`);

export const insertNumberHistory = (
  db: Database,
  row: { oldKey: Buffer; newKey: Buffer; accountId: string; checkId: string },
  now: Date,
) =>
  db.run(sql`
    insert into personal_number_history (old_number_key, new_number_key, account_id, check_id, replaced_at)
    values (${row.oldKey}, ${row.newKey}, ${row.accountId}, ${row.checkId}, ${now})
    on conflict (old_number_key) do nothing`);

export const findStanding = (db: Database, accountId: string, numberKey: Buffer) =>
  db.row<{
    id: string;
    source: string;
    expires_at: Date;
    name_sealed: Buffer | null;
    birthdate_sealed: Buffer | null;
  }>(sql`
    select id, source, expires_at, name_sealed, birthdate_sealed from identity_binding
    where account_id = ${accountId} and number_key = ${numberKey} and ended_at is null`);
