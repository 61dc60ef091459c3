// The chip of a card as a step: its files are genuine (cards/chip/verify.ts), the authority says that
// the card is in force, and what the reader recorded was not sent before. Nothing of the files is kept
// or logged: only who the person is, sealed, and the ids of the checks.

import { recordAccess } from '../audit/record.ts';
import type { ChipFiles } from '../cards/chip/files.ts';
import type { CardTrust } from '../cards/chip/trust.ts';
import { verifyChip } from '../cards/chip/verify.ts';
import type { ChipResult } from '../cards/chip/verify.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { uuidv7 } from '../keys/uuid.ts';
import type { AuthorityAnswer, CardAuthority } from './card-authority.ts';
import { returnChipAttempt, takeChipAttempt } from './attempts.ts';
import { findChallenge, insertChallenge } from './chip-store.ts';
import { recordIdentity } from './identity-step.ts';
import type { TransactionRow } from './store.ts';

export type ChipRefusal =
  /** Not the data of a chip, or not all of it. */
  | 'unreadable'
  /** Not signed as a Vietnamese card is, changed, a copy, or sent before. */
  | 'not_authentic'
  | 'expired'
  /** The authority does not vouch for this card now, or not for this holder. */
  | 'revoked'
  | 'other_person'
  | 'too_often';
export type ChipStep =
  | { readonly outcome: 'proven' | 'unavailable' }
  | { readonly outcome: 'refused'; readonly reason: ChipRefusal };

export type ChipHouse = {
  readonly db: Database;
  readonly vault: Vault;
  readonly origin: string;
  readonly cards: CardTrust;
  readonly cardAuthority: CardAuthority;
};
type Who = {
  readonly tx: TransactionRow;
  readonly accountId: string;
  readonly sessionUid: string | undefined;
};
type Genuine = Extract<ChipResult, { status: 'valid' }>;
type Details = Readonly<Record<string, string | undefined>>;

// A card without an end is replaced sooner or later; a challenge is remembered this long.
const LONGEST_LIFE_MS = 25 * 365 * 86_400_000;

/** `files`: undefined when what was sent could not be read. @throws Refusal conflict when the transaction moved on; unavailable without a counter */
export async function proveByChip(
  house: ChipHouse,
  who: Who,
  files: ChipFiles | undefined,
  now: Date,
): Promise<ChipStep> {
  const refuse = async (reason: ChipRefusal, details: Details): Promise<ChipStep> => {
    await record(house, who, { reason, ...details }, now);
    return { outcome: 'refused', reason };
  };
  if (!(await takeChipAttempt(house.db, who.accountId, now))) return refuse('too_often', {});
  if (files === undefined) return refuse('unreadable', {});

  const result = verifyChip({ files, trust: house.cards }, now);
  if (result.status === 'not_verified' && result.reason === 'no_trust_anchor') {
    await record(house, who, { status: result.status, reason: result.reason }, now);
    return { outcome: 'unavailable' };
  }
  if (result.status === 'error' || result.status === 'not_verified') return refuse('unreadable', { detail: result.reason }); // prettier-ignore
  if (result.status === 'invalid') return refuse('not_authentic', { detail: result.reason });
  if (result.chipAuth === 'failed') return refuse('not_authentic', { detail: 'chip_auth' });
  // A chip that can answer must have: leaving the answer out would make every copy look like a chip.
  if (result.canAnswer && result.chipAuth !== 'passed_unbound') return refuse('unreadable', { detail: 'chip_auth_missing' }); // prettier-ignore
  if (result.card.expired) return refuse('expired', {});
  const challengeKey = challengeKeyOf(house.vault, files, result);
  if (challengeKey !== undefined && (await findChallenge(house.db, challengeKey)) !== undefined)
    return refuse('not_authentic', { detail: 'challenge_replayed' });

  const answer = await askAuthority(house.cardAuthority, files, now);
  const about = { check: answer.checkId, organisation: answer.organisation, authority: answer.status };
  if (answer.status === 'invalid') return refuse('revoked', about);
  if (answer.status !== 'valid') {
    await record(house, who, { reason: 'authority', ...about }, now);
    if (answer.status === 'unavailable') await returnChipAttempt(house.db, who.accountId);
    return { outcome: 'unavailable' };
  }
  return commit(house, who, { result, answer, challengeKey }, refuse, now);
}

async function commit(
  house: ChipHouse,
  who: Who,
  proof: { result: Genuine; answer: AuthorityAnswer; challengeKey: Buffer | undefined },
  refuse: (reason: ChipRefusal, details: Details) => Promise<ChipStep>,
  now: Date,
): Promise<ChipStep> {
  const { result, answer, challengeKey } = proof;
  const { personalNumber, name, birthdate, expiry } = result.card;
  const { checkId, organisation, holderChecked } = answer;
  const evidence = { source: 'chip_c06', personalNumber, name, birthdate, checkId, organisation } as const;
  const identity = expiry === null ? evidence : { ...evidence, evidenceEnds: expiry };
  const details = {
    status: result.status,
    authority: answer.status,
    chipAuth: result.chipAuth,
    holder: holderChecked === true ? `checked_by:${organisation}` : 'not_checked',
    anchor: result.anchor.slice(0, 16),
    name: result.card.nameFrom,
  };
  return house.db.transaction(async () => {
    const end = expiry === null ? new Date(now.getTime() + LONGEST_LIFE_MS) : new Date(`${expiry}T17:00:00Z`);
    // Of two that carry the same recording at the same time, one gets its row in.
    if (challengeKey !== undefined && (await insertChallenge(house.db, challengeKey, end, now)) !== 1)
      return refuse('not_authentic', { detail: 'challenge_replayed' });
    const recorded = await recordIdentity(
      house,
      who,
      { step: 'chip', identity, kind: 'stepup.chip', details },
      now,
    );
    return recorded.outcome === 'proven' ? recorded : { outcome: 'refused', reason: 'other_person' };
  });
}

// With the chip's key: eight random bytes alone may come twice among all cards of a country.
function challengeKeyOf(
  vault: Vault,
  { challenge, dg15 }: ChipFiles,
  { chipAuth }: Genuine,
): Buffer | undefined {
  if (chipAuth !== 'passed_unbound' || challenge === undefined || dg15 === undefined) return undefined;
  return vault.keyOf('chip-challenge', Buffer.concat([challenge, dg15]).toString('base64'));
}

function askAuthority(authority: CardAuthority, files: ChipFiles, now: Date): Promise<AuthorityAnswer> {
  const { sod, dg1, com, dg2, dg13, dg14, dg15 } = files;
  // verify.ts has read both; a card without them is not valid.
  if (sod === undefined || dg1 === undefined) throw new Refusal('invalid', 'no card to ask about');
  return authority.check({ files: { sod, dg1, com, dg2, dg13, dg14, dg15 }, requestId: uuidv7(now) });
}

const record = ({ db, origin }: ChipHouse, { tx, accountId }: Who, details: Details, now: Date) =>
  recordAccess(db, origin, { kind: 'stepup.chip', outcome: 'refused', actor: 'self', accountId, clientId: tx.client_id, details }, now); // prettier-ignore
