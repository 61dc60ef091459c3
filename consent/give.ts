// The consent page has been answered: one choice a purpose. Silence is a refusal, never consent
// (Luật 91/2025 Đ.9.4).

import { createHash, randomBytes } from 'node:crypto';
import { pairwiseSub } from '../accounts/pairwise.ts';
import type { Catalogue, CatalogueService } from '../catalogue/catalogue.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { SigningKey } from '../keys/signing-keys.ts';
import type { Vault } from '../keys/vault.ts';
import { ageBand, sixteenthBirthday } from '../policies/age.ts';
import { changeConsent } from './change.ts';
import { SELF } from './given-by.ts';
import type { GivenBy } from './given-by.ts';
import { lockGuardianship } from './guardian-store.ts';
import { findChildBirthdate } from './guardianship.ts';
import { countedDecisions, isLive, purposesFor } from './purposes.ts';
import {
  ensureHandle,
  insertNotice,
  keptDecision,
  lockConsents,
  lockSubject,
  raiseHandles,
} from './store.ts';
import { stopUse } from './stop.ts';
import type { Grants } from './stop.ts';
import { openSubject } from './subject.ts';

export type House = {
  readonly db: Database;
  readonly vault: Vault;
  readonly issuer: string;
  readonly origin: string;
  readonly catalogue: Catalogue;
  readonly receiptKey: () => SigningKey;
  readonly grants: Grants;
};

export type Answer = {
  readonly accountId: string;
  readonly clientId: string;
  readonly serviceId: string;
  readonly scopes: readonly string[];
  /** The purposes that were asked on the page. */
  readonly asked: readonly string[];
  readonly choices: Readonly<Record<string, 'given' | 'refused' | undefined>>;
  /** What was shown, byte for byte. */
  readonly notice: { readonly bytes: Buffer; readonly language: 'vi' | 'en' };
  readonly acr: string;
  readonly evidence: Readonly<Record<string, string>>;
  /** Absent: the person themself. */
  readonly by?: GivenBy | undefined;
};

/**
 * Records the answer to a consent page. All purposes or none.
 * @throws Refusal forbidden `guardian` for a yes that is not this person's, or not theirs alone, to give
 */
export async function recordAnswer(house: House, answer: Answer, now: Date): Promise<void> {
  const { db, vault, catalogue } = house;
  const service = catalogue.serviceById.get(answer.serviceId);
  if (service === undefined) throw new Refusal('missing', 'no such service');
  const purposes = purposesFor(service, answer.scopes).filter((purpose) => answer.asked.includes(purpose.id));
  const sha256 = createHash('sha256').update(answer.notice.bytes).digest();

  await db.transaction(async () => {
    const birthdate = await findChildBirthdate(db, vault, answer.accountId, now);
    const isChild = birthdate !== undefined;
    const by = answer.by ?? SELF;
    if (!(await mayAnswer(house, { ...answer, by, birthdate }, now)))
      throw new Refusal('forbidden', 'another has to answer for this person', { reason: 'guardian' });
    const subject = await openSubject(db, vault, answer.accountId);
    await lockSubject(db, subject.subjectId);
    const rows = await lockConsents(db, subject.subjectId, service.id);
    await insertNotice(
      db,
      { sha256, serviceId: service.id, language: answer.notice.language, bytes: answer.notice.bytes },
      now,
    );
    const consentId = `c_${randomBytes(16).toString('base64url')}`;
    await ensureHandle(db, {
      consentId,
      subjectId: subject.subjectId,
      clientId: answer.clientId,
      serviceId: service.id,
    });
    let changed = false;
    const withdrawn: string[] = [];
    for (const purpose of purposes) {
      // A purpose that rests on law is never created by a citizen's click.
      if (purpose.basis !== 'consent')
        throw new Refusal('forbidden', 'this purpose does not rest on consent');
      const row = rows.find((one) => one.purpose_id === purpose.id);
      const choice = answer.choices[purpose.id] ?? 'refused';
      const live = row !== undefined && isLive(row.state);
      const counted = row !== undefined && countedDecisions([keptDecision(row)], { isChild, now }).length > 0;
      const same =
        counted &&
        row.purpose_version === purpose.version &&
        (live ? choice === 'given' : row.state === choice);
      if (same) continue;
      const narrowed = live && choice === 'refused'; // "no" to what was agreed before is a withdrawal
      const state = narrowed ? 'withdrawn' : choice === 'given' && row !== undefined ? 'renewed' : choice;
      const change = {
        ...house,
        ...answer,
        receiptKey: house.receiptKey(),
        subject,
        by,
        validUntil: birthdate === undefined ? undefined : sixteenthBirthday(birthdate),
        sub: await pairwiseSub(db, answer.accountId, service.sector),
        service,
        purpose,
        notice: { sha256: sha256.toString('hex'), language: answer.notice.language },
      };
      await changeConsent(db, change, row, state, now);
      changed = true;
      if (narrowed) withdrawn.push(purpose.id);
    }
    if (withdrawn.length > 0)
      await stopUse(db, house.grants, { ...answer, subjectId: subject.subjectId, service, isChild, withdrawn }, now); // prettier-ignore
    else if (changed) await raiseHandles(db, subject.subjectId, service.id);
  });
}

// A person under 16 agrees to nothing alone (Luật 91/2025 Đ.24); a "no" needs nobody. From 7 nobody
// agrees without the child either. Held here, so that no page and no client has a way around it.
async function mayAnswer(
  { db }: House,
  { by, birthdate, accountId, choices }: Answer & { by: GivenBy; birthdate: string | undefined },
  now: Date,
): Promise<boolean> {
  if (by.role === 'self') return birthdate === undefined || !Object.values(choices).includes('given');
  if (birthdate === undefined) return false;
  if (by.role !== (ageBand(birthdate, now) === '0-6' ? 'legal_representative' : 'both')) return false;
  const where = { id: by.guardianshipId, guardianAccountId: by.representativeId, childAccountId: accountId };
  return (await lockGuardianship(db, where, now)) !== undefined;
}

/** The exact bytes of a notice: what is kept is what was on the screen, by language. */
export function noticeBytes(
  service: CatalogueService,
  scopes: readonly string[],
  language: 'vi' | 'en',
): Buffer {
  const purposes = purposesFor(service, scopes).map((purpose) => ({
    id: purpose.id,
    version: purpose.version,
    title: purpose.title[language],
    text: purpose.text[language],
    basis: purpose.basis,
    basisRef: purpose.basisRef,
    data: purpose.data.map((item) => ({ label: item.label[language], class: item.class })),
    retention: purpose.retentionText[language],
    recipients: purpose.recipients,
    needed: purpose.needed,
  }));
  return Buffer.from(
    JSON.stringify({
      service: service.id,
      title: service.title[language],
      owner: service.owner[language],
      language,
      purposes,
    }),
  );
}
