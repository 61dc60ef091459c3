// One launch of the mini app: a family of `auth_session` values, each good for one call, all bound to the
// key the app made when it opened (protocol design 6). What is proven in a family serves that family alone.

import { createHash, randomBytes } from 'node:crypto';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { uuidv7 } from '../keys/uuid.ts';
import { moveLegs } from './browser-leg-store.ts';
import * as store from './family-store.ts';
import { LONGEST_PROOF_SECONDS, revokeProofs } from './level.ts';

export type Family = store.FamilyRow;
type House = { readonly db: Database; readonly origin: string };

/** 128 bits that name the family and 256 that are new at each answer: 22 and 43 characters of base64url. */
const SESSION = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

/** A claimed family; `authSession` is the value of the answer. */
export type Claimed = {
  readonly family: Family;
  readonly authSession: string;
  /** Puts the value that was claimed back in force: the call failed for no fault of the citizen's. */
  giveBack(): Promise<void>;
};

/**
 * Opens a launch for whoever has just been identified, with level 1; the evidence is spent in the same
 * statement. Undefined: it was used before. Runs in the caller's transaction.
 */
export async function openFamily(
  db: Database,
  launch: {
    jkt: string;
    clientId: string;
    accountId: string;
    deviceKey: Buffer | undefined;
    flow: object;
    /** Keyed hash of what proved it, and the methods that count. */
    evidenceKey: Buffer;
    amr: readonly string[];
  },
  now: Date,
): Promise<{ readonly family: Family; readonly authSession: string } | undefined> {
  const name = randomBytes(16).toString('base64url');
  const authSession = `${name}.${newSecret()}`;
  const row = {
    id: uuidv7(now),
    // Not the family's name: this one stands in tokens.
    sessionUid: `f_${randomBytes(16).toString('base64url')}`,
    nameKey: keyOf(name),
    secretKey: keyOf(authSession),
    expiresAt: new Date(now.getTime() + LONGEST_PROOF_SECONDS * 1000),
    factId: uuidv7(now),
    ...launch,
  };
  if ((await store.insertLaunch(db, row, now)) !== 1) return undefined;
  return {
    authSession,
    family: {
      id: row.id,
      session_uid: row.sessionUid,
      jkt: row.jkt,
      client_id: row.clientId,
      account_id: row.accountId,
      device_key: row.deviceKey ?? null,
      flow: row.flow,
      grant_id: null,
      expires_at: row.expiresAt,
    },
  };
}

/**
 * Takes an `auth_session` for one call. Undefined: unknown, used, expired, of another key or client. A
 * value that another key brings has been stolen, so its whole family ends.
 */
export async function claimSession(
  { db, origin }: House,
  { authSession, jkt, clientId }: { authSession: string; jkt: string; clientId: string },
  now: Date,
): Promise<Claimed | undefined> {
  const name = SESSION.exec(authSession)?.[1];
  if (name === undefined) return undefined;
  const next = `${name}.${newSecret()}`;
  const [nameKey, secretKey, nextSecretKey] = [keyOf(name), keyOf(authSession), keyOf(next)];
  const family = await store.claimFamily(db, { nameKey, secretKey, nextSecretKey, jkt, clientId }, now);
  if (family !== undefined) {
    const giveBack = async () =>
      void (await store.restoreSecret(db, { id: family.id, claimed: nextSecretKey, secretKey }));
    return { family, authSession: next, giveBack };
  }
  const known = await store.findFamilyByName(db, nameKey);
  if (known !== undefined && (known.jkt !== jkt || known.client_id !== clientId)) {
    await db.transaction(async () => {
      // Of several thieves at once the first ends it, and is on record.
      if (!(await endFamily(db, known, now))) return;
      await recordAccess(db, origin, { kind: 'login.session_moved', outcome: 'refused', actor: 'self', accountId: known.account_id ?? undefined, clientId: known.client_id }, now); // prettier-ignore
    });
  }
  return undefined;
}

/** Nothing proven in the family counts any more. @returns false where it had ended already */
export async function endFamily(
  db: Database,
  { id, session_uid: sessionUid }: Pick<Family, 'id' | 'session_uid'>,
  now: Date,
): Promise<boolean> {
  const ended = await store.endFamilies(db, { id }, now);
  await revokeProofs(db, { sessionUid }, now);
  return ended.length === 1;
}

/**
 * Zalo may start the app anew while its person is in a browser, reads a message or waits at a counter
 * (contract zalo U14). The next launch on the same machine, by the same person for the same thing, goes on
 * where the one before stood; that one ends. The machine's number is what keeps somebody who has only
 * the Zalo account from walking into it.
 * @returns the flow to go on with; undefined: there is none
 */
export async function resumeFlow(
  { db, origin }: House,
  family: Family,
  wanted: { readonly scopes: readonly string[]; readonly maxAgeSeconds: number | undefined },
  now: Date,
): Promise<string | undefined> {
  const { id: familyId, account_id: accountId, client_id: clientId, device_key: deviceKey } = family;
  if (accountId === null || deviceKey === null) return undefined;
  return db.transaction(async () => {
    const before = await store.takeOverFlow(db, { familyId, accountId, clientId, deviceKey, ...wanted }, now);
    if (before === undefined) return undefined;
    await revokeProofs(db, { sessionUid: before.session_uid }, now);
    await moveLegs(db, { transactionId: before.transaction_id, familyId });
    await recordAccess(db, origin, { kind: 'login.resumed', outcome: 'ok', actor: 'self', accountId, clientId }, now); // prettier-ignore
    return before.uid;
  });
}

export const keepFlow = store.setFlow;
export const finishFlow = store.finishFlow;
export { findFamilyById as findFamily, findLiveFamily } from './family-store.ts';

const newSecret = () => randomBytes(32).toString('base64url');
const keyOf = (text: string) => createHash('sha256').update(text).digest();
