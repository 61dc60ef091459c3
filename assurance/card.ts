// The printed card as a step: number, name and birth date, from wherever they were read, are held
// against the population register. What is learned from a "no" is nothing: wrong name, no such number,
// a number that was replaced and a person who has an account here are one answer. Only "this person
// exists" is proven, which is the weakest of all evidence (contract identity-vn.md sections 2 and 11).

import { recordAccess } from '../audit/record.ts';
import type { CardClaim } from '../cards/claim.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { uuidv7 } from '../keys/uuid.ts';
import { returnCardAttempt, takeCardAttempt } from './attempts.ts';
import { recordIdentity } from './identity-step.ts';
import type { PopulationRegister, RegisterAnswer, RegisterTerms } from './population-register.ts';
import type { TransactionRow } from './store.ts';

export type CardStep =
  | { readonly outcome: 'proven' }
  /** `left`: how often this account may still ask today. */
  | { readonly outcome: 'not_confirmed'; readonly left: number }
  | { readonly outcome: 'too_often' | 'unavailable' };

type House = {
  readonly db: Database;
  readonly vault: Vault;
  readonly origin: string;
  readonly register: PopulationRegister;
  readonly registerTerms: RegisterTerms;
};
type Who = {
  readonly tx: TransactionRow;
  readonly accountId: string;
  readonly sessionUid: string | undefined;
};

/** Asks the register once. @throws Refusal conflict when the transaction moved on; unavailable without a counter */
export async function proveByRegister(
  house: House,
  who: Who,
  claim: CardClaim,
  now: Date,
): Promise<CardStep> {
  const { db, vault, register, registerTerms } = house;
  const numberKey = vault.keyOf('personal-number', claim.personalNumber).toString('base64url');
  const attempt = { accountId: who.accountId, numberKey };
  const left = await takeCardAttempt(db, attempt, now);
  if (left === undefined) {
    await recordRefusal(house, who, { reason: 'too_often' }, now);
    return { outcome: 'too_often' };
  }
  const { purpose, actor } = registerTerms;
  const answer = await register.match({ ...claim, requestId: uuidv7(now), purpose, actor });
  if (answer.status === 'match') {
    const proven = await db.transaction(() => recordMatch(house, who, claim, answer, now));
    return proven ? { outcome: 'proven' } : { outcome: 'not_confirmed', left };
  }
  await recordRefusal(house, who, { status: answer.status, check: answer.checkId, organisation: answer.organisation }, now); // prettier-ignore
  if (answer.status === 'unavailable' || answer.status === 'refused') {
    await returnCardAttempt(db, attempt);
    return { outcome: 'unavailable' };
  }
  return { outcome: 'not_confirmed', left };
}

async function recordMatch(
  house: House,
  who: Who,
  { personalNumber }: CardClaim,
  { person, checkId, organisation }: Extract<RegisterAnswer, { status: 'match' }>,
  now: Date,
): Promise<boolean> {
  // The register's spelling, not the one that was typed, is what services may be told.
  const identity = { source: 'register_match', personalNumber, ...person, checkId, organisation } as const;
  const details = { status: 'match', organisation };
  const result = await recordIdentity(
    house,
    who,
    { step: 'card', identity, kind: 'stepup.card', details },
    now,
  );
  return result.outcome === 'proven';
}

const recordRefusal = (
  { db, origin }: House,
  { tx, accountId }: Who,
  details: Readonly<Record<string, string>>,
  now: Date,
) =>
  recordAccess(db, origin, { kind: 'stepup.card', outcome: 'refused', actor: 'self', accountId, clientId: tx.client_id, details }, now); // prettier-ignore
