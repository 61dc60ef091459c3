// A child under 16 has been asked for consent at a service: the legal representative answers on their
// own page. From 7 the child's own yes and no come first and are kept; only what both agree to is given.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { satisfies, standing } from '../assurance/level.ts';
import type { Notify } from '../assurance/notify.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { ageBand } from '../policies/age.ts';
import { recordAnswer } from './give.ts';
import type { Answer, House } from './give.ts';
import * as store from './guardian-request-store.ts';
import type { RequestRow } from './guardian-request-store.ts';
import { findRepresentation } from './guardian-store.ts';
import { childrenOf, findChildBirthdate, guardiansOf } from './guardianship.ts';
import type { Child } from './guardianship.ts';
import { purposesFor } from './purposes.ts';

const LIFE_MS = 24 * 3_600_000;
/** Who answers for a child has proven who they are a moment ago, not this morning. */
export const GUARDIAN_PROOF_SECONDS = 900;

const choice = z.enum(['given', 'refused']);
const body = z.object({
  /** Purposes asked, with the version of their words. */
  asked: z.array(z.object({ id: z.string(), version: z.number() })),
  /** The child's own answer; absent below 7. */
  child: z.record(z.string(), choice).optional(),
  /** The sign-in in which it was asked. */
  visit: z.string(),
  /** Where the child answered: keyed hashes. */
  evidence: z.record(z.string(), z.string()),
});
type Choices = Readonly<Record<string, 'given' | 'refused' | undefined>>;

