// A forgotten password. The person starts again as on the first day: what they had to sign in with may
// be in somebody else's hands, so none of it stays.

import { dropPasskeys } from '../authenticators/passkey-store.ts';
import { supersedeCodes } from '../authenticators/recovery-store.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { newInvitation } from './invitation.ts';
import { endSessionsOf } from './session-store.ts';
import { findStaff, forgetPassword } from './store.ts';

/**
 * Ends sessions, password, passkeys and codes of an employee. @returns the token of a link, valid 72 hours,
 * with which they set a new password
 * @throws Refusal missing for an unknown login, conflict for one that is disabled or never accepted
 */
export async function resetStaff(
  { db, origin }: { db: Database; origin: string },
  { login, operatorId }: { login: string; operatorId: string },
  now: Date,
): Promise<string> {
  return db.transaction(async () => {
    const staff = await findStaff(db, login);
    if (staff === undefined) throw new Refusal('missing', `nobody has the login ${login}`);
    // First, and conditional: a sign-in under way finds nobody to open a session for.
    if ((await forgetPassword(db, staff.id)) !== 1)
      throw new Refusal('conflict', `${login} is disabled, or has no password yet: see \`tnid staff list\``);
    const owner = { kind: 'staff', id: staff.id } as const;
    await endSessionsOf(db, staff.id, now);
    await dropPasskeys(db, owner);
    await supersedeCodes(db, owner, now);
    const token = await newInvitation(db, staff.id, now);
    await recordAccess(db, origin, { kind: 'staff.reset', outcome: 'ok', actor: 'operator', details: { staff: staff.id, by: operatorId } }, now); // prettier-ignore
    return token;
  });
}
