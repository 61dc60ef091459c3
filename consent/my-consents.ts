// A person's consents as their own page shows them.

import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { z } from 'zod';
import { findChildBirthdate } from './guardianship.ts';
import { countedDecisions, isLive } from './purposes.ts';
import { findConsents, findEventOf, findEvents, keptDecision } from './store.ts';
import type { ConsentRow } from './store.ts';
import { findSubject } from './subject.ts';

export type ShownState =
  | 'requested'
  | 'given'
  | 'renewed'
  | 'refused'
  | 'withdrawn'
  | 'expired'
  | 'revoked_by_controller'
  | 'invalidated';
export type ShownConsent = {
  readonly recordId: string;
  readonly recordVersion: number;
  readonly eventId: string | undefined;
  readonly title: string;
  readonly state: ShownState;
  readonly live: boolean;
  readonly since: Date;
  /** Where it ends by itself: a consent given for a child. */
  readonly until: Date | undefined;
  /** Version of the wording. */
  readonly version: string;
  /** Titles of the actions that stop with it. */
  readonly stops: readonly string[];
};
export type ShownService = {
  readonly serviceId: string;
  readonly serviceTitle: string;
  readonly ownerName: string;
  readonly consents: readonly ShownConsent[];
};

const state = z.enum([
  'requested',
  'given',
  'renewed',
  'refused',
  'withdrawn',
  'expired',
  'revoked_by_controller',
  'invalidated',
]);

export async function findConsentPage(
  { db, vault, catalogue }: { db: Database; vault: Vault; catalogue: Catalogue },
  { accountId, lang }: { accountId: string; lang: 'vi' | 'en' },
  now: Date,
): Promise<readonly ShownService[]> {
  const isChild = (await findChildBirthdate(db, vault, accountId, now)) !== undefined;
  const rows = await findConsents(db, accountId);
  const counts = (row: ConsentRow) => countedDecisions([keptDecision(row)], { isChild, now }).length > 0;
  return [...Map.groupBy(rows, (row) => row.service_id)].map(([serviceId, consents]) => {
    const service = catalogue.serviceById.get(serviceId);
    return {
      serviceId,
      serviceTitle: service?.title[lang] ?? serviceId,
      ownerName: service?.owner[lang] ?? '',
      consents: consents.map((row) => ({
        recordId: row.id,
        recordVersion: row.version,
        eventId: row.event_id,
        title: catalogue.purposeById.get(row.purpose_id)?.title[lang] ?? row.purpose_id,
        // One that stood and no longer counts has lapsed; nobody needs to write that down.
        state: isLive(row.state) && !counts(row) ? 'expired' : state.parse(row.state),
        live: isLive(row.state) && counts(row),
        since: row.changed_at,
        until: row.valid_until ?? undefined,
        version: String(row.purpose_version),
        stops: (service?.actions ?? [])
          .filter((action) => action.require.consent?.purpose === row.purpose_id)
          .map((action) => action.title[lang]),
      })),
    };
  });
}

export async function findHistory(db: Database, catalogue: Catalogue, accountId: string, lang: 'vi' | 'en') {
  const events = await findEvents(db, accountId);
  return events.map((event) => ({
    at: event.event_time,
    state: state.parse(event.kind.replace(/^consent\./, '')),
    byRepresentative: event.actor_kind === 'representative',
    title: catalogue.purposeById.get(event.purpose_id)?.title[lang] ?? event.purpose_id,
    service: catalogue.serviceById.get(event.service_id)?.title[lang] ?? event.service_id,
  }));
}

const payload = z.object({
  jti: z.string(),
  notice: z.object({ version: z.number(), sha256: z.string() }),
  service: z.string(),
  purposes: z.tuple([z.object({ purpose_id: z.string(), text: z.string() })]),
  parties: z.tuple([z.object({ party_name: z.string() })]),
  event: z.object({ event_time: z.string(), event_state: state }),
  log: z.object({ origin: z.string() }),
  // Absent on the first receipts: nobody but the person themself could answer then.
  given_by: z.object({ role: z.enum(['self', 'legal_representative', 'both']) }).optional(),
});

/** A receipt of this person, opened. @throws Refusal missing for one that is not theirs, or erased */
export async function findReceipt(
  db: Database,
  vault: Vault,
  catalogue: Catalogue,
  { accountId, eventId, lang }: { accountId: string; eventId: string; lang: 'vi' | 'en' },
) {
  const subject = await findSubject(db, vault, accountId);
  const row = await findEventOf(db, accountId, eventId);
  if (subject === undefined || row === undefined || row.body_sealed === null || row.receipt_sealed === null)
    throw new Refusal('missing', 'no such receipt');
  const body = payload.parse(
    JSON.parse(subject.open(`consent_event/${eventId}/body`, row.body_sealed).toString()),
  );
  const [purpose] = body.purposes;
  return {
    receiptId: body.jti,
    state: body.event.event_state,
    purposeTitle: catalogue.purposeById.get(purpose.purpose_id)?.title[lang] ?? purpose.purpose_id,
    purposeText: purpose.text,
    serviceTitle: catalogue.serviceById.get(body.service)?.title[lang] ?? body.service,
    controller: body.parties[0].party_name,
    at: new Date(body.event.event_time),
    noticeVersion: String(body.notice.version),
    sha256: body.notice.sha256,
    jws: subject.open(`consent_event/${eventId}/receipt`, row.receipt_sealed).toString(),
    logOrigin: body.log.origin,
    givenBy: body.given_by?.role ?? 'self',
  };
}
