// What an approver says of a proposal. Two who approve let a weaker catalogue be published; one who
// refuses ends it. Everybody speaks once.

import { recordAccess } from '../audit/record.ts';
import { Refusal } from '../errors.ts';
import type { CatalogueHouse } from './propose.ts';
import * as store from './publish-store.ts';

export const APPROVALS_NEEDED = 2;
const LONGEST_REASON = 600;

export type Judged =
  | { readonly outcome: 'approved'; readonly approvals: number }
  | { readonly outcome: 'refused' }
  /** Published, refused, too old, or something else was published meanwhile. */
  | { readonly outcome: 'ended' }
  | { readonly outcome: 'spoken' }
  | { readonly outcome: 'own' }
  | { readonly outcome: 'reason_missing' };

/** @throws Refusal missing for no proposal, forbidden for somebody who is no approver (any more) */
export async function judgeProposal(
  { db, origin }: Pick<CatalogueHouse, 'db' | 'origin'>,
  wish: { readonly id: string; readonly staffId: string; readonly verdict: 'approved' | 'refused'; readonly reason: string }, // prettier-ignore
  now: Date,
): Promise<Judged> {
  const { id, staffId, verdict } = wish;
  const reason = wish.reason.normalize('NFC').trim().slice(0, LONGEST_REASON);
  if (reason === '') return { outcome: 'reason_missing' };
  return db.transaction(async () => {
    // Locked, so that publishing waits for this word or this word finds it published.
    const proposal = await store.lockProposal(db, id);
    if (proposal === undefined) throw new Refusal('missing', 'no such proposal', { reason: 'catalogue' });
    const published = await store.findNewest(db);
    const isOpen = proposal.state === 'open' && proposal.expires_at > now;
    if (!isOpen || published?.sha256.equals(proposal.base_sha256) !== true) return { outcome: 'ended' };
    if (proposal.proposed_by === staffId) return { outcome: 'own' };
    if ((await store.insertApproval(db, { proposalId: id, staffId, verdict, reason }, now)) !== 1) {
      const spoken = (await store.listApprovals(db, id)).some((one) => one.staff_id === staffId);
      if (spoken) return { outcome: 'spoken' };
      throw new Refusal('forbidden', 'only approvers approve a catalogue', { reason: 'role' });
    }
    const refused = verdict === 'refused';
    if (refused && (await store.endProposal(db, id, 'refused', now)) !== 1)
      throw new Error('a locked proposal ended');
    const approvals = await store.countApprovals(db, id);
    const { version } = proposal;
    const details = { proposal: id, version, sha256: proposal.sha256.toString('hex'), direction: proposal.direction, staff: staffId, approvals }; // prettier-ignore
    const kind = refused ? 'catalogue.refused' : 'catalogue.approved';
    await recordAccess(db, origin, { kind, outcome: 'ok', actor: 'operator', details }, now);
    return refused ? { outcome: 'refused' } : { outcome: 'approved', approvals };
  });
}
