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

/** @throws Refusal forbidden without a binding, conflict when the transaction has moved on */
export async function finishPasskey(
  house: PasskeyHouse,
  { response, place }: { response: string; place: string },
  { tx, accountId, sessionUid }: { tx: TransactionRow; accountId: string; sessionUid: string | undefined },
  now: Date,
): Promise<PasskeyStep> {
  const { db, origin } = house;
  const owner = { kind: 'account', id: accountId } as const;
  const answered = await finishAuthentication(house, { owner, place, response }, now);
  const about = { kind: 'stepup.passkey', actor: 'self', accountId, clientId: tx.client_id } as const;
  if (answered.outcome === 'refused') {
    const { reason } = answered;
    await recordAccess(db, origin, { ...about, outcome: 'refused', details: { reason } }, now);
    return { outcome: 'refused', reason: reason === 'expired' || reason === 'suspect' ? reason : 'unknown' };
  }
  const { passkeyId, amr } = answered;
  await db.transaction(async () => {
    await proveStep(db, { transactionId: tx.id, step: 'passkey', accountId, upstreamRef: passkeyId }, now);
    await recordAccess(db, origin, { ...about, outcome: 'ok', details: { passkey: passkeyId } }, now);
    await completeLevel2(house, { tx, accountId, sessionUid, amr }, now);
  });
  return { outcome: 'proven' };
}
