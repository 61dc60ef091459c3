// A binding has a lifetime; nobody should learn at the counter window that it is over.

import { takeEndingBindings } from './notice-store.ts';
import { noticeAccount } from './notices.ts';
import type { NoticeHouse } from './notices.ts';

export const NOTICE_DAYS = 30;

const DAY_MS = 86_400_000;

/** Tells whose binding ends within a month, each once. @returns how many; call again while it is not 0 */
export async function noticeEndingBindings(house: NoticeHouse, now: Date): Promise<number> {
  return house.db.transaction(async () => {
    const before = new Date(now.getTime() + NOTICE_DAYS * DAY_MS);
    const rows = await takeEndingBindings(house.db, before, now);
    for (const row of rows) {
      const facts = { until: row.expires_at.toISOString() };
      await noticeAccount(
        house,
        { accountId: row.account_id, kind: 'binding_ending', key: row.id, facts },
        now,
      );
    }
    return rows.length;
  });
}
