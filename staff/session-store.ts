import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import type { StaffRole } from './store.ts';

export type StaffSessionRow = {
  staff_id: string;
  login: string;
  role: StaffRole;
  unit: string;
  commune_code: string | null;
  service_code: string | null;
  method: 'passkey' | 'recovery' | 'invitation';
  began_at: Date;
};

export const insertSession = (
  db: Database,
  row: { sessionKey: Buffer; staffId: string; method: string; expiresAt: Date },
  now: Date,
) =>
  db.run(sql`
    insert into staff_session (session_key, staff_id, method, began_at, seen_at, expires_at)
    select ${row.sessionKey}, id, ${row.method}, ${now}, ${now}, ${row.expiresAt} from staff
    where id = ${row.staffId} and accepted_at is not null and disabled_at is null`);

/** Finds and keeps awake in one statement, so an idle session cannot be woken by two requests at once. */
export const touchSession = (db: Database, sessionKey: Buffer, idleSince: Date, now: Date) =>
  db.row<StaffSessionRow>(sql`
    update staff_session s set seen_at = greatest(s.seen_at, ${now}) from staff p
    where s.session_key = ${sessionKey} and s.ended_at is null and s.expires_at > ${now} and s.seen_at > ${idleSince}
      and p.id = s.staff_id and p.disabled_at is null and p.accepted_at is not null
    returning s.staff_id, p.login, p.role, p.unit, p.commune_code, p.service_code, s.method, s.began_at`);

export const endSession = (db: Database, sessionKey: Buffer, now: Date) =>
  db.run(sql`
    update staff_session set ended_at = ${now} where session_key = ${sessionKey} and ended_at is null`);

export const endSessionsOf = (db: Database, staffId: string, now: Date) =>
  db.run(sql`
    update staff_session set ended_at = ${now} where staff_id = ${staffId} and ended_at is null`);
