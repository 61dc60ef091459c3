import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type DeviceKind = 'android' | 'iphone' | 'ipad' | 'windows' | 'mac' | 'linux' | 'other';
export type DeviceRow = {
  id: string;
  device_key: Buffer;
  kind: DeviceKind;
  first_proven_at: Date;
  last_seen_at: Date;
};

type Device = { readonly accountId: string; readonly deviceKey: Buffer };

export const findDevice = (db: Database, { accountId, deviceKey }: Device, seenSince: Date) =>
  db.row<{ id: string }>(sql`
    select id from known_device
    where account_id = ${accountId} and device_key = ${deviceKey} and ended_at is null and last_seen_at > ${seenSince}`);

export const findDevices = (db: Database, accountId: string, seenSince: Date) =>
  db.rows<DeviceRow>(sql`
    select id, device_key, kind, first_proven_at, last_seen_at from known_device
    where account_id = ${accountId} and ended_at is null and last_seen_at > ${seenSince} order by last_seen_at desc limit 50`);

export const saveDevice = (db: Database, row: Device & { id: string; kind: DeviceKind }, now: Date) =>
  db.run(sql`
    insert into known_device (id, account_id, device_key, kind, first_proven_at, last_seen_at)
    values (${row.id}, ${row.accountId}, ${row.deviceKey}, ${row.kind}, ${now}, ${now})
    on conflict (account_id, device_key) where ended_at is null do update set last_seen_at = excluded.last_seen_at`);

/** 1 row at most once: removed already, or another account's, is 0. */
export const endDevice = (db: Database, { accountId, id }: { accountId: string; id: string }, now: Date) =>
  db.run(sql`
    update known_device set ended_at = ${now} where id = ${id} and account_id = ${accountId} and ended_at is null`);

export const endDevices = (db: Database, accountId: string, now: Date) =>
  db.run(sql`update known_device set ended_at = ${now} where account_id = ${accountId} and ended_at is null`);

export type HoldRow = { began_at: Date; message_ids: string[]; accepted_at: Date | null; hopeful: boolean };

/** With what became of its messages: when the first was accepted, and whether any may still be. */
export const findHold = (db: Database, { accountId, deviceKey }: Device, beganSince: Date) =>
  db.row<HoldRow>(sql`
    select h.began_at, h.message_ids,
      (select min(m.done_at) from message_outbox m where m.id = any(h.message_ids) and m.outcome = 'accepted') as accepted_at,
      exists (select from message_outbox m where m.id = any(h.message_ids) and m.done_at is null) as hopeful
    from device_hold h
    where h.account_id = ${accountId} and h.device_key = ${deviceKey} and h.began_at > ${beganSince}`);

/** 0 rows: a hold of this device is under way. */
export const beginHoldRow = (db: Database, { accountId, deviceKey }: Device, beganSince: Date, now: Date) =>
  db.run(sql`
    insert into device_hold as h (account_id, device_key, began_at, message_ids)
    values (${accountId}, ${deviceKey}, ${now}, '{}')
    on conflict (account_id, device_key) do update set began_at = excluded.began_at, message_ids = excluded.message_ids
      where h.began_at <= ${beganSince}`);

export const setHoldMessages = (
  db: Database,
  { accountId, deviceKey }: Device,
  messageIds: readonly string[],
) =>
  db.run(sql`
    update device_hold set message_ids = ${messageIds} where account_id = ${accountId} and device_key = ${deviceKey}`);

export const endHold = (db: Database, { accountId, deviceKey }: Device) =>
  db.run(sql`delete from device_hold where account_id = ${accountId} and device_key = ${deviceKey}`);

export const endHolds = (db: Database, accountId: string) =>
  db.run(sql`delete from device_hold where account_id = ${accountId}`);

/** Whether the account had a binding, in force or ended, before this moment. */
export const wasBoundBefore = async (db: Database, accountId: string, before: Date): Promise<boolean> =>
  (await db.row(sql`
    select 1 as there from identity_binding where account_id = ${accountId} and bound_at < ${before} limit 1`)) !==
  undefined;
