// "Not me": the link of a notice locks the account without a login, because whoever is robbed may not
// be able to sign in any more. It only ever locks: the worst a stolen link does is a walk to the counter.

import { lockAccount as lockAccountForChange } from '../accounts/store.ts';
import type { Database } from '../database.ts';
import type { NoticeKind } from '../assurance/notify.ts';
import { lockAccount } from './lock.ts';
import type { LockHouse } from './lock.ts';
import { findNotMeLink, useNotMeLink } from './notice-store.ts';
import { linkKey } from './notices.ts';

export type NotMe = { readonly kind: NoticeKind; readonly at: Date };

/** What a link warned of; undefined for one that is used, expired or never was. Changes nothing: previews of links fetch them. */
export async function findNotMe(db: Database, token: string, now: Date): Promise<NotMe | undefined> {
  const row = isToken(token) ? await findNotMeLink(db, linkKey(token), now) : undefined;
  return row && { kind: row.kind, at: row.at };
}

/** Of several answers at once one counts. `ended`: used, expired or invented. */
export async function lockByLink(house: LockHouse, token: string, now: Date): Promise<'locked' | 'ended'> {
  if (!isToken(token)) return 'ended';
  return house.db.transaction(async () => {
    const found = await findNotMeLink(house.db, linkKey(token), now);
    if (found === undefined) return 'ended';
    // Account before link, as everywhere: an unlocking at this moment takes them in this order.
    await lockAccountForChange(house.db, found.account_id);
    const link = await useNotMeLink(house.db, linkKey(token), now);
    if (link === undefined) return 'ended';
    // Locked already by another link or an officer is as good.
    await lockAccount(house, { accountId: link.account_id, reason: 'not_me', by: { kind: 'link' } }, now);
    return 'locked';
  });
}

const isToken = (token: string) => /^[A-Za-z0-9_-]{20}$/.test(token);
