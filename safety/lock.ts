// Locking: one transaction after which nothing of the account works. What is out with services dies
// by watermark at their next look at the feed (protocol design 12). The binding stays: unlocked, the
// account is the same person's, who must prove everything again: passkeys and recovery codes may have
// been made by the thief, and a code to the phone alone is not enough.

import { lockAccountRow } from '../accounts/store.ts';
import { outdateAccount } from '../accounts/watermark.ts';
import { endFamilies } from '../assurance/family-store.ts';
import { revokeProofs } from '../assurance/level.ts';
import { cancelMoves } from '../assurance/rebind.ts';
import { supersedeCodes as supersedeRecoveryCodes } from '../authenticators/recovery-store.ts';
import { recordAccess } from '../audit/record.ts';
import { tellServices } from '../signals/tell.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { endDevices, endHolds } from './device-store.ts';
import {
  contestPhone,
  deletePasskeys,
  endHotlineLinks,
  endNotMeLinks,
  failTransactions,
  supersedeCodes,
  unlockAccountRow,
} from './lock-store.ts';
import { noticePlainly } from './notices.ts';

export type LockReason = 'lost_phone' | 'not_me' | 'operator' | 'fraud';
export type UnlockReason = 'person_present' | 'mistake';
/** `staffId`: the officer or operator. `caseId`: what the decision rests on, a counter decision's id. */
export type Actor = {
  readonly kind: 'officer' | 'operator' | 'self' | 'link';
  readonly staffId?: string | undefined;
  readonly caseId?: string | undefined;
};

/** What locking asks of the protocol's storage; runs on the same transaction. */
export type Access = {
  /** Ends every browser session, grant, code, refresh and opaque token of an account. */
  endAll(accountId: string): Promise<void>;
};

export type LockHouse = {
  readonly db: Database;
  readonly vault: Vault;
  readonly origin: string;
  readonly grants: Access;
};

/** A token request that saw the account open a moment ago may sign a little later than the lock. */
const SIGNED_MEANWHILE_MS = 5_000;

/** @returns false when the account was locked already, or is not there */
export async function lockAccount(
  house: LockHouse,
  { accountId, reason, by }: { accountId: string; reason: LockReason; by: Actor },
  now: Date,
): Promise<boolean> {
  const { db, origin } = house;
  return db.transaction(async () => {
    // First, and conditional: of several locks at once one does the work, and steps that write for
    // this account wait for it.
    if ((await lockAccountRow(db, accountId, reason, now)) !== 1) return false;
    await endEverything(house, accountId, now);
    const told = { by: actorOf(by) === 'self' ? 'user' : 'admin' } as const;
    await tellServices(db, { accountId, changes: [{ kind: 'session-revoked', reason: 'locked', ...told }, { kind: 'assurance-level-change', level: 0, ...told }] }, now); // prettier-ignore
    // Who says "not me" objects to a move that waits; the person asking for it then needs a counter.
    await cancelMoves(db, accountId, reason === 'lost_phone' ? 'cancelled' : 'objected', now);
    await recordAccess(db, origin, { kind: 'account.locked', outcome: 'ok', actor: actorOf(by), accountId, details: { reason, ...detailsOf(by) } }, now); // prettier-ignore
    await noticePlainly(house, { accountId, kind: 'locked', key: now.toISOString() }, now);
    return true;
  });
}

/** @returns false when the account was not locked */
export async function unlockAccount(
  house: LockHouse,
  { accountId, reason, by }: { accountId: string; reason: UnlockReason; by: Actor },
  now: Date,
): Promise<boolean> {
  const { db, origin } = house;
  return db.transaction(async () => {
    if ((await unlockAccountRow(db, accountId)) !== 1) return false;
    // Again: a sign-in that was finishing while the lock was written may have left something.
    await endEverything(house, accountId, now);
    await endNotMeLinks(db, accountId, now);
    await recordAccess(db, origin, { kind: 'account.unlocked', outcome: 'ok', actor: actorOf(by), accountId, details: { reason, ...detailsOf(by) } }, now); // prettier-ignore
    await noticePlainly(house, { accountId, kind: 'unlocked', key: now.toISOString() }, now);
    return true;
  });
}

async function endEverything({ db, grants }: LockHouse, accountId: string, now: Date): Promise<void> {
  await revokeProofs(db, { accountId }, now);
  await endFamilies(db, { accountId }, now);
  await endHotlineLinks(db, { accountId, reason: 'locked' }, now);
  await failTransactions(db, accountId);
  await supersedeCodes(db, accountId, now);
  await contestPhone(db, accountId, now);
  await deletePasskeys(db, accountId);
  await supersedeRecoveryCodes(db, { kind: 'account', id: accountId }, now);
  // The browser that was stolen must be a new one when the account opens again.
  await endDevices(db, accountId, now);
  await endHolds(db, accountId);
  await grants.endAll(accountId);
  await outdateAccount(db, { accountId }, new Date(now.getTime() + SIGNED_MEANWHILE_MS));
}

const actorOf = ({ kind }: Actor) => (kind === 'officer' || kind === 'operator' ? 'operator' : 'self');

const detailsOf = ({ kind, staffId, caseId }: Actor) => ({ by: kind, staff: staffId, case: caseId });
