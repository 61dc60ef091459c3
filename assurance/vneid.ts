// VNeID sign-on as a step: it says who the person is. The answer counts only for the browser,
// interaction and account that began it.

import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { uuidv7 } from '../keys/uuid.ts';
import { recordIdentity } from './identity-step.ts';
import type { TransactionRow } from './store.ts';
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
  if (identified.outcome === 'refused') {
    await recordAccess(db, origin, { kind: 'stepup.vneid', outcome: 'refused', actor: 'self', accountId, clientId: tx.client_id, details: { reason: identified.reason } }, now); // prettier-ignore
    return { outcome: 'refused', reason: 'vneid' };
  }
  const { person } = identified;
  const identity = {
    source: 'vneid' as const,
    issuer: person.issuer,
    upstreamSub: person.upstreamSub,
    personalNumber: person.personalNumber,
    name: person.name,
    birthdate: person.birthdate,
    checkId: uuidv7(now),
    organisation: 'VNeID',
  };
  return db.transaction(() =>
    recordIdentity(
      { db, vault, origin },
      { tx, accountId, sessionUid },
      { step: 'vneid', identity, kind: 'stepup.vneid', details: { warnings: person.warnings } },
      now,
    ),
  );
}
