// Level 1: one tap in Zalo. Everything the answer proves is written in one transaction with the
// consumption of its state, so a replayed callback finds nothing to do.

import { signInWithZalo } from '../accounts/sign-in.ts';
import type { ZaloLogin } from '../accounts/zalo-login.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { completeLevel1 } from './step-up.ts';
import { openTransaction } from './transaction.ts';
import type { Wanted } from './transaction.ts';
import { consumeUpstream } from './upstream-state.ts';

export type ZaloAnswer = { readonly state: string; readonly code: string };
export type SignedIn =
  | { readonly outcome: 'signed_in'; readonly accountId: string; readonly transactionId: string }
  | { readonly outcome: 'refused'; readonly reason: 'expired' | 'zalo' | 'locked' | 'other_person' };

/** Finishes a Zalo sign-in for an interaction. @throws Refusal unavailable when Zalo cannot be asked */
export async function finishZalo(
  { db, vault, zalo, origin }: { db: Database; vault: Vault; zalo: ZaloLogin; origin: string },
  answer: ZaloAnswer,
  wanted: Wanted & { readonly sessionUid: string | undefined },
  now: Date,
): Promise<SignedIn> {
  // The state is spent before Zalo is asked: of two callbacks at once only one reaches Zalo.
  const attempt = await consumeUpstream(db, vault, { provider: 'zalo', interactionUid: wanted.interactionUid, state: answer.state }, now); // prettier-ignore
  if (attempt === undefined) return { outcome: 'refused', reason: 'expired' };
  const identified = await zalo.identify({ code: answer.code, codeVerifier: attempt.codeVerifier });
  if (identified.outcome === 'refused') {
    await recordAccess(db, origin, { kind: 'login.zalo', outcome: 'refused', actor: 'self', clientId: wanted.clientId, details: { reason: identified.reason } }, now); // prettier-ignore
    return { outcome: 'refused', reason: 'zalo' };
  }

  return db.transaction(async () => {
    const signIn = await signInWithZalo(db, vault, identified.profile, now);
    if (signIn.outcome === 'locked') {
      await recordAccess(db, origin, { kind: 'login.zalo', outcome: 'refused', actor: 'self', clientId: wanted.clientId, details: { reason: 'locked' } }, now); // prettier-ignore
      return { outcome: 'refused', reason: 'locked' };
    }
    const { accountId } = signIn;
    // A signed-in browser that answers as somebody else must log out first; nothing is merged.
    if (wanted.accountId !== undefined && wanted.accountId !== accountId)
      return { outcome: 'refused', reason: 'other_person' };
    const tx = await openTransaction(db, { ...wanted, accountId }, now);
    if (tx.account_id !== null && tx.account_id !== accountId)
      return { outcome: 'refused', reason: 'other_person' };
    await completeLevel1(db, { tx, accountId, sessionUid: wanted.sessionUid }, 'zalo', now);
    await recordAccess(db, origin, { kind: 'login.zalo', outcome: 'ok', actor: 'self', accountId, clientId: wanted.clientId, details: { account: signIn.outcome } }, now); // prettier-ignore
    return { outcome: 'signed_in', accountId, transactionId: tx.id };
  });
}
