// The end of every step that says who a person is: VNeID, chip, printed card, counter. One place
// decides what follows, so no road is easier than another.

import { recordAccess } from '../audit/record.ts';
import type { AccessKind } from '../audit/record.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { strongerSource } from '../policies/methods.ts';
import type { IdentityStep } from '../policies/methods.ts';
import { findBinding } from './binding-store.ts';
import { bindIdentity, bindingConflict } from './binding.ts';
import { clearCodeTrouble } from '../codes/code-trouble.ts';
import { openPending, sealPending } from './pending.ts';
import { cancelMoves, isDisputed } from './rebind.ts';
import type { PendingIdentity } from './pending.ts';
import { completeLevel2 } from './step-up.ts';
import type { TransactionRow } from './store.ts';
import { advance, proveStep } from './transaction.ts';

export type IdentityStepResult =
  | { readonly outcome: 'proven' }
  | { readonly outcome: 'refused'; readonly reason: 'other_person' | 'bound_elsewhere' };

/**
 * Records what an identity step proved and moves the transaction on: level 2 at once for a bound
 * person after VNeID, else the code comes next. A person who has another account is refused after a
 * register match, which proves too little to ask for a move; the stronger steps go on to the
 * supervised path (rebind.ts). Runs in the caller's transaction.
 * @throws Refusal conflict when the transaction has moved on
 */
export async function recordIdentity(
  house: { readonly db: Database; readonly vault: Vault; readonly origin: string },
  who: { readonly tx: TransactionRow; readonly accountId: string; readonly sessionUid: string | undefined },
  proof: {
    readonly step: IdentityStep;
    readonly identity: PendingIdentity;
    readonly kind: AccessKind;
    /** Who did it: the person, or an officer who saw them. */
    readonly actor?: 'self' | 'operator';
    readonly details?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  },
  now: Date,
): Promise<IdentityStepResult> {
  const { db, vault, origin } = house;
  const { tx, accountId } = who;
  const { step, identity, actor = 'self' } = proof;
  const record = (outcome: 'ok' | 'refused', details: Record<string, string>) =>
    recordAccess(db, origin, { kind: proof.kind, outcome, actor, accountId, clientId: tx.client_id, details: { ...proof.details, ...details } }, now); // prettier-ignore

  // Two steps of one transaction speak of one person, or the methods of one would vouch for the other.
  const { identity: earlier, phone: _, ...kept } = openPending(vault, tx);
  if (earlier !== undefined && earlier.personalNumber !== identity.personalNumber) {
    await record('refused', { check: identity.checkId, reason: 'other_person' });
    return { outcome: 'refused', reason: 'other_person' };
  }
  const conflict = await bindingConflict(db, vault, { accountId, personalNumber: identity.personalNumber });
  const numberKey = vault.keyOf('personal-number', identity.personalNumber);
  const refused =
    conflict !== 'other_person' && step === 'card' && (await isDisputed(db, numberKey, now)) ? 'bound_elsewhere' : conflict; // prettier-ignore
  if (refused === 'other_person' || (refused === 'bound_elsewhere' && step === 'card')) {
    await record('refused', { check: identity.checkId, reason: refused });
    return { outcome: 'refused', reason: refused };
  }
  const bound = (await findBinding(db, accountId, now)) !== undefined;
  await proveStep(db, { transactionId: tx.id, step, accountId, upstreamRef: identity.checkId }, now);
  await record('ok', { check: identity.checkId, organisation: identity.organisation });
  // Whoever has just been identified may use codes again, however often somebody guessed wrong.
  if (step !== 'card') await clearCodeTrouble(db, accountId, now);
  if (bound && step === 'vneid') {
    // Whoever is asked to give the person up and proves them again objects (rebind.ts).
    await cancelMoves(db, accountId, 'objected', now);
    await bindIdentity(house, { accountId, identity, clientId: tx.client_id }, now);
    await completeLevel2(house, { ...who, amr: ['vneid'] }, now);
    return { outcome: 'proven' };
  }
  // A bound person too gives a number again: whoever cannot use the old one came this way for that.
  const pending = { ...kept, identity: strongerOf(earlier, identity) };
  await advance(db, tx, { state: 'phone', accountId, pending: sealPending(vault, tx.id, pending) }, now);
  return { outcome: 'proven' };
}

// Of two proofs of one person the stronger is bound; what two officers decided stands beside either.
function strongerOf(earlier: PendingIdentity | undefined, identity: PendingIdentity): PendingIdentity {
  if (earlier === undefined) return identity;
  const stronger = strongerSource(earlier.source, identity.source) === identity.source ? identity : earlier;
  const supervised = earlier.supervised === true || identity.supervised === true;
  return supervised ? { ...stronger, supervised } : stronger;
}
