// Puts a catalogue in force. Decision 0015: what is served comes from the database, the first one
// from the files of the first start, every other from a proposal; a weaker one with two approvals
// made for exactly this content in the place of exactly that one (protocol §11, ASVS 2.3.5).

import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { APPROVALS_NEEDED } from './approve.ts';
import { diffCatalogues } from './diff.ts';
import { loadCatalogue } from './load.ts';
import { changeBytes, type CatalogueHouse } from './propose.ts';
import * as store from './publish-store.ts';
import { findPublished, readCatalogue, type Published } from './published.ts';

/**
 * What is published. In a database where nothing is, publishes the files: of several brokers that
 * start at once one does. `fromFiles`: they were read, and are what is published. @throws Refusal invalid when it would have to and the files are not in order
 */
export async function openPublished(
  house: CatalogueHouse,
  folder: string,
  now: Date,
): Promise<Published & { readonly fromFiles: boolean }> {
  const { db, origin, purposes } = house;
  const found = await findPublished(db);
  if (found !== undefined) return { ...found, fromFiles: false };
  const { canonical, sha256, version } = await loadCatalogue(folder);
  return db.transaction(async () => {
    await store.takeTurn(db);
    const row = { version, sha256: Buffer.from(sha256, 'hex'), content: Buffer.from(canonical) };
    if ((await store.insertFirst(db, row, now)) === 1) {
      await purposes.publish(db, readCatalogue(row), now);
      const details = { version, sha256, direction: 'first' };
      await recordAccess(db, origin, { kind: 'catalogue.published', outcome: 'ok', actor: 'system', details }, now); // prettier-ignore
    }
    const published = await findPublished(db);
    if (published === undefined) throw new Error('the first catalogue vanished');
    return { ...published, fromFiles: published.catalogue.sha256 === sha256 };
  });
}

export type PublishOutcome =
  | { readonly outcome: 'published'; readonly number: number; readonly version: string; readonly direction: string } // prettier-ignore
  | { readonly outcome: 'waits'; readonly approvals: number }
  /** Published, refused or lapsed before. */
  | { readonly outcome: 'ended' }
  /** Too old, overtaken by another publication, or judged otherwise by this release. */
  | { readonly outcome: 'lapsed' };

/** @throws Refusal missing for no proposal; conflict for changed words of a purpose */
export async function publishProposal(
  { db, origin, purposes }: CatalogueHouse,
  { id, operatorId }: { readonly id: string; readonly operatorId: string },
  now: Date,
): Promise<PublishOutcome> {
  return db.transaction(async () => {
    await store.takeTurn(db);
    const proposal = await store.lockProposal(db, id);
    if (proposal === undefined) throw new Refusal('missing', 'no such proposal', { reason: 'catalogue' });
    if (proposal.state !== 'open') return { outcome: 'ended' };
    const published = await findPublished(db);
    const catalogue = readCatalogue(proposal);
    const judged = published && diffCatalogues(published.catalogue, catalogue);
    const stands =
      published?.catalogue.sha256 === proposal.base_sha256.toString('hex') &&
      proposal.expires_at > now &&
      // Another release may see more in a change than the one that showed it to the approvers.
      judged?.direction === proposal.direction &&
      changeBytes(judged.changes).equals(proposal.changes);
    if (!stands || published === undefined) {
      await store.endProposal(db, id, 'lapsed', now);
      return { outcome: 'lapsed' };
    }
    const { direction, version } = proposal;
    const approvals = await store.countApprovals(db, id);
    if (direction === 'weaker' && approvals < APPROVALS_NEEDED) return { outcome: 'waits', approvals };
    if ((await store.endProposal(db, id, 'published', now)) !== 1) throw new Error('a locked proposal ended');
    await purposes.publish(db, catalogue, now);
    const at = laterThan(published.publishedAt, now);
    if ((await store.insertNext(db, { proposalId: id, publishedBy: operatorId }, at)) !== 1)
      throw new Error('a catalogue was published out of turn');
    await store.lapseProposals(db, proposal.sha256, now);
    const details = { proposal: id, version, sha256: catalogue.sha256, base: published.catalogue.sha256, direction, approvals, staff: operatorId }; // prettier-ignore
    await recordAccess(db, origin, { kind: 'catalogue.published', outcome: 'ok', actor: 'operator', details }, now); // prettier-ignore
    await store.announce(db);
    return { outcome: 'published', number: published.number + 1, version, direction };
  });
}

/** The open proposal a person means. @throws Refusal missing for none, invalid for several */
export async function getProposalNamed(db: Database, name: string): Promise<{ readonly id: string }> {
  const isName = /^cat-\d{4}-\d{2}-\d{2}#[0-9a-f]{4}$/.test(name) || /^[0-9a-f]{8,64}$/.test(name);
  if (!isName)
    throw new Refusal('invalid', 'give a version (cat-2026-11-22#ab12) or 8 and more digits of a hash');
  const [found, another] = await store.findProposalsNamed(db, name);
  if (found === undefined)
    throw new Refusal('missing', `no open proposal ${name}: see \`tnid catalogue proposals\``);
  if (another !== undefined)
    throw new Refusal('invalid', `more than one proposal is named ${name}: give its hash`);
  return found;
}

// Its second is the `iat` that services compare: a later catalogue never has an earlier or equal one.
const laterThan = (before: Date, now: Date): Date =>
  new Date(Math.max(now.getTime(), before.getTime() + 1_000));
