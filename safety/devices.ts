// Browsers in which a person has proven level 2. One that is not among them is new: its first act of
// high risk waits for a notice (hold.ts). A known browser proves nothing; it only spares the wait.

import { randomUUID } from 'node:crypto';
import { outdateAccount } from '../accounts/watermark.ts';
import { endFamilies } from '../assurance/family-store.ts';
import { revokeProofs } from '../assurance/level.ts';
import { recordAccess } from '../audit/record.ts';
import { tellServices } from '../signals/tell.ts';
import type { Database } from '../database.ts';
import { endDevice, endHold, findDevice, findDevices, saveDevice } from './device-store.ts';
import type { DeviceKind } from './device-store.ts';
import type { LockHouse } from './lock.ts';

export type { DeviceKind };

/** As long as browsers keep a cookie. Days. */
export const DEVICE_DAYS = 400;

const DAY_MS = 86_400_000;

/** `deviceKey`: keyed hash of the random number that the browser keeps. */
export type Device = { readonly accountId: string; readonly deviceKey: Buffer };

export const knownDevice = async (db: Database, device: Device, now: Date): Promise<boolean> =>
  (await findDevice(db, device, seenSince(now))) !== undefined;

/** From now on this browser does not wait. Whether it may be kept is decided in hold.ts. */
export async function keepDevice(
  db: Database,
  { accountId, deviceKey, kind }: Device & { kind: DeviceKind },
  now: Date,
): Promise<void> {
  await saveDevice(db, { id: randomUUID(), accountId, deviceKey, kind }, now);
  await endHold(db, { accountId, deviceKey });
}

/** For the person's own page, the last seen first. */
export async function listDevices(
  db: Database,
  { accountId, deviceKey }: { accountId: string; deviceKey: Buffer | undefined },
  now: Date,
) {
  const rows = await findDevices(db, accountId, seenSince(now));
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    firstProvenAt: row.first_proven_at,
    lastSeenAt: row.last_seen_at,
    isThis: deviceKey !== undefined && row.device_key.equals(deviceKey),
  }));
}

/**
 * "This is not my machine": it is forgotten, and everybody is signed out everywhere, because what was
 * opened in it is not told apart from the rest. @returns false when it was gone already
 */
export async function removeDevice(
  { db, origin, grants }: Pick<LockHouse, 'db' | 'origin' | 'grants'>,
  { accountId, id }: { accountId: string; id: string },
  now: Date,
): Promise<boolean> {
  return db.transaction(async () => {
    if ((await endDevice(db, { accountId, id }, now)) !== 1) return false;
    await revokeProofs(db, { accountId }, now);
    await endFamilies(db, { accountId }, now);
    await grants.endAll(accountId);
    await outdateAccount(db, { accountId }, now);
    await tellServices(db, { accountId, changes: [{ kind: 'session-revoked', by: 'user', reason: 'machine_removed' }, { kind: 'assurance-level-change', by: 'user', level: 0 }] }, now); // prettier-ignore
    await recordAccess(db, origin, { kind: 'device.removed', outcome: 'ok', actor: 'self', accountId }, now);
    return true;
  });
}

const seenSince = (now: Date) => new Date(now.getTime() - DEVICE_DAYS * DAY_MS);
