import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type EvidenceKind = 'birth_certificate' | 'register' | 'court';

/** What is on record about who an account belongs to, whether or not the binding's lifetime is over. */
export const findPerson = (db: Database, accountId: string) =>
  db.row<{ id: string; number_key: Buffer; birthdate_sealed: Buffer | null }>(sql`
    select id, number_key, birthdate_sealed from identity_binding
    where account_id = ${accountId} and ended_at is null`);

/** The same for somebody who must be bound now. */
export const findBoundPerson = (db: Database, accountId: string, now: Date) =>
  db.row<{ id: string; number_key: Buffer; birthdate_sealed: Buffer | null }>(sql`
    select b.id, b.number_key, b.birthdate_sealed from identity_binding b join account a on a.id = b.account_id
    where b.account_id = ${accountId} and b.ended_at is null and b.expires_at > ${now} and a.locked_at is null`);

export const findAccountOfNumber = (db: Database, numberKey: Buffer) =>
  db.row<{ account_id: string }>(sql`
    select account_id from identity_binding where number_key = ${numberKey} and ended_at is null`);

/** Takes the least free slot. 0 rows: none is free, the pair is on record, or another got in between. */
export const insertGuardianship = (
  db: Database,
  row: {
    id: string;
    childNumberKey: Buffer;
    guardianAccountId: string;
    evidenceKind: EvidenceKind;
    evidenceRefKey: Buffer;
    staffId: string | undefined;
    communeCode: string | undefined;
    endsAt: Date;
  },
  now: Date,
) =>
  db.run(sql`
    insert into guardianship (id, child_number_key, guardian_account_id, slot, evidence_kind, evidence_ref_key, staff_id, commune_code, recorded_at, ends_at)
    select ${row.id}, ${row.childNumberKey}, ${row.guardianAccountId}, min(free.slot), ${row.evidenceKind}, ${row.evidenceRefKey}, ${row.staffId}::uuid,
      ${row.communeCode}::text, ${now}, ${row.endsAt}
    from generate_series(1, 4) as free (slot)
    where not exists (
      select from guardianship g where g.child_number_key = ${row.childNumberKey} and g.slot = free.slot and g.ended_at is null)
    having min(free.slot) is not null
    on conflict do nothing`);

export const countGuardianships = (db: Database, childNumberKey: Buffer, guardianAccountId: string) =>
  db.row<{ live: number; same: number }>(sql`
    select count(*) as live, count(*) filter (where guardian_account_id = ${guardianAccountId}) as same
    from guardianship where child_number_key = ${childNumberKey} and ended_at is null`);

export const endGuardianshipRow = (db: Database, id: string, now: Date) =>
  db.row<{ guardian_account_id: string; child_number_key: Buffer }>(sql`
    update guardianship set ended_at = ${now} where id = ${id} and ended_at is null
    returning guardian_account_id, child_number_key`);

/** All on record of a child, in force or ended, the newest first. */
export const listGuardianships = (db: Database, childNumberKey: Buffer) =>
  db.rows<{
    id: string;
    guardian_account_id: string;
    evidence_kind: EvidenceKind;
    recorded_at: Date;
    ended_at: Date | null;
  }>(sql`
    select id, guardian_account_id, evidence_kind, recorded_at, ended_at from guardianship
    where child_number_key = ${childNumberKey} order by recorded_at desc, id`);

export type GuardianRow = { id: string; guardian_account_id: string; recorded_at: Date; ends_at: Date };

/** Representatives of the person an account belongs to, in force now. */
export const findGuardians = (db: Database, childAccountId: string, now: Date) =>
  db.rows<GuardianRow>(sql`
    select g.id, g.guardian_account_id, g.recorded_at, g.ends_at
    from guardianship g join identity_binding b on b.number_key = g.child_number_key and b.ended_at is null
    where b.account_id = ${childAccountId} and g.ended_at is null and g.ends_at > ${now} order by g.recorded_at, g.id`);

export type ChildRow = {
  id: string;
  child_account_id: string | null;
  binding_id: string | null;
  name_sealed: Buffer | null;
  recorded_at: Date;
  ends_at: Date;
};

/** Children an account represents, in force now; without account and name until the child has an account. */
export const findChildren = (db: Database, guardianAccountId: string, now: Date) =>
  db.rows<ChildRow>(sql`
    select g.id, b.account_id as child_account_id, b.id as binding_id, b.name_sealed, g.recorded_at, g.ends_at
    from guardianship g left join identity_binding b on b.number_key = g.child_number_key and b.ended_at is null
    where g.guardian_account_id = ${guardianAccountId} and g.ended_at is null and g.ends_at > ${now} order by g.recorded_at, g.id`);

/** Of this child by this person, also when it has lapsed with the child's age, but not when it was ended. */
export const findRepresentation = (
  db: Database,
  where: { guardianAccountId: string; childAccountId: string },
) =>
  db.row<{ id: string }>(sql`
    select g.id from guardianship g join identity_binding b on b.number_key = g.child_number_key and b.ended_at is null
    where g.guardian_account_id = ${where.guardianAccountId} and b.account_id = ${where.childAccountId} and g.ended_at is null`);

/** Holds a representation in force until the transaction ends: ending it waits, or came first and is seen. */
export const lockGuardianship = (
  db: Database,
  where: { id: string; guardianAccountId: string; childAccountId: string },
  now: Date,
) =>
  db.row<{ id: string }>(sql`
    select g.id from guardianship g
      join identity_binding c on c.number_key = g.child_number_key and c.ended_at is null
      join identity_binding r on r.account_id = g.guardian_account_id and r.ended_at is null and r.expires_at > ${now}
    where g.id = ${where.id} and g.guardian_account_id = ${where.guardianAccountId} and c.account_id = ${where.childAccountId}
      and g.ended_at is null and g.ends_at > ${now}
    for share of g`);
