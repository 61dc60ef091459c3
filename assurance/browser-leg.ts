// A step of the mini app in the phone's own browser: VNeID, a passkey. The app holds a link good for one
// browser; what is proven there waits, sealed, and counts for nobody until the code that browser showed is
// typed into the app that asked (protocol design 7: cross-user session fixation). So a link sent to
// somebody else brings its sender nothing, whatever they prove.

import { createHash } from 'node:crypto';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { uuidv7 } from '../keys/uuid.ts';
import type { Vault } from '../keys/vault.ts';
import * as store from './browser-leg-store.ts';
import type { LegEnd, LegKind, LegRow } from './browser-leg-store.ts';
import { findTransactionById } from './store.ts';
import type { TransactionRow } from './store.ts';

export type { LegKind };
export type LegHouse = { readonly db: Database; readonly vault: Vault; readonly origin: string };
/** The app's side: one flow of one launch. */
export type LegFlow = { readonly tx: TransactionRow; readonly familyId: string; readonly kind: LegKind };
/** The browser's side: a leg that still counts, and the transaction it is for. */
export type Leg = LegRow & { readonly tx: TransactionRow };

export const LEG_LIFE_MS = 300_000;
export const MOST_CODE_TRIES = 5;
const MOST_LEGS = 5;
const LINK = /^[A-Za-z0-9_-]{43}$/;

export type LegStands =
  | { readonly state: 'none' }
  | { readonly state: 'live'; readonly link: string; readonly expiresAt: Date; readonly triesLeft: number }
  | { readonly state: 'ended'; readonly why: LegEnd };

/** What the app may be told of the newest leg of its flow. */
export async function standOfLeg(
  { db, vault }: Pick<LegHouse, 'db' | 'vault'>,
  { tx, familyId, kind }: LegFlow,
  now: Date,
): Promise<LegStands> {
  const row = await store.findNewestLeg(db, { transactionId: tx.id, familyId });
  if (row === undefined || row.kind !== kind) return { state: 'none' };
  if (row.ended_why !== null) return { state: 'ended', why: row.ended_why };
  const triesLeft = MOST_CODE_TRIES - row.code_tries;
  if (triesLeft < 1) return { state: 'ended', why: 'used_up' };
  if (row.expires_at <= now) return { state: 'ended', why: 'expired' };
  return { state: 'live', link: linkOf(vault, row.id), expiresAt: row.expires_at, triesLeft };
}

/** A fresh link; the one before it is dead. False: the transaction has had its five. @throws Refusal conflict */
export async function beginLeg(
  { db, vault }: Pick<LegHouse, 'db' | 'vault'>,
  { tx, familyId, kind }: LegFlow,
  now: Date,
): Promise<boolean> {
  const id = uuidv7(now);
  const expiresAt = new Date(now.getTime() + LEG_LIFE_MS);
  const leg = { id, linkKey: sha256(linkOf(vault, id)), transactionId: tx.id, familyId, kind, expiresAt, most: MOST_LEGS }; // prettier-ignore
  return db.transaction(async () => {
    await store.endLegsOf(db, { transactionId: tx.id, why: 'superseded' }, now);
    if ((await store.insertLeg(db, leg, now)) === 1) return true;
    const stands = await standOfLeg({ db, vault }, { tx, familyId, kind }, now);
    if (stands.state === 'live') throw new Refusal('conflict', 'another link was made first', { reason: 'transaction' }); // prettier-ignore
    return false;
  });
}

/** The link of a leg: 256 bits that only this house can make, so that no copy of the database opens one. */
export const linkOf = (vault: Vault, legId: string): string =>
  vault.keyOf('browser-leg', `link|${legId}`).toString('base64url');

/** The live leg behind a link. Unknown, used, ended and of a launch that is over are one answer. */
export async function findLegByLink(db: Database, link: string, now: Date): Promise<Leg | undefined> {
  return LINK.test(link) ? withTransaction(db, await store.findLeg(db, { linkKey: sha256(link) }, now)) : undefined; // prettier-ignore
}

export const findLegById = async (db: Database, id: string, now: Date): Promise<Leg | undefined> =>
  withTransaction(db, await store.findLeg(db, { id }, now));

/** Whether this browser opened the leg. `browser`: what its cookie says. */
export const isOpenedBy = (vault: Vault, leg: Leg, browser: string | undefined): boolean =>
  browser !== undefined && leg.browser_key?.equals(browserKey(vault, leg.id, browser)) === true;

/** Opens a leg for exactly this browser. False: another one, or another tab, was first. */
export async function openLeg(
  { db, vault, origin }: LegHouse,
  { leg, browser }: { leg: Leg; browser: string },
  now: Date,
): Promise<boolean> {
  return db.transaction(async () => {
    const key = browserKey(vault, leg.id, browser);
    if ((await store.openLegRow(db, { id: leg.id, browserKey: key }, now)) !== 1) return false;
    await recordLeg({ db, origin }, leg, { outcome: 'ok', what: 'opened' }, now);
    return true;
  });
}

/** "This is not me": the link is dead, and the event names whose link it was. */
export async function declineLeg(
  { db, origin }: Pick<LegHouse, 'db' | 'origin'>,
  leg: Leg,
  now: Date,
): Promise<void> {
  await db.transaction(async () => {
    if ((await store.endLeg(db, { id: leg.id, why: 'declined' }, now)) !== 1) return;
    await recordLeg({ db, origin }, leg, { outcome: 'refused', what: 'not_me' }, now);
  });
}

export function recordLeg(
  { db, origin }: Pick<LegHouse, 'db' | 'origin'>,
  leg: { kind: LegKind; account_id: string; tx: Pick<TransactionRow, 'client_id'> },
  { outcome, what }: { outcome: 'ok' | 'refused'; what: 'opened' | 'not_me' | 'wrong_code' | 'used_up' },
  now: Date,
): Promise<void> {
  const details = { by: leg.kind, what };
  return recordAccess(db, origin, { kind: 'stepup.browser', outcome, actor: 'self', accountId: leg.account_id, clientId: leg.tx.client_id, details }, now); // prettier-ignore
}

/** Keyed: the cookie stands in no table, not even as a hash that could be compared elsewhere. */
export const browserKey = (vault: Vault, legId: string, browser: string): Buffer =>
  vault.keyOf('browser-leg', `browser|${legId}|${browser}`);

const sha256 = (text: string) => createHash('sha256').update(text).digest();

async function withTransaction(db: Database, row: LegRow | undefined): Promise<Leg | undefined> {
  const tx = row === undefined ? undefined : await findTransactionById(db, row.transaction_id);
  return row === undefined || tx === undefined ? undefined : { ...row, tx };
}
