// What a narrowed consent stops, in the transaction that narrows it: grants, the refresh and
// opaque tokens behind them, and by watermark the tokens already in the hands of services.

import { outdateConsent } from '../accounts/watermark.ts';
import type { CatalogueService } from '../catalogue/catalogue.ts';
import type { Database } from '../database.ts';
import { releasableScopes } from '../policies/decide.ts';
import { countedDecisions, givenPurposes } from './purposes.ts';
import { findDecisions, raiseHandles } from './store.ts';

/** What consent asks of the protocol's storage; runs on the same transaction. */
export type Grants = {
  /** Leaves a person's grants at a service only these scopes and kills the refresh and opaque tokens that had more. */
  narrow(facts: { accountId: string; serviceId: string; keepScopes: readonly string[] }): Promise<void>;
};

export async function stopUse(
  db: Database,
  grants: Grants,
  {
    accountId,
    subjectId,
    service,
    isChild,
  }: { accountId: string; subjectId: string; service: CatalogueService; isChild: boolean },
  now: Date,
): Promise<void> {
  const kept = await findDecisions(db, subjectId, service.id);
  const purposes = givenPurposes(service, countedDecisions(kept, { isChild, now }));
  // Level 2 here: the level is judged at each token issue, consent alone is judged now.
  await grants.narrow({
    accountId,
    serviceId: service.id,
    keepScopes: releasableScopes(service, { level: 2, purposes }),
  });
  for (const handle of await raiseHandles(db, subjectId, service.id)) {
    await outdateConsent(
      db,
      {
        consentId: handle.consent_id,
        minVersion: handle.version,
        clientId: handle.client_id,
        serviceId: service.id,
      },
      now,
    );
  }
}
