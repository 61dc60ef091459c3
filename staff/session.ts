// The session of somebody who works with the broker. The cookie is the only copy of its token; the
// database keeps a hash. Short, because counters are rooms where other people stand.

import { createHash, randomBytes } from 'node:crypto';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import * as store from './session-store.ts';
import type { StaffSessionRow } from './session-store.ts';
import type { StaffRole } from './store.ts';

const LIFE_MS = 8 * 3_600_000;
const IDLE_MS = 15 * 60_000;

type House = { readonly db: Database; readonly origin: string };

export type StaffMember = {
  readonly staffId: string;
  readonly login: string;
  readonly role: StaffRole;
  readonly unit: string;
  readonly communeCode: string | undefined;
  /** The service an owner answers for. */
  readonly serviceCode?: string | undefined;
  readonly method: StaffSessionRow['method'];
  readonly beganAt: Date;
};

/**
 * A new id at each sign-in: what an earlier visitor of this computer planted is worth nothing.
 * Runs in the transaction of the sign-in. @returns the token for the cookie
 * @throws Refusal forbidden for somebody who is disabled
 */
export async function beginStaffSession(
  { db, origin }: House,
  { staffId, method }: { staffId: string; method: StaffSessionRow['method'] },
  now: Date,
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + LIFE_MS);
  if ((await store.insertSession(db, { sessionKey: keyOf(token), staffId, method, expiresAt }, now)) !== 1)
    throw new Refusal('forbidden', 'this person works here no more', { reason: 'staff' });
  await recordAccess(db, origin, { kind: 'staff.signed_in', outcome: 'ok', actor: 'operator', details: { staff: staffId, method } }, now); // prettier-ignore
  return token;
}

/** Whose session this is, kept awake by the question; undefined when it is over or never was. */
export async function findStaffSession(
  db: Database,
  token: string | undefined,
  now: Date,
): Promise<StaffMember | undefined> {
  if (token === undefined || token.length > 100) return undefined;
  const row = await store.touchSession(db, keyOf(token), new Date(now.getTime() - IDLE_MS), now);
  return row === undefined
    ? undefined
    : {
        staffId: row.staff_id,
        login: row.login,
        role: row.role,
        unit: row.unit,
        communeCode: row.commune_code ?? undefined,
        serviceCode: row.service_code ?? undefined,
        method: row.method,
        beganAt: row.began_at,
      };
}

export async function endStaffSession(
  { db, origin }: House,
  { token, staffId }: { token: string; staffId: string },
  now: Date,
): Promise<void> {
  await db.transaction(async () => {
    if ((await store.endSession(db, keyOf(token), now)) !== 1) return;
    await recordAccess(db, origin, { kind: 'staff.signed_out', outcome: 'ok', actor: 'operator', details: { staff: staffId } }, now); // prettier-ignore
  });
}

const keyOf = (token: string) => createHash('sha256').update(token).digest();
