// What a person has agreed to at a service through a client, now.

import type { CatalogueService } from '../catalogue/catalogue.ts';
import type { Database } from '../database.ts';
import type { Decision } from './purposes.ts';
import { givenPurposes } from './purposes.ts';
import { findStanding, findStandingForShare } from './store.ts';
import type { StandingRow } from './store.ts';

export type StandingConsent = {
  /** The handle in tokens: names the consents of (person, client, service). */
  readonly consentId: string;
  readonly version: number;
  readonly purposes: readonly string[];
  readonly decisions: readonly Decision[];
};

type Where = { accountId: string; clientId: string; service: CatalogueService };

/** Undefined until the consent page of this client and service was answered once. */
export async function standingConsent(db: Database, where: Where): Promise<StandingConsent | undefined> {
  const { accountId, clientId, service } = where;
  return shaped(service, await db.together(findStanding, { accountId, clientId, serviceId: service.id }));
}

/** The same for token issue: holds the handle in share mode until the transaction ends. */
export async function consentForToken(db: Database, where: Where): Promise<StandingConsent | undefined> {
  // Without a transaction a lock would end with its statement.
  if (!db.inTransaction()) return standingConsent(db, where);
  return shaped(
    where.service,
    await findStandingForShare(db, where.accountId, where.clientId, where.service.id),
  );
}

function shaped(service: CatalogueService, row: StandingRow | undefined): StandingConsent | undefined {
  if (row === undefined) return undefined;
  return {
    consentId: row.consent_id,
    version: row.version,
    decisions: row.purposes,
    purposes: givenPurposes(service, row.purposes),
  };
}
