// What a person has agreed to at a service through a client, now.

import type { CatalogueService } from '../catalogue/catalogue.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { isChild } from '../policies/age.ts';
import { openBirthdate } from './guardianship.ts';
import { countedDecisions, givenPurposes } from './purposes.ts';
import type { Decision } from './purposes.ts';
import { findStanding, findStandingForShare } from './store.ts';
import type { StandingRow } from './store.ts';

export type StandingConsent = {
  /** The handle in tokens: names the consents of (person, client, service). */
  readonly consentId: string;
  readonly version: number;
  readonly purposes: readonly string[];
  readonly decisions: readonly Decision[];
};

type House = { readonly db: Database; readonly vault: Vault };
type Where = { accountId: string; clientId: string; service: CatalogueService };

/** Undefined until the consent page of this client and service was answered once. */
export async function standingConsent(
  house: House,
  where: Where,
  now: Date,
): Promise<StandingConsent | undefined> {
  const { accountId, clientId, service } = where;
  const row = await house.db.together(findStanding, { accountId, clientId, serviceId: service.id });
  return shaped(house, service, row, now);
}

/** The same for token issue: holds the handle in share mode until the transaction ends. */
export async function consentForToken(
  house: House,
  where: Where,
  now: Date,
): Promise<StandingConsent | undefined> {
  // Without a transaction a lock would end with its statement.
  if (!house.db.inTransaction()) return standingConsent(house, where, now);
  const { accountId, clientId, service } = where;
  return shaped(house, service, await findStandingForShare(house.db, accountId, clientId, service.id), now);
}

function shaped(
  { vault }: House,
  service: CatalogueService,
  row: StandingRow | undefined,
  now: Date,
): StandingConsent | undefined {
  if (row === undefined) return undefined;
  const birthdate =
    row.binding_id === null
      ? undefined
      : openBirthdate(vault, { id: row.binding_id, birthdate_sealed: row.birthdate_sealed });
  const decisions = countedDecisions(row.purposes, { isChild: birthdate !== undefined && isChild(birthdate, now), now }); // prettier-ignore
  return {
    consentId: row.consent_id,
    version: row.version,
    decisions,
    purposes: givenPurposes(service, decisions),
  };
}
