// VNeID sign-on as a step: it says who the person is. The answer counts only for the browser,
// interaction and account that began it.

import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { uuidv7 } from '../keys/uuid.ts';
import { bindingConflict } from './binding.ts';
import { openPending, sealPending } from './pending.ts';
import type { PendingIdentity } from './pending.ts';
import { completeLevel2 } from './step-up.ts';
import { findBinding } from './store.ts';
import type { TransactionRow } from './store.ts';
import { advance, proveStep } from './transaction.ts';
import { consumeUpstream } from './upstream-state.ts';
import type { VneidSignOn } from './vneid-sign-on.ts';

export type VneidStep =
  | { readonly outcome: 'proven' }
  | {
      readonly outcome: 'refused';
      readonly reason: 'expired' | 'vneid' | 'other_person' | 'bound_elsewhere';
    };

/** Finishes a VNeID sign-on within a step-up transaction. @throws Refusal unavailable, conflict */
export async function finishVneid(
  { db, vault, vneid, origin }: { db: Database; vault: Vault; vneid: VneidSignOn; origin: string },
  answer: { state: string; code: string; interactionUid: string },
  { tx, accountId, sessionUid }: { tx: TransactionRow; accountId: string; sessionUid: string | undefined },
  now: Date,
): Promise<VneidStep> {
  const attempt = await consumeUpstream(db, vault, { provider: 'vneid', ...answer }, now);
  if (attempt === undefined) return { outcome: 'refused', reason: 'expired' };
  const identified = await vneid.identify({ code: answer.code, codeVerifier: attempt.codeVerifier, nonce: attempt.nonce }); // prettier-ignore
  const refuse = async (
    reason: 'vneid' | 'other_person' | 'bound_elsewhere',
    detail: string,
  ): Promise<VneidStep> => {
    await recordAccess(db, origin, { kind: 'stepup.vneid', outcome: 'refused', actor: 'self', accountId, clientId: tx.client_id, details: { reason: detail } }, now); // prettier-ignore
    return { outcome: 'refused', reason };
  };
  if (identified.outcome === 'refused') return refuse('vneid', identified.reason);

  const { person } = identified;
  const conflict = await bindingConflict(db, vault, { accountId, personalNumber: person.personalNumber });
  if (conflict !== undefined) return refuse(conflict, conflict);

  const identity: PendingIdentity = {
    source: 'vneid',
    issuer: person.issuer,
    upstreamSub: person.upstreamSub,
    personalNumber: person.personalNumber,
    name: person.name,
    birthdate: person.birthdate,
    checkId: uuidv7(now),
    organisation: 'VNeID',
  };
  await db.transaction(async () => {
    const bound = (await findBinding(db, accountId, now)) !== undefined;
    const pending = { ...openPending(vault, tx), identity };
    await proveStep(
      db,
      { transactionId: tx.id, step: 'vneid', accountId, upstreamRef: identity.checkId },
      now,
    );
    await recordAccess(db, origin, { kind: 'stepup.vneid', outcome: 'ok', actor: 'self', accountId, clientId: tx.client_id, details: { check: identity.checkId, warnings: [...person.warnings] } }, now); // prettier-ignore
    // A person bound before needs only this fresh factor; a new one also a phone that answers.
    if (bound)
      await completeLevel2({ db, vault, origin }, { tx, accountId, sessionUid, amr: ['vneid'] }, now);
    else
      await advance(db, tx, { state: 'phone', accountId, pending: sealPending(vault, tx.id, pending) }, now);
  });
  return { outcome: 'proven' };
}
