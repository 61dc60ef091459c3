// A wish to publish: exactly this content in the place of exactly what is published now. Nothing is
// in force by it.

import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { uuidv7 } from '../keys/uuid.ts';
import { canonicalJson } from './canonical.ts';
import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import { diffCatalogues } from './diff.ts';
import * as store from './publish-store.ts';
import { changesOf, findPublished, readCatalogue } from './published.ts';

/** Approvals end with the wish they were given to; after a month somebody looks again. */
const LIFE_MS = 30 * 86_400_000;

/** What people agreed to lies with consent/: it says which words may not change, and keeps new ones. */
export type PurposeLedger = {
  /** Names of purposes whose text differs from what is kept under their version. */
  findChanged(db: Database, catalogue: Catalogue): Promise<readonly string[]>;
  /** @throws Refusal conflict when there are such */
  publish(db: Database, catalogue: Catalogue, now: Date): Promise<void>;
};
export type CatalogueHouse = {
  readonly db: Database;
  readonly origin: string;
  readonly purposes: PurposeLedger;
};

export type Proposed = {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
  readonly base: string;
  readonly direction: 'weaker' | 'stronger' | 'neutral';
  readonly changes: readonly Change[];
  /** The same wish was open before, with its approvals. */
  readonly known: boolean;
};

/**
 * Keeps a linted catalogue as a proposal. The same one again is quiet.
 * @throws Refusal conflict when nothing would change, when nothing is published yet, and when a
 * purpose's words changed under an old version
 */
export async function proposeCatalogue(
  { db, origin, purposes }: CatalogueHouse,
  { catalogue, operatorId }: { readonly catalogue: Catalogue; readonly operatorId: string },
  now: Date,
): Promise<Proposed> {
  const changed = await purposes.findChanged(db, catalogue);
  if (changed.length > 0)
    throw new Refusal('conflict', `purposes changed without a new version: ${changed.join(', ')}`, { reason: 'purpose_version' }); // prettier-ignore
  return db.transaction(async () => {
    await store.takeTurn(db);
    const published = await findPublished(db);
    if (published === undefined)
      throw new Refusal('conflict', 'nothing is published yet: the first start of the broker publishes its files'); // prettier-ignore
    const { version, sha256 } = catalogue;
    const content = Buffer.from(catalogue.canonical);
    const hash = Buffer.from(sha256, 'hex');
    // Read back: members of both sides then stand in the same order.
    const { direction, changes } = diffCatalogues(published.catalogue, readCatalogue({ version, sha256: hash, content })); // prettier-ignore
    if (direction === 'same')
      throw new Refusal('conflict', `nothing differs from what is published (${published.catalogue.version})`, { reason: 'same' }); // prettier-ignore
    const base = Buffer.from(published.catalogue.sha256, 'hex');
    await store.lapseProposals(db, base, now);
    const id = uuidv7(now);
    const expiresAt = new Date(now.getTime() + LIFE_MS);
    const row = { id, version, sha256: hash, content, baseSha256: base, direction, changes: changeBytes(changes), proposedBy: operatorId, expiresAt }; // prettier-ignore
    const known = (await store.insertProposal(db, row, now)) !== 1;
    if (!known) {
      const details = { proposal: id, version, sha256, base: published.catalogue.sha256, direction, staff: operatorId }; // prettier-ignore
      await recordAccess(db, origin, { kind: 'catalogue.proposed', outcome: 'ok', actor: 'operator', details }, now); // prettier-ignore
    }
    const kept = known ? await store.findOpenProposal(db, hash, base) : { id };
    if (kept === undefined) throw new Error('a proposal vanished');
    return { id: kept.id, version, sha256, base: published.catalogue.sha256, direction, changes, known };
  });
}

/** Weaker first: what must be read. */
export const changeBytes = (changes: readonly Change[]): Buffer =>
  Buffer.from(
    canonicalJson(
      changes.toSorted((a, b) => ORDER.indexOf(a.direction) - ORDER.indexOf(b.direction)).map((one) => ({ ...one })), // prettier-ignore
    ),
  );
const ORDER: readonly Change['direction'][] = ['weaker', 'stronger', 'neutral'];

export type Proposal = Omit<Proposed, 'known'> & {
  readonly proposedBy: string;
  readonly proposedById: string;
  readonly proposedAt: Date;
  readonly expiresAt: Date;
  readonly state: store.ProposalRow['state'];
  readonly endedAt: Date | undefined;
};

/** Open ones first. */
export async function listProposals(
  db: Database,
  now: Date,
): Promise<readonly (Proposal & { readonly approvals: number })[]> {
  const base = (await findPublished(db))?.catalogue.sha256;
  return (await store.listProposals(db, 30)).map((row) => ({
    ...proposalOf(row, base, now),
    approvals: row.approvals,
  }));
}

export type ProposalDetail = Proposal & {
  readonly before: Catalogue | undefined;
  readonly after: Catalogue;
  readonly verdicts: readonly store.ApprovalRow[];
};

/** With both catalogues, for somebody who has to judge. @throws Refusal missing */
export async function getProposal(db: Database, id: string, now: Date): Promise<ProposalDetail> {
  const row = await store.findProposal(db, id);
  if (row === undefined) throw new Refusal('missing', 'no such proposal', { reason: 'catalogue' });
  const [base, published, verdicts] = await Promise.all([
    store.findVersion(db, row.base_sha256),
    store.findNewest(db),
    store.listApprovals(db, id),
  ]);
  return {
    ...proposalOf(row, published?.sha256.toString('hex'), now),
    before: base && readCatalogue(base),
    after: readCatalogue(row),
    verdicts,
  };
}

function proposalOf(row: store.ProposalRow, published: string | undefined, now: Date): Proposal {
  const base = row.base_sha256.toString('hex');
  const isOver = row.state === 'open' && (row.expires_at <= now || base !== published);
  return {
    id: row.id,
    version: row.version,
    sha256: row.sha256.toString('hex'),
    base,
    direction: row.direction,
    changes: changesOf(row.changes),
    proposedBy: row.proposed_login,
    proposedById: row.proposed_by,
    proposedAt: row.proposed_at,
    expiresAt: row.expires_at,
    state: isOver ? 'lapsed' : row.state,
    endedAt: row.ended_at ?? undefined,
  };
}
