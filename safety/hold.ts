// A scammer who talks a citizen out of a code is in a hurry. So a browser that never proved level 2
// for this account may not do so for an act of high risk until the person's own channels were told,
// and have had a little time to answer with the link that locks.

import { randomUUID } from 'node:crypto';
import { findBinding } from '../assurance/binding-store.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { beginHoldRow, findHold, setHoldMessages, wasBoundBefore } from './device-store.ts';
import { keepDevice, knownDevice } from './devices.ts';
import type { Device, DeviceKind } from './devices.ts';
import { countNotices } from './notice-store.ts';
import { noticeAccount } from './notices.ts';
import type { NoticeHouse } from './notices.ts';

/** From the moment the gateway took the notice. Seconds. */
export const HOLD_SECONDS = 180;
/** Somebody who comes with ever new browsers must not fill a person's phone. Beyond it only identity helps. */
const MOST_NOTICES_A_DAY = 5;
/** A wait that was had yesterday is no warning for today. */
const HOLD_LIFE_MS = 86_400_000;

/**
 * `held`: the notice has not gone out yet. `until`: it has. `identity_only`: there is no channel to tell,
 * or none took the notice. Nobody could object then, so a code or a passkey is not enough and the person
 * proves who they are: VNeID, chip or counter do not rest on what a thief of a phone holds.
 */
export type HoldState = 'none' | 'held' | 'identity_only' | { readonly until: Date };

export type HoldFacts = Device & {
  /** An action asked for is of high risk. */
  readonly highRisk: boolean;
  /** When the binding in force was made; undefined without one: a first binding has its own brake. */
  readonly boundSince: Date | undefined;
};

export async function holdState(
  db: Database,
  { highRisk, boundSince, ...device }: HoldFacts,
  now: Date,
): Promise<HoldState> {
  if (!highRisk || boundSince === undefined) return 'none';
  if (await knownDevice(db, device, now)) return 'none';
  const hold = await findHold(db, device, lastDay(now));
  if (hold === undefined) return 'held';
  if (hold.accepted_at === null) return hold.hopeful ? 'held' : 'identity_only';
  const until = new Date(hold.accepted_at.getTime() + HOLD_SECONDS * 1000);
  return until <= now ? 'none' : { until };
}

/** The same for an account whose level 2 was proven before, perhaps for a smaller act. */
export async function holdOnProven(db: Database, device: Device, now: Date): Promise<HoldState> {
  const binding = await findBinding(db, device.accountId, now);
  return holdState(db, { ...device, highRisk: true, boundSince: binding?.bound_at }, now);
}

/** Tells the other channels; once a day and device, however often the page is shown. */
export async function beginHold(house: NoticeHouse, device: Device, now: Date): Promise<void> {
  const { db, origin } = house;
  await db.transaction(async () => {
    if ((await beginHoldRow(db, device, lastDay(now), now)) !== 1) return;
    const { accountId } = device;
    const told = await countNotices(db, { accountId, kind: 'new_device', since: lastDay(now) });
    const notice = { accountId, kind: 'new_device', key: randomUUID(), link: true } as const;
    const messageIds = told < MOST_NOTICES_A_DAY ? (await noticeAccount(house, notice, now)).messageIds : [];
    await setHoldMessages(db, device, messageIds);
    await recordAccess(db, origin, { kind: 'device.held', outcome: 'ok', actor: 'self', accountId, details: { channels: messageIds.length } }, now); // prettier-ignore
  });
}

/**
 * Level 2 has been proven in this browser. It is remembered only when its person was told of it or first
 * bound in it: otherwise a small act in a new browser would spare a large one its notice.
 */
export async function rememberDevice(
  db: Database,
  device: Device & {
    readonly kind: DeviceKind;
    /** When the transaction that proved level 2 began; undefined where it stood before. */
    readonly provenSince: Date | undefined;
    /** VNeID, chip or counter said in it who the person is. */
    readonly identified: boolean;
  },
  now: Date,
): Promise<void> {
  const { accountId, deviceKey, provenSince, identified } = device;
  if (await mayRemember()) await keepDevice(db, device, now);

  async function mayRemember(): Promise<boolean> {
    if (await knownDevice(db, { accountId, deviceKey }, now)) return true;
    if (provenSince === undefined) return false;
    if (!(await wasBoundBefore(db, accountId, provenSince))) return true;
    const state = await holdState(db, { accountId, deviceKey, highRisk: true, boundSince: provenSince }, now);
    return state === 'none' || (state === 'identity_only' && identified);
  }
}

const lastDay = (now: Date) => new Date(now.getTime() - HOLD_LIFE_MS);
