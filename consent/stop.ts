// What a narrowed consent stops, in the transaction that narrows it: grants, the refresh and
// opaque tokens behind them, by watermark the tokens already in the hands of services; and the service
// is told.

import { outdateConsent } from '../accounts/watermark.ts';
import type { CatalogueService } from '../catalogue/catalogue.ts';
import type { Database } from '../database.ts';
import { releasableScopes } from '../policies/decide.ts';
import { tellServices } from '../signals/tell.ts';
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
    withdrawn,
  }: {
    accountId: string;
    subjectId: string;
    service: CatalogueService;
    isChild: boolean;
    /** The purposes that ended. */
    withdrawn: readonly string[];
  },
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
  const handles = await raiseHandles(db, subjectId, service.id);
  for (const handle of handles) {
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
  const ended = handles.map(({ consent_id: consentId, version: minVersion }) => ({ kind: 'consent-withdrawn', by: 'user', consentId, minVersion, purposes: [...withdrawn] }) as const); // prettier-ignore
  const remaining = purposes.length === 0 ? [] : [{ kind: 'token-claims-change', by: 'user', purposes: [...purposes] } as const]; // prettier-ignore
  await tellServices(db, { accountId, serviceId: service.id, changes: [...ended, ...remaining] }, now);
}
