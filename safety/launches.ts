// Where a person is signed in through the mini app, and ending it. What a launch has proven ends with it,
// what it was granted too, and a watermark ends the tokens that are still out.

import { outdateAccount } from '../accounts/watermark.ts';
import { revokeProofs } from '../assurance/level.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { tellServices } from '../signals/tell.ts';
import { endLaunchRow, findLaunches } from './launch-store.ts';

/** What ending a launch asks of the protocol's storage; runs on the same transaction. */
export type LaunchAccess = {
  /** Ends one grant and everything issued under it. */
  end(grantId: string): Promise<void>;
};

type House = { readonly db: Database; readonly origin: string; readonly grants: LaunchAccess };

/** For the person's own page, the newest first. */
export async function listLaunches(db: Database, accountId: string, now: Date) {
  const rows = await findLaunches(db, accountId, now);
  return rows.map((row) => ({ id: row.id, openedAt: row.created_at, kind: row.kind ?? undefined }));
}

/**
 * Signs a launch out. Tokens do not say of which launch they are, so those of the same app die in the
 * person's other launches as well; these are still signed in and get new ones by themselves.
 * @returns false when it had ended, or is not theirs
 */
export async function endLaunch(
  { db, origin, grants }: House,
  { accountId, id }: { accountId: string; id: string },
  now: Date,
): Promise<boolean> {
  return db.transaction(async () => {
    const ended = await endLaunchRow(db, { accountId, id }, now);
    if (ended === undefined) return false;
    const { session_uid: sessionUid, client_id: clientId, grant_id: grantId } = ended;
    await revokeProofs(db, { sessionUid }, now);
    if (grantId !== null) await grants.end(grantId);
    await outdateAccount(db, { accountId, clientId }, now);
    await tellServices(db, { accountId, changes: [{ kind: 'session-revoked', by: 'user', reason: 'signed_out' }] }, now); // prettier-ignore
    await recordAccess(db, origin, { kind: 'login.ended', outcome: 'ok', actor: 'self', accountId, clientId, details: { by: 'app' } }, now); // prettier-ignore
    return true;
  });
}
