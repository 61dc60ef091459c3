// Wrong codes in a row, over every code, transaction and path of an account. Fifty end the code as a
// factor until the person is identified again by VNeID, chip or counter (protocol design 9).

import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { sql } from '../database.ts';

/** Where counting ends. The table's check knows the same number. */
export const MOST_WRONG = 50;

/** Whether a code may still prove anything for this account. */
export async function codeFactorState(db: Database, accountId: string): Promise<'fine' | 'disabled'> {
  // At the limit the mark may be missing for a moment, or for good if a process died: the count says it too.
  const row = await db.row(sql`
    select account_id from code_trouble
    where account_id = ${accountId} and (disabled_at is not null or wrong >= ${MOST_WRONG})`);
  return row === undefined ? 'fine' : 'disabled';
}

/** Counting begins anew: a right code, or a proof of identity. */
export const clearCodeTrouble = async (db: Database, accountId: string, _now: Date): Promise<void> =>
  void (await db.run(sql`delete from code_trouble where account_id = ${accountId}`));

/** Marks the factor as ended when the count says so. Of any number at once one writes the event. */
export async function disableIfSpent(
  { db, origin }: { readonly db: Database; readonly origin: string },
  { accountId, clientId }: { readonly accountId: string; readonly clientId?: string | undefined },
  now: Date,
): Promise<void> {
  await db.apart(() =>
    db.transaction(async () => {
      const marked = await db.run(sql`
        update code_trouble set disabled_at = ${now}
        where account_id = ${accountId} and disabled_at is null and wrong >= ${MOST_WRONG}`);
      if (marked !== 1) return;
      await recordAccess(db, origin, { kind: 'stepup.code_disabled', outcome: 'refused', actor: 'system', accountId, clientId, details: { wrong: MOST_WRONG } }, now); // prettier-ignore
    }),
  );
}
