// Withdrawal is final at commit (ledger design 13.5): state, event, receipt, grants, refresh and
// opaque tokens, and the watermark that kills tokens already out, in one transaction.

import { pairwiseSub } from '../accounts/pairwise.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { sixteenthBirthday } from '../policies/age.ts';
import { changeConsent } from './change.ts';
import type { House } from './give.ts';
import { noticeBytes } from './give.ts';
import { hashOf } from './entry.ts';
import { SELF } from './given-by.ts';
import type { GivenBy } from './given-by.ts';
import { lockGuardianship } from './guardian-store.ts';
import { findChildBirthdate } from './guardianship.ts';
import { getPublishedPurpose } from './publish.ts';
import { isLive } from './purposes.ts';
import { stopUse } from './stop.ts';
import { findConsentService, insertNotice, lockConsents, lockSubject } from './store.ts';
import { findSubject } from './subject.ts';

export type Withdrawal = {
  readonly accountId: string;
  readonly recordId: string;
  /** The version the person was looking at: of two tabs, the stale one is told to look again. */
  readonly expectedVersion: number;
  readonly language: 'vi' | 'en';
  readonly acr: string;
  readonly evidence: Readonly<Record<string, string>>;
  /** Absent: the person themself, at any age: a "no" needs nobody else. */
  readonly by?: GivenBy | undefined;
};

export type Withdrawn =
  | {
      readonly outcome: 'withdrawn';
      readonly eventId: string;
      readonly serviceId: string;
      readonly purposeId: string;
    }
  | { readonly outcome: 'already' }
  | { readonly outcome: 'changed' };

/** @throws Refusal missing for a consent that is not there or not this person's */
export async function withdrawConsent(house: House, withdrawal: Withdrawal, now: Date): Promise<Withdrawn> {
  const { db, vault, grants } = house;
  const { accountId, recordId } = withdrawal;
  const by = withdrawal.by ?? SELF;
  return db.transaction(async () => {
    if (by.role !== 'self' && !(await isRepresentative(db, accountId, by, now)))
      throw new Refusal('missing', 'no such consent');
    const subject = await findSubject(db, vault, accountId);
    if (subject === undefined) throw new Refusal('missing', 'no such consent');
    await lockSubject(db, subject.subjectId);
    const service = await serviceOf(house, subject.subjectId, recordId);
    const rows = await lockConsents(db, subject.subjectId, service.id);
    const row = rows.find((one) => one.id === recordId);
    if (row === undefined) throw new Refusal('missing', 'no such consent');
    if (row.state === 'withdrawn') return { outcome: 'already' };
    if (!isLive(row.state) || row.version !== withdrawal.expectedVersion) return { outcome: 'changed' };
    // In the words that were agreed to, whatever the catalogue says by now.
    const purpose = await getPublishedPurpose(db, row.purpose_id, row.purpose_version);

    const birthdate = await findChildBirthdate(db, vault, accountId, now);
    const bytes = noticeBytes(service, service.scopes, withdrawal.language);
    const sha256 = hashOf(bytes);
    await insertNotice(db, { sha256, serviceId: service.id, language: withdrawal.language, bytes }, now);
    const change = {
      ...house,
      ...withdrawal,
      receiptKey: house.receiptKey(),
      subject,
      by,
      validUntil: birthdate === undefined ? undefined : sixteenthBirthday(birthdate),
      sub: await pairwiseSub(db, accountId, service.sector),
      clientId: 'tayninh-id',
      service,
      purpose,
      notice: { sha256: sha256.toString('hex'), language: withdrawal.language },
    };
    const eventId = await changeConsent(db, change, row, 'withdrawn', now);

    await stopUse(db, grants, { accountId, subjectId: subject.subjectId, service, isChild: birthdate !== undefined, withdrawn: [purpose.id] }, now); // prettier-ignore
    return { outcome: 'withdrawn', eventId, serviceId: service.id, purposeId: purpose.id };
  });
}

async function isRepresentative(
  db: Database,
  childAccountId: string,
  by: Exclude<GivenBy, { role: 'self' }>,
  now: Date,
): Promise<boolean> {
  const where = { id: by.guardianshipId, guardianAccountId: by.representativeId, childAccountId };
  return (await lockGuardianship(db, where, now)) !== undefined;
}

async function serviceOf({ db, catalogue }: House, subjectId: string, recordId: string) {
  const row = await findConsentService(db, subjectId, recordId);
  const service = catalogue.serviceById.get(row?.service_id ?? '');
  if (service === undefined) throw new Refusal('missing', 'no such consent');
  return service;
}
