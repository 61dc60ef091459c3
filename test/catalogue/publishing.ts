// What the tests of publishing share: a published catalogue, variants of it, operators, approvers.

import { indexCatalogue } from '../../catalogue/catalogue.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import { judgeProposal } from '../../catalogue/approve.ts';
import type { Judged } from '../../catalogue/approve.ts';
import { loadCatalogue } from '../../catalogue/load.ts';
import { proposeCatalogue } from '../../catalogue/propose.ts';
import type { CatalogueHouse, Proposed } from '../../catalogue/propose.ts';
import { openPublished, publishProposal } from '../../catalogue/publish.ts';
import type { PublishOutcome } from '../../catalogue/publish.ts';
import { findPublished } from '../../catalogue/published.ts';
import type { Published } from '../../catalogue/published.ts';
import { purposeLedger } from '../../consent/publish.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import type { CatalogueAction } from '../../policies/decide.ts';
import { acceptInvitation, inviteStaff } from '../../staff/invitation.ts';
import type { StaffRole } from '../../staff/store.ts';
import { PASSWORD } from '../counter/desk.ts';
import { NOW, openDomain, ORIGIN } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { servicesFolder } from './files.ts';

export type Desk = {
  readonly domain: Domain;
  readonly house: CatalogueHouse;
  /** The same database as another process sees it. */
  readonly other: CatalogueHouse;
  readonly files: Catalogue;
  readonly operatorId: string;
  readonly approvers: readonly [string, string, string];
  staff(role: StaffRole): Promise<string>;
  propose(catalogue: Catalogue, now?: Date): Promise<Proposed>;
  approve(id: string, staffId: string, now?: Date): Promise<Judged>;
  publish(id: string, now?: Date): Promise<PublishOutcome>;
  current(): Promise<Published>;
  /** Kinds of the events about a proposal, in their order. */
  events(id: string): Promise<string[]>;
  close(): Promise<void>;
};

export const houseOn = (db: Database): CatalogueHouse => ({ db, origin: ORIGIN, purposes: purposeLedger });

export async function openPublishingDesk(): Promise<Desk> {
  const domain = await openDomain();
  const house = houseOn(domain.db);
  await openPublished(house, servicesFolder, NOW);
  let count = 0;
  async function staff(role: StaffRole): Promise<string> {
    const communeCode = role === 'officer' ? '25459' : undefined;
    const invitation = { login: `can-bo-${(count += 1)}`, role, unit: `Phòng ${count}`, communeCode };
    const token = await inviteStaff(house, invitation, NOW);
    const accepted = await acceptInvitation(house, { token, password: PASSWORD }, NOW);
    if (accepted.outcome !== 'accepted') throw new Error('the invitation did not hold');
    return accepted.staffId;
  }
  const operatorId = await staff('operator');
  const approvers = [await staff('approver'), await staff('approver'), await staff('approver')] as const;
  return {
    domain,
    house,
    other: houseOn(domain.second),
    files: await loadCatalogue(servicesFolder),
    operatorId,
    approvers,
    staff,
    propose: (catalogue, now = NOW) => proposeCatalogue(house, { catalogue, operatorId }, now),
    approve: (id, staffId, now = NOW) =>
      judgeProposal(house, { id, staffId, verdict: 'approved', reason: 'đã xem từng thay đổi' }, now),
    publish: (id, now = NOW) => publishProposal(house, { id, operatorId }, now),
    async current() {
      const published = await findPublished(domain.db);
      if (published === undefined) throw new Error('nothing is published');
      return published;
    },
    async events(id) {
      const rows = await domain.db.rows<{ kind: string; body: Buffer }>(
        sql`select kind, body from access_event where kind like 'catalogue.%' order by seq`,
      );
      return rows.filter(({ body }) => body.toString().includes(id)).map(({ kind }) => kind);
    },
    close: () => domain.close(),
  };
}

/** The catalogue with one action changed. */
export function withAction(
  catalogue: Catalogue,
  name: string,
  change: (action: CatalogueAction) => CatalogueAction,
): Catalogue {
  const actions = catalogue.content.actions.map((one) => (one.action === name ? change(one) : one));
  return indexCatalogue({ ...catalogue.content, actions }, dateOf(catalogue));
}

/** Filing may rest on an older proof: `minutes` tell variants apart. */
export const weaker = (catalogue: Catalogue, minutes = 60) => withMaxAge(catalogue, minutes * 60);
/** Filing needs a fresher proof. */
export const stronger = (catalogue: Catalogue, seconds = 60) => withMaxAge(catalogue, seconds);

const withMaxAge = (catalogue: Catalogue, maxAge: number) =>
  withAction(catalogue, 'hoso.nop', (action) => ({ ...action, require: { ...action.require, maxAge } }));

/** Another telephone number for questions. */
export const neutral = (catalogue: Catalogue, contact = 'Gọi 1022'): Catalogue =>
  indexCatalogue(
    { ...catalogue.content, services: catalogue.content.services.map((one, n) => (n === 0 ? { ...one, contact } : one)) }, // prettier-ignore
    dateOf(catalogue),
  );

export const dateOf = ({ version }: Catalogue): string => version.slice('cat-'.length, -'#0000'.length);
