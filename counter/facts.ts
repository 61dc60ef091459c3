// What the register said about a card, kept sealed between two pages of an officer's work and gone
// with the decision.

import { z } from 'zod';
import { recordAccess } from '../audit/record.ts';
import type { PopulationRegister, RegisterTerms } from '../assurance/population-register.ts';
import { uuidv7 } from '../keys/uuid.ts';
import type { Vault } from '../keys/vault.ts';
import { returnGuess, takeGuess } from '../staff/guesses.ts';
import type { CounterHouse, Officer } from './officer.ts';

const registerFacts = z.object({
  personalNumber: z.string(),
  name: z.string(),
  birthdate: z.string(),
  checkId: z.string(),
});
export type RegisterFacts = z.infer<typeof registerFacts>;

/** What stands on the card, as read from its QR or typed. */
export type CardClaim = {
  readonly personalNumber: string;
  readonly name: string;
  /** ISO date, or the year alone. */
  readonly birthdate: string;
};

/** `not_confirmed`: no such number, or name or birth date differ. */
export type RegisterFound =
  | { readonly outcome: 'match'; readonly facts: RegisterFacts }
  | { readonly outcome: 'not_confirmed' | 'superseded' | 'unavailable' };

export type RegisterHouse = CounterHouse & {
  readonly register?: PopulationRegister | undefined;
  readonly registerTerms?: RegisterTerms | undefined;
};

/**
 * Asks the register in the officer's name. Call it outside a transaction: it may take seconds.
 * @throws Refusal throttled after too many questions about one number, or by one officer
 */
export async function askRegister(
  house: RegisterHouse,
  { officer, claim, accountId }: { officer: Officer; claim: CardClaim; accountId?: string | undefined },
  now: Date,
): Promise<RegisterFound> {
  const { db, vault, origin, register, registerTerms } = house;
  if (register === undefined || registerTerms === undefined) return { outcome: 'unavailable' };
  const { purpose } = registerTerms;
  const numberKey = vault.keyOf('personal-number', claim.personalNumber).toString('base64url');
  await takeGuess(db, 'counter-officer', officer.staffId, now);
  await takeGuess(db, 'counter-number', numberKey, now);
  const actor = { kind: 'officer', code: officer.staffId } as const;
  const answer = await register.match({ requestId: uuidv7(now), ...claim, purpose, actor });
  const details = { staff: officer.staffId, commune: officer.communeCode, status: answer.status, check: answer.checkId, organisation: answer.organisation }; // prettier-ignore
  const outcome = answer.status === 'match' ? 'ok' : 'refused';
  await recordAccess(db, origin, { kind: 'counter.checked', outcome, actor: 'operator', accountId, details }, now); // prettier-ignore
  if (answer.status === 'match') {
    // An officer serves the same person again today without using up the limit on strangers' numbers.
    await returnGuess(db, 'counter-number', numberKey);
    const facts = { personalNumber: claim.personalNumber, ...answer.person, checkId: answer.checkId };
    return { outcome: 'match', facts: registerFacts.parse(facts) };
  }
  if (answer.status === 'superseded') return { outcome: 'superseded' };
  const isDown = answer.status === 'unavailable' || answer.status === 'refused';
  return { outcome: isDown ? 'unavailable' : 'not_confirmed' };
}

export const sealFacts = (vault: Vault, requestId: string, facts: RegisterFacts): Buffer =>
  vault.seal(`counter_request/${requestId}/facts`, JSON.stringify(facts));

export const openFacts = (vault: Vault, requestId: string, sealed: Buffer): RegisterFacts =>
  registerFacts.parse(JSON.parse(vault.open(`counter_request/${requestId}/facts`, sealed)));
