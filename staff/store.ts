import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type StaffRole = 'officer' | 'auditor' | 'operator' | 'approver' | 'owner';
export type StaffRow = {
  id: string;
  login: string;
  role: StaffRole;
  unit: string;
  commune_code: string | null;
  /** The service an owner answers for, by its code in the catalogue. */
  service_code: string | null;
  invited_at: Date;
  accepted_at: Date | null;
  disabled_at: Date | null;
};

export const findStaff = (db: Database, login: string) =>
  db.row<StaffRow>(sql`
    select id, login, role, unit, commune_code, service_code, invited_at, accepted_at, disabled_at from staff where login = ${login}`);

export const listStaff = (db: Database) =>
  db.rows<StaffRow>(sql`
    select id, login, role, unit, commune_code, service_code, invited_at, accepted_at, disabled_at from staff order by login`);

export const insertStaff = (
  db: Database,
  row: { id: string; login: string; role: StaffRole; unit: string; communeCode: string | undefined; serviceCode: string | undefined }, // prettier-ignore
  now: Date,
) =>
  db.run(sql`
    insert into staff (id, login, role, unit, commune_code, service_code, invited_at)
    values (${row.id}, ${row.login}, ${row.role}, ${row.unit}, ${row.communeCode}, ${row.serviceCode}, ${now})
    on conflict (login) do nothing`);

/** An earlier link of the same person no longer opens anything. */
export const endInvitations = (db: Database, staffId: string, now: Date) =>
  db.run(sql`update staff_invitation set used_at = ${now} where staff_id = ${staffId} and used_at is null`);

export const insertInvitation = (db: Database, row: { tokenKey: Buffer; staffId: string; expiresAt: Date }) =>
  db.run(sql`
    insert into staff_invitation (token_key, staff_id, expires_at)
    values (${row.tokenKey}, ${row.staffId}, ${row.expiresAt})`);

export const findInvitation = (db: Database, tokenKey: Buffer, now: Date) =>
  db.row<{ staff_id: string; login: string; unit: string }>(sql`
    select i.staff_id, s.login, s.unit from staff_invitation i join staff s on s.id = i.staff_id
    where i.token_key = ${tokenKey} and i.used_at is null and i.expires_at > ${now}
      and s.accepted_at is null and s.disabled_at is null`);

export const useInvitation = (db: Database, tokenKey: Buffer, now: Date) =>
  db.run(sql`
    update staff_invitation set used_at = ${now}
    where token_key = ${tokenKey} and used_at is null and expires_at > ${now}`);

export const acceptStaff = (db: Database, staffId: string, passwordHash: string, now: Date) =>
  db.run(sql`
    update staff set accepted_at = ${now}, password_hash = ${passwordHash}
    where id = ${staffId} and accepted_at is null and disabled_at is null`);

/** As before the first sign-in. 0 rows: nothing to forget, or they work here no more. */
export const forgetPassword = (db: Database, staffId: string) =>
  db.run(sql`
    update staff set accepted_at = null, password_hash = null
    where id = ${staffId} and accepted_at is not null and disabled_at is null`);

/** What a password is compared with. Nobody, somebody who has not accepted, and somebody disabled have none. */
export const findCredentials = (db: Database, login: string) =>
  db.row<{ id: string; password_hash: string }>(sql`
    select id, password_hash from staff
    where login = ${login} and accepted_at is not null and disabled_at is null and password_hash is not null`);

export const disableStaffRow = (db: Database, staffId: string, now: Date) =>
  db.run(sql`update staff set disabled_at = ${now} where id = ${staffId} and disabled_at is null`);

export const findLogin = async (db: Database, staffId: string): Promise<string | undefined> =>
  (await db.row<{ login: string }>(sql`select login from staff where id = ${staffId}`))?.login;
