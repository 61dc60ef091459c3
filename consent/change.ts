// One consent changes state: row, event, receipt and handle together, in the caller's transaction.
// A database trigger refuses to commit one without the other.

import { randomBytes, randomUUID } from 'node:crypto';
import { logOf } from '../audit/record.ts';
import type { CataloguePurpose, CatalogueService } from '../catalogue/catalogue.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { SigningKey } from '../keys/signing-keys.ts';
import { uuidv7 } from '../keys/uuid.ts';
import { NO_PREVIOUS, entryBytes, hashOf } from './entry.ts';
import type { GivenBy } from './given-by.ts';
import { receiptPayload, signReceipt } from './receipt.ts';
import type { ConsentState } from './receipt.ts';
import { insertConsent, insertEvent, updateConsent } from './store.ts';
import type { ConsentRow } from './store.ts';
import type { Subject } from './subject.ts';

export type Change = {
  readonly issuer: string;
  /** Host name of the issuer: the first part of the log's origin. */
  readonly origin: string;
  readonly receiptKey: SigningKey;
  readonly subject: Subject;
  readonly sub: string;
  readonly clientId: string;
  readonly service: CatalogueService;
  readonly purpose: CataloguePurpose;
  readonly notice: { readonly sha256: string; readonly language: 'vi' | 'en' };
  readonly acr: string;
  readonly by: GivenBy;
  /** The 16th birthday, on what is decided for a child. */
  readonly validUntil: Date | undefined;
  /** Session and device evidence; sealed. */
  readonly evidence: Readonly<Record<string, string>>;
};

/** Moves one consent to `state` and returns the event's id. `row` is undefined for the first answer. */
export async function changeConsent(
  db: Database,
  change: Change,
  row: ConsentRow | undefined,
  state: ConsentState,
  now: Date,
): Promise<string> {
  const { subject, service, purpose } = change;
  const eventId = uuidv7(now);
  const recordId = row?.id ?? uuidv7(now);
  const streamId = row?.stream_id ?? randomUUID();
  const version = (row?.version ?? 0) + 1;
  const logId = logOf('consent', change.origin, now);
  const payload = receiptPayload({
    ...change,
    receiptId: eventId,
    eventId,
    recordId,
    version,
    state,
    at: now,
    logOrigin: logId,
  });
  const openBody = randomBytes(32);
  const openSubject = randomBytes(32);
  const entry = entryBytes({
    eventId,
    kind: `consent.${state}`,
    at: now,
    streamId,
    n: version,
    previous: row?.last_entry_hash ?? NO_PREVIOUS,
    body: payload,
    openBody,
    subjectId: subject.subjectId,
    openSubject,
  });
  const entryHash = hashOf(entry);

  if (row === undefined) {
    await insertConsent(
      db,
      {
        id: recordId,
        subject_id: subject.subjectId,
        service_id: service.id,
        purpose_id: purpose.id,
        purpose_version: purpose.version,
        state,
        version,
        stream_id: streamId,
        last_entry_hash: entryHash,
        valid_until: change.validUntil ?? null,
      },
      now,
    );
  } else {
    const moved = await updateConsent(
      db,
      {
        id: row.id,
        fromVersion: row.version,
        state,
        purposeVersion: purpose.version,
        entryHash,
        validUntil: change.validUntil,
      },
      now,
    );
    if (moved !== 1)
      throw new Refusal('conflict', 'the consent has changed meanwhile', { reason: 'consent' });
  }
  const seal = (part: string, plain: Buffer | string) =>
    subject.seal(`consent_event/${eventId}/${part}`, plain);
  await insertEvent(db, {
    eventId,
    logId,
    streamId,
    n: version,
    consentId: recordId,
    state,
    serviceId: service.id,
    purposeId: purpose.id,
    clientId: change.clientId,
    actor: change.by.role === 'self' ? 'self' : 'representative',
    at: now,
    entry,
    body: seal('body', payload),
    receipt: seal('receipt', signReceipt(payload, change.receiptKey)),
    opening: seal('opening', Buffer.concat([openBody, openSubject])),
    evidence: seal('evidence', JSON.stringify(evidenceOf(change))),
  });
  return eventId;
}

// Who represented whom stays provable, sealed under the child's own key.
const evidenceOf = ({ by, evidence }: Change) =>
  by.role === 'self' ? evidence : { ...evidence, representative: by.representativeId };
