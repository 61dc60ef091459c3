// A citizen took the consent to our app back in Zalo's settings. What rests on signing in with Zalo ends
// in one transaction; the account and its link stay, and the duty to erase is written down for people to
// carry out: erased at once, a consent given by mistake or a stolen phone would cost a person their
// identity here (decision 0022).

import { randomUUID } from 'node:crypto';
import { outdateAccount } from '../accounts/watermark.ts';
import { endFamilies } from '../assurance/family-store.ts';
import { revokeProofs } from '../assurance/level.ts';
import type { Notify } from '../assurance/notify.ts';
import { recordAccess } from '../audit/record.ts';
import { sql } from '../database.ts';
import type { Database } from '../database.ts';
import { tellServices } from '../signals/tell.ts';
import type { Access } from './lock.ts';
import { endHotlineLinks, failTransactions } from './lock-store.ts';

type House = {
  readonly db: Database;
  readonly origin: string;
  readonly grants: Access;
  readonly notify: Notify;
};

/**
 * `appId`: the Zalo app whose ids people have here; `at`: when it was taken back. The link remembers the
 * newest such moment, so that the same news, or older news, does nothing however late it comes.
 * @returns false when nobody here has this Zalo id, or it was known
 */
export async function endByZalo(
  { db, origin, grants, notify }: House,
  { appId, zaloId, at }: { appId: string; zaloId: string; at: Date },
  now: Date,
): Promise<boolean> {
  return db.transaction(async () => {
    const link = await takeRevocation(db, { appId, zaloId, at });
    if (link === undefined) return false;
    const accountId = link.account_id;
    await revokeProofs(db, { accountId }, now);
    await endFamilies(db, { accountId }, now);
    await failTransactions(db, accountId);
    await endHotlineLinks(db, { accountId, reason: 'zalo_revoked' }, now);
    await grants.endAll(accountId);
    await outdateAccount(db, { accountId }, now);
    await openDuty(db, accountId, now);
    await tellServices(db, { accountId, changes: [{ kind: 'session-revoked', by: 'user', reason: 'signed_out' }, { kind: 'assurance-level-change', by: 'user', level: 0 }] }, now); // prettier-ignore
    await recordAccess(db, origin, { kind: 'login.zalo_revoked', outcome: 'ok', actor: 'self', accountId }, now); // prettier-ignore
    await notify({ accountId, kind: 'zalo_revoked', key: at.toISOString(), link: false }, now);
    return true;
  });
}

// The name came from Zalo and serves nothing without its consent, so it goes at once. A link made after
// the consent was taken back rests on a newer one; the minute is for clocks that differ.
const takeRevocation = (db: Database, { appId, zaloId, at }: { appId: string; zaloId: string; at: Date }) =>
  db.row<{ account_id: string }>(sql`
    update zalo_link set consent_revoked_at = ${at}, name_sealed = null
    where app_id = ${appId} and zalo_id = ${zaloId} and ended_at is null and linked_at - interval '1 minute' <= ${at}
      and (consent_revoked_at is null or consent_revoked_at < ${at})
    returning account_id`);

/** One open duty a person and kind. */
const openDuty = (db: Database, accountId: string, now: Date) =>
  db.run(sql`
    insert into data_duty (id, account_id, kind, opened_at) values (${randomUUID()}, ${accountId}, 'zalo_consent_revoked', ${now})
    on conflict (account_id, kind) where closed_at is null do nothing`);
