// People who work for the broker are invited by name and never register themselves. The link is
// the only copy of its token: the database keeps a hash, so a copy of it lets nobody in.

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { hashPassword, passwordProblem } from './password.ts';
import type { PasswordProblem } from './password.ts';
import { endSessionsOf } from './session-store.ts';
import * as store from './store.ts';
import type { StaffRole } from './store.ts';

const LIFE_MS = 72 * 3_600_000;

export type Invitation = {
  readonly login: string;
  readonly role: StaffRole;
  /** Department or office. */
  readonly unit: string;
  /** Five digits (QĐ 19/2025); an officer always works for one commune. */
  readonly communeCode: string | undefined;
  /** Code of the service an owner answers for; nobody else has one. */
  readonly serviceCode?: string | undefined;
};

/**
 * Invites, or invites again: an earlier link ends. @returns the token of the link, valid 72 hours
 * @throws Refusal conflict when the person has accepted, invalid when the facts do not fit
 */
export async function inviteStaff(
  { db, origin }: { db: Database; origin: string },
  invitation: Invitation,
  now: Date,
): Promise<string> {
  const { login, role, communeCode, serviceCode } = invitation;
  if (!/^[a-z0-9][a-z0-9.-]{2,39}$/.test(login)) {
    throw new Refusal('invalid', 'a login has 3 to 40 lower-case letters, digits, dots and hyphens');
  }
  if (role === 'officer' && communeCode === undefined)
    throw new Refusal('invalid', 'an officer needs a commune');
  if ((role === 'owner') !== (serviceCode !== undefined))
    throw new Refusal('invalid', 'an owner, and nobody else, needs a service');
  return db.transaction(async () => {
    await store.insertStaff(db, { id: randomUUID(), ...invitation, serviceCode }, now);
    const staff = await store.findStaff(db, login);
    if (staff === undefined) throw new Error('a staff row vanished');
    if (staff.accepted_at !== null) throw new Refusal('conflict', `${login} has an account already`);
    if (staff.role !== role) throw new Refusal('conflict', `${login} was invited as ${staff.role}`);
    const token = await newInvitation(db, staff.id, now);
    const details = { staff: staff.id, role };
    await recordAccess(db, origin, { kind: 'staff.invited', outcome: 'ok', actor: 'operator', details }, now);
    return token;
  });
}

/** The one link of an employee that works. @returns its token */
export async function newInvitation(db: Database, staffId: string, now: Date): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await store.endInvitations(db, staffId, now);
  const expiresAt = new Date(now.getTime() + LIFE_MS);
  await store.insertInvitation(db, { tokenKey: keyOf(token), staffId, expiresAt });
  return token;
}

/** Who a link invites; undefined for one that is used, expired or never was. */
export async function findInvited(db: Database, token: string, now: Date) {
  const row = await store.findInvitation(db, keyOf(token), now);
  return row === undefined ? undefined : { login: row.login, unit: row.unit };
}

export type Accepted =
  | { readonly outcome: 'accepted'; readonly staffId: string }
  | { readonly outcome: 'weak'; readonly problem: PasswordProblem }
  | { readonly outcome: 'ended' };

/** Sets the password and ends the link. Of several answers at once one counts. */
export async function acceptInvitation(
  { db, origin }: { db: Database; origin: string },
  { token, password }: { token: string; password: string },
  now: Date,
): Promise<Accepted> {
  const invited = await store.findInvitation(db, keyOf(token), now);
  if (invited === undefined) return { outcome: 'ended' };
  const problem = passwordProblem(password, invited.login);
  if (problem !== undefined) return { outcome: 'weak', problem };
  const hash = await hashPassword(password);
  return db.transaction(async () => {
    if ((await store.useInvitation(db, keyOf(token), now)) !== 1) return { outcome: 'ended' };
    if ((await store.acceptStaff(db, invited.staff_id, hash, now)) !== 1) return { outcome: 'ended' };
    // A sign-in that was finishing while the password was reset may have left a session.
    await endSessionsOf(db, invited.staff_id, now);
    const details = { staff: invited.staff_id };
    await recordAccess(
      db,
      origin,
      { kind: 'staff.accepted', outcome: 'ok', actor: 'operator', details },
      now,
    );
    return { outcome: 'accepted', staffId: invited.staff_id };
  });
}

const keyOf = (token: string) => createHash('sha256').update(token).digest();
