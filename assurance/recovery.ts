// Signing in with a recovery code, when Zalo is lost: level 1 of that account in this interaction,
// and nothing more. Level 2 still asks for a binding and a fresh factor, so a paper that was found
// shows its finder no more than a Zalo login would.

import { recordAccess } from '../audit/record.ts';
import { useRecoveryCode } from '../authenticators/recovery-codes.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { completeLevel1 } from './step-up.ts';
import { openTransaction } from './transaction.ts';
import type { Wanted } from './transaction.ts';

export type Recovered =
  | { readonly outcome: 'signed_in'; readonly accountId: string; readonly left: number }
  /** Also for a locked account: whoever found the paper learns nothing from it. */
  | { readonly outcome: 'wrong' };

/**
 * `tell` runs in the same transaction and writes to the account's own channels.
 * @throws Refusal throttled, forbidden when this sign-in is somebody else's, conflict
 */
export async function signInWithCode(
  { db, vault, origin }: { db: Database; vault: Vault; origin: string },
  { code, addressKey }: { code: string; addressKey: string },
  wanted: Wanted & { readonly sessionUid: string | undefined },
  tell: (accountId: string) => Promise<void>,
  now: Date,
): Promise<Recovered> {
  const used = await useRecoveryCode(
    { db, vault, origin },
    { code, addressKey, owner: { kind: 'account', id: wanted.accountId } },
    async ({ id: accountId }) => {
      const tx = await openTransaction(db, { ...wanted, accountId }, now);
      await completeLevel1(db, { tx, accountId, sessionUid: wanted.sessionUid }, 'recovery', now);
      await recordAccess(db, origin, { kind: 'login.recovery', outcome: 'ok', actor: 'self', accountId, clientId: wanted.clientId }, now); // prettier-ignore
      await tell(accountId);
    },
    now,
  );
  if (used.outcome === 'right') return { outcome: 'signed_in', accountId: used.owner.id, left: used.left };
  await recordAccess(db, origin, { kind: 'login.recovery', outcome: 'refused', actor: 'self', clientId: wanted.clientId }, now); // prettier-ignore
  return { outcome: 'wrong' };
}
