import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import type { DeviceKind } from './device-store.ts';

export type LaunchRow = { id: string; created_at: Date; kind: DeviceKind | null };

/** Those that still prove something. With the sort of machine, where the person has proven level 2 on it. */
export const findLaunches = (db: Database, accountId: string, now: Date) =>
  db.rows<LaunchRow>(sql`
    select f.id, f.created_at, d.kind
    from login_family f
    left join known_device d on d.account_id = f.account_id and d.device_key = f.device_key and d.ended_at is null
    where f.account_id = ${accountId} and f.ended_at is null and f.expires_at > ${now}
      and exists (select from level_fact l where l.session_uid = f.session_uid and l.revoked_at is null)
    order by f.created_at desc limit 50`);

/** No row: ended already, or another account's. */
export const endLaunchRow = (db: Database, { accountId, id }: { accountId: string; id: string }, now: Date) =>
  db.row<{ session_uid: string; client_id: string; grant_id: string | null }>(sql`
    update login_family set ended_at = ${now}
    where id = ${id} and account_id = ${accountId} and ended_at is null
    returning session_uid, client_id, grant_id`);
