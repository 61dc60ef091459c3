// The officer's first two moves: take the request whose code the citizen shows, and ask the register
// about the card that lies on the counter.

import { recordAccess } from '../audit/record.ts';
import { Refusal } from '../errors.ts';
import { returnGuess, takeGuess } from '../staff/guesses.ts';
import { readCode } from './code.ts';
import { askRegister, sealFacts } from './facts.ts';
import type { CardClaim, RegisterFound, RegisterHouse } from './facts.ts';
import type { CounterHouse, Officer } from './officer.ts';
import * as store from './request-store.ts';

/** Time to look at card and face after the code was typed. */
const HOLD_MS = 15 * 60_000;

export type Claimed =
  | { readonly outcome: 'claimed'; readonly id: string }
  /** Mistyped, run out, taken by somebody else or never made: one answer. */
  | { readonly outcome: 'unknown' };

/** @throws Refusal throttled after too many wrong codes */
export async function claimRequest(
  house: CounterHouse,
  { officer, typed }: { officer: Officer; typed: string },
  now: Date,
): Promise<Claimed> {
  const { db, vault, origin } = house;
  const code = readCode(typed);
  if (code === undefined) return { outcome: 'unknown' };
  await takeGuess(db, 'counter-code', officer.staffId, now);
  const claimed = await db.transaction(async () => {
    const row = await store.claimRequest(
      db,
      { ...officer, codeKey: vault.keyOf('counter-code', code), expiresAt: new Date(now.getTime() + HOLD_MS) }, // prettier-ignore
      now,
    );
    const details = { staff: officer.staffId, commune: officer.communeCode };
    if (row === undefined) {
      await recordAccess(db, origin, { kind: 'counter.claimed', outcome: 'refused', actor: 'operator', details }, now); // prettier-ignore
      return undefined;
    }
    await recordAccess(db, origin, { kind: 'counter.claimed', outcome: 'ok', actor: 'operator', accountId: row.account_id, clientId: row.client_id, details }, now); // prettier-ignore
    return row;
  });
  if (claimed === undefined) return { outcome: 'unknown' };
  await returnGuess(db, 'counter-code', officer.staffId);
  return { outcome: 'claimed', id: claimed.id };
}

export type CardChecked = RegisterFound['outcome'] | 'asked_too_often';

/** Asks the register about the card and keeps its answer, sealed, until the decision. */
export async function checkCard(
  house: RegisterHouse,
  { officer, id, claim }: { officer: Officer; id: string; claim: CardClaim },
  now: Date,
): Promise<CardChecked> {
  const { db, vault } = house;
  const request = await getRequest(house, { officer, id }, now);
  if (request.state !== 'claimed' || request.staff_id !== officer.staffId) throw notYours();
  if ((await store.countQuestion(db, id, officer.staffId, now)) !== 1) return 'asked_too_often';
  const found = await askRegister(house, { officer, claim, accountId: request.account_id }, now);
  const factsSealed = found.outcome === 'match' ? sealFacts(vault, id, found.facts) : undefined;
  if ((await store.keepFacts(db, { id, staffId: officer.staffId, factsSealed }, now)) !== 1) throw notYours();
  return found.outcome;
}

/**
 * A request this officer may look at: their own, or one of their commune that waits for a second
 * officer. @throws Refusal missing for every other one
 */
export async function getRequest(
  { db }: Pick<CounterHouse, 'db'>,
  { officer, id }: { officer: Officer; id: string },
  now: Date,
): Promise<store.RequestRow> {
  const row = await store.findRequest(db, id);
  if (row === undefined) throw notYours();
  const mine = row.staff_id === officer.staffId || row.second_staff_id === officer.staffId;
  const waits = row.state === 'second' && row.commune_code === officer.communeCode;
  const over = row.expires_at <= now && (row.state === 'claimed' || row.state === 'second');
  if (!mine && !waits) throw notYours();
  return over ? { ...row, state: 'expired', facts_sealed: null } : row;
}

const notYours = () => new Refusal('missing', 'no such request at this counter', { reason: 'counter' });
