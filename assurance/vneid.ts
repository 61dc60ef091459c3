// VNeID sign-on as a step: it says who the person is. The answer counts only for the browser,
// interaction and account that began it.

import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { uuidv7 } from '../keys/uuid.ts';
import { recordIdentity } from './identity-step.ts';
import type { PendingIdentity } from './pending.ts';
import type { TransactionRow } from './store.ts';
import { consumeUpstream } from './upstream-state.ts';
import type { VneidSignOn } from './vneid-sign-on.ts';

export type VneidStep =
  | { readonly outcome: 'proven' }
  | {
      readonly outcome: 'refused';
      readonly reason: 'expired' | 'vneid' | 'other_person' | 'bound_elsewhere';
    };

type House = { readonly db: Database; readonly vault: Vault; readonly origin: string };
type Answer = { readonly state: string; readonly code: string; readonly interactionUid: string };
type Who = { readonly tx: Pick<TransactionRow, 'client_id'>; readonly accountId: string };
export type VneidIdentity = { readonly identity: PendingIdentity; readonly warnings: readonly string[] };

/** Finishes a VNeID sign-on within a step-up transaction. @throws Refusal unavailable, conflict */
export async function finishVneid(
  house: House & { vneid: VneidSignOn },
  answer: Answer,
  who: { tx: TransactionRow; accountId: string; sessionUid: string | undefined },
  now: Date,
): Promise<VneidStep> {
  const said = await identifyByVneid(house, answer, who, now);
  if (said.outcome === 'refused') return said;
  return house.db.transaction(() => recordVneid(house, who, said, now));
}

/** Who VNeID says came back. Nothing is written but a refusal. @throws Refusal unavailable */
export async function identifyByVneid(
  { db, vault, vneid, origin }: House & { vneid: VneidSignOn },
  answer: Answer,
  { tx, accountId }: Who,
  now: Date,
): Promise<
  | ({ readonly outcome: 'identified' } & VneidIdentity)
  | { readonly outcome: 'refused'; readonly reason: 'expired' | 'vneid' }
> {
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
  return { outcome: 'identified', identity, warnings: person.warnings };
}

/** The step itself, on the caller's transaction. @throws Refusal conflict */
export const recordVneid = (
  house: House,
  who: { tx: TransactionRow; accountId: string; sessionUid: string | undefined },
  { identity, warnings }: VneidIdentity,
  now: Date,
) => recordIdentity(house, who, { step: 'vneid', identity, kind: 'stepup.vneid', details: { warnings } }, now); // prettier-ignore
