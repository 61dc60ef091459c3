// A passkey as a step: a bound person shows that it is still the same person. What the device
// answered is checked first; the step and the level are then written together.

import { recordAccess } from '../audit/record.ts';
import { finishAuthentication } from '../authenticators/passkeys.ts';
import type { PasskeyHouse } from '../authenticators/passkeys.ts';
import { completeLevel2 } from './step-up.ts';
import type { TransactionRow } from './store.ts';
import { proveStep } from './transaction.ts';

export type PasskeyStep =
  | { readonly outcome: 'proven' }
  | { readonly outcome: 'refused'; readonly reason: 'expired' | 'unknown' | 'suspect' };

type Who = { readonly tx: TransactionRow; readonly accountId: string; readonly sessionUid: string | undefined }; // prettier-ignore
export type PasskeyProof = { readonly passkeyId: string; readonly amr: readonly string[] };

/** @throws Refusal forbidden without a binding, conflict when the transaction has moved on */
export async function finishPasskey(
  house: PasskeyHouse,
  answer: { response: string; place: string },
  who: Who,
  now: Date,
): Promise<PasskeyStep> {
  const answered = await checkPasskey(house, answer, who, now);
  if (answered.outcome === 'refused') return answered;
  await house.db.transaction(() => recordPasskey(house, who, answered, now));
  return { outcome: 'proven' };
}

/** What the device answered. Nothing is written but a refusal. */
export async function checkPasskey(
  house: PasskeyHouse,
  { response, place }: { response: string; place: string },
  { tx, accountId }: { tx: Pick<TransactionRow, 'client_id'>; accountId: string },
  now: Date,
): Promise<({ readonly outcome: 'right' } & PasskeyProof) | Extract<PasskeyStep, { outcome: 'refused' }>> {
  const owner = { kind: 'account', id: accountId } as const;
  const answered = await finishAuthentication(house, { owner, place, response }, now);
  if (answered.outcome === 'right') return answered;
  const { reason } = answered;
  await recordAccess(house.db, house.origin, { ...about(tx, accountId), outcome: 'refused', details: { reason } }, now); // prettier-ignore
  return { outcome: 'refused', reason: reason === 'expired' || reason === 'suspect' ? reason : 'unknown' };
}

/** The step and the level, on the caller's transaction. @throws Refusal forbidden, conflict */
export async function recordPasskey(
  house: PasskeyHouse,
  { tx, accountId, sessionUid }: Who,
  { passkeyId, amr }: PasskeyProof,
  now: Date,
): Promise<void> {
  const { db, origin } = house;
  await proveStep(db, { transactionId: tx.id, step: 'passkey', accountId, upstreamRef: passkeyId }, now);
  await recordAccess(db, origin, { ...about(tx, accountId), outcome: 'ok', details: { passkey: passkeyId } }, now); // prettier-ignore
  await completeLevel2(house, { tx, accountId, sessionUid, amr }, now);
}

const about = (tx: Pick<TransactionRow, 'client_id'>, accountId: string) =>
  ({ kind: 'stepup.passkey', actor: 'self', accountId, clientId: tx.client_id }) as const;