export type GuardianRequest = {
  readonly id: string;
  readonly childAccountId: string;
  readonly clientId: string;
  readonly serviceId: string;
  readonly scopes: readonly string[];
  readonly asked: readonly string[];
  readonly childChoices: Choices | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

export type Ask = {
  readonly childAccountId: string;
  readonly clientId: string;
  readonly serviceId: string;
  readonly scopes: readonly string[];
  readonly asked: readonly string[];
  /** What the child chose; silence is a no. Not looked at below 7. */
  readonly choices: Choices;
  /** The sign-in under way. */
  readonly visit: string;
  readonly evidence: Readonly<Record<string, string>>;
};

export type Asked =
  | { readonly outcome: 'sent'; readonly requestId: string }
  /** The child said no to everything: there is nothing to ask the representative. */
  | { readonly outcome: 'declined' }
  | { readonly outcome: 'no_guardian' }
  | { readonly outcome: 'not_a_child' };

/**
 * Puts the question on the representatives' page and tells them, once a day for a child and service.
 * A question still open at the same service is replaced.
 */
export async function askGuardian(
  house: House & { readonly notify: Notify },
  ask: Ask,
  now: Date,
): Promise<Asked> {
  const { db, vault, origin, notify } = house;
  const { childAccountId, clientId, serviceId } = ask;
  const service = house.catalogue.serviceById.get(serviceId);
  if (service === undefined) throw new Refusal('missing', 'no such service');
  const asked = purposesFor(service, ask.scopes).filter(({ id, basis }) => basis === 'consent' && ask.asked.includes(id)); // prettier-ignore

  return db.transaction(async () => {
    const birthdate = await findChildBirthdate(db, vault, childAccountId, now);
    if (birthdate === undefined) return { outcome: 'not_a_child' };
    const guardians = await guardiansOf(db, childAccountId, now);
    if (guardians.length === 0) return { outcome: 'no_guardian' };
    const ownWord = ageBand(birthdate, now) === '7-15';
    const child = Object.fromEntries(asked.map(({ id }) => [id, ask.choices[id] ?? 'refused'] as const));
    if (ownWord && !Object.values(child).includes('given')) return { outcome: 'declined' };

    const id = randomUUID();
    const plain: z.infer<typeof body> = {
      asked: asked.map((purpose) => ({ id: purpose.id, version: purpose.version })),
      ...(ownWord ? { child } : {}),
      visit: ask.visit,
      evidence: { ...ask.evidence },
    };
    await store.supersedeRequests(db, { childAccountId, clientId, serviceId }, now);
    const row = { id, childAccountId, clientId, serviceId, scopes: ask.scopes, bodySealed: vault.seal(labelOf(id), JSON.stringify(plain)), expiresAt: new Date(now.getTime() + LIFE_MS) }; // prettier-ignore
    if ((await store.insertRequest(db, row, now)) !== 1)
      throw new Refusal('conflict', 'the question was asked in another tab', { reason: 'transaction' });
    await recordAccess(db, origin, { kind: 'guardian.asked', outcome: 'ok', actor: 'self', accountId: childAccountId, clientId, serviceId, details: { request: id } }, now); // prettier-ignore
    const day = now.toISOString().slice(0, 10);
    for (const { accountId, guardianshipId } of guardians)
      await notify({ accountId, kind: 'guardian_asked', key: `${guardianshipId}/${serviceId}/${day}`, link: false }, now); // prettier-ignore
    return { outcome: 'sent', requestId: id };
  });
}

/** The question of a child that still waits for an answer at this service, if there is one. */
export async function findOpenRequest(
  house: { db: Database; vault: Vault },
  where: { childAccountId: string; clientId: string; serviceId: string },
  now: Date,
): Promise<GuardianRequest | undefined> {
  const row = await store.findOpenRequest(house.db, where, now);
  return row === undefined ? undefined : opened(house.vault, row);
}

/**
 * How the last question of a child at this service ended, if it did during one sign-in: asked in it, or
 * answered while it was under way. `begunAt` is a whole second, so what ended within it may be older.
 */
export async function findEndedIn(
  { db, vault }: { db: Database; vault: Vault },
  where: { childAccountId: string; clientId: string; serviceId: string },
  { visit, begunAt }: { visit: string; begunAt: Date },
): Promise<'answered' | 'void' | undefined> {
  const row = await store.findLastEnded(db, where, begunAt);
  if (row === undefined) return undefined;
  const isOfThis = row.ended_at.getTime() >= begunAt.getTime() + 1000 || openBody(vault, row).visit === visit;
  return isOfThis ? row.outcome : undefined;
}

/** Open questions of the children a person represents, oldest first. */
export async function openRequestsFor(
  house: { db: Database; vault: Vault },
  guardianAccountId: string,
  now: Date,
): Promise<readonly { readonly child: Child; readonly request: GuardianRequest }[]> {
  const children = await childrenOf(house, guardianAccountId, now);
  const known = children.flatMap(({ accountId }) => (accountId === undefined ? [] : [accountId]));
  const rows = await store.findOpenRequests(house.db, known, now);
  return rows.flatMap((row) => {
    const child = children.find(({ accountId }) => accountId === row.child_account_id);
    return child === undefined ? [] : [{ child, request: opened(house.vault, row) }];
  });
}

export type GuardianAnswer = {
  readonly requestId: string;
  readonly guardianAccountId: string;
  readonly sessionUid: string;
  readonly choices: Choices;
  readonly notice: Answer['notice'];
  readonly acr: string;
  readonly evidence: Readonly<Record<string, string>>;
};

export type Answered =
  | { readonly outcome: 'answered'; readonly given: number }
  /** Answered, expired or replaced meanwhile. */
  | { readonly outcome: 'ended' }
  /** The child has turned 16 or 7, or the wording has changed: asked anew where it is needed. */
  | { readonly outcome: 'void' }
  /** Level 2 is missing in this session, or too old. */
  | { readonly outcome: 'level' };

/** @throws Refusal missing for a question that is not there, or of a child this person does not represent */
export async function answerRequest(house: House, answer: GuardianAnswer, now: Date): Promise<Answered> {
  const { db, vault, origin } = house;
  const { requestId, guardianAccountId, sessionUid } = answer;
  return db.transaction(async () => {
    const row = await store.findRequest(db, requestId);
    const representation = row && (await findRepresentation(db, { guardianAccountId, childAccountId: row.child_account_id })); // prettier-ignore
    if (row === undefined || representation === undefined) throw new Refusal('missing', 'no such question');
    const stands = await standing(db, { sessionUid, accountId: guardianAccountId }, now);
    const want = { level: 2, maxAgeSeconds: GUARDIAN_PROOF_SECONDS };
    if (!satisfies(stands, want, Math.floor(now.getTime() / 1000))) return { outcome: 'level' };

    const request = opened(vault, row);
    const sound = await stillSound(house, request, openBody(vault, row), now);
    const outcome = sound === undefined ? 'void' : 'answered';
    const ended = await store.endRequest(db, { id: requestId, outcome, answeredBy: guardianAccountId }, now);
    if (ended !== 1) return { outcome: 'ended' };
    if (sound === undefined) return { outcome: 'void' };

    const both = request.asked.filter(
      (id) => answer.choices[id] === 'given' && (request.childChoices?.[id] ?? 'given') === 'given',
    );
    await recordAnswer(
      house,
      {
        accountId: request.childAccountId,
        clientId: request.clientId,
        serviceId: request.serviceId,
        scopes: request.scopes,
        asked: request.asked,
        choices: Object.fromEntries(both.map((id) => [id, 'given'] as const)),
        notice: answer.notice,
        acr: answer.acr,
        evidence: { ...answer.evidence, request: requestId, ...childEvidence(openBody(vault, row)) },
        by: { role: sound, guardianshipId: representation.id, representativeId: guardianAccountId },
      },
      now,
    );
    const event = { kind: 'guardian.answered', outcome: 'ok', actor: 'representative', clientId: request.clientId, serviceId: request.serviceId, details: { request: requestId, given: both.length, asked: request.asked.length } } as const; // prettier-ignore
    await recordAccess(db, origin, { ...event, accountId: request.childAccountId }, now);
    await recordAccess(db, origin, { ...event, accountId: guardianAccountId, actor: 'self' }, now);
    return { outcome: 'answered', given: both.length };
  });
}

// Who has to answer now, if what was asked is still what would be recorded.
async function stillSound(
  { db, vault, catalogue }: House,
  request: GuardianRequest,
  { asked, child }: z.infer<typeof body>,
  now: Date,
): Promise<'legal_representative' | 'both' | undefined> {
  const birthdate = await findChildBirthdate(db, vault, request.childAccountId, now);
  const service = catalogue.serviceById.get(request.serviceId);
  if (birthdate === undefined || service === undefined) return undefined;
  const sameWords = asked.every(({ id, version }) => service.purposes.some((purpose) => purpose.id === id && purpose.version === version)); // prettier-ignore
  if (!sameWords) return undefined;
  const needsChild = ageBand(birthdate, now) === '7-15';
  if (needsChild !== (child !== undefined)) return undefined;
  return needsChild ? 'both' : 'legal_representative';
}

// The child's own word and where it was given, beside the representative's, under the child's key.
const childEvidence = ({ child, evidence }: z.infer<typeof body>): Record<string, string> =>
  child === undefined
    ? {}
    : {
        child_choices: JSON.stringify(child),
        ...Object.fromEntries(Object.entries(evidence).map(([name, value]) => [`child_${name}`, value])),
      };

const labelOf = (id: string) => `guardian_request/${id}`;

const openBody = (vault: Vault, row: Pick<RequestRow, 'id' | 'body_sealed'>) =>
  body.parse(JSON.parse(vault.open(labelOf(row.id), row.body_sealed)));

function opened(vault: Vault, row: RequestRow): GuardianRequest {
  const { asked, child } = openBody(vault, row);
  return {
    id: row.id,
    childAccountId: row.child_account_id,
    clientId: row.client_id,
    serviceId: row.service_id,
    scopes: row.scopes,
    asked: asked.map(({ id }) => id),
    childChoices: child,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
