import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { endSessionsOf } from './session-store.ts';
import { disableStaffRow, endInvitations, findStaff } from './store.ts';

/**
 * Somebody works here no more: their sessions and links end with it. What they did stays on record.
 * @returns false when they were disabled already @throws Refusal missing for an unknown login
 */
export async function disableStaff(
  { db, origin }: { db: Database; origin: string },
  login: string,
  now: Date,
): Promise<boolean> {
  return db.transaction(async () => {
    const staff = await findStaff(db, login);
    if (staff === undefined) throw new Refusal('missing', `nobody has the login ${login}`);
    if ((await disableStaffRow(db, staff.id, now)) !== 1) return false;
    await endSessionsOf(db, staff.id, now);
    await endInvitations(db, staff.id, now);
    await recordAccess(db, origin, { kind: 'staff.disabled', outcome: 'ok', actor: 'operator', details: { staff: staff.id } }, now); // prettier-ignore
    return true;
  });
}
