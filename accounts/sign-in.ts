// A Zalo id opens exactly one account. Linking goes by (app, id) only: never by phone, mail or
// name, which anybody can put on an account of their own (attacks design, case 1).

import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { deleteUnlinkedAccount, findZaloLink, insertAccountWithLink, updateZaloName } from './store.ts';
import type { ZaloProfile } from './zalo-login.ts';
import { uuidv7 } from '../keys/uuid.ts';

export type SignIn =
  | { readonly outcome: 'known' | 'new'; readonly accountId: string }
  | { readonly outcome: 'locked' };

/** Finds or opens the account of a Zalo profile that the adapter has verified. Runs in the caller's transaction. */
export async function signInWithZalo(
  db: Database,
  vault: Vault,
  profile: ZaloProfile,
  now: Date,
): Promise<SignIn> {
  const known = await findZaloLink(db, profile.appId, profile.zaloId);
  if (known !== undefined) {
    if (known.locked_at !== null) return { outcome: 'locked' };
    if (profile.name !== undefined)
      await updateZaloName(db, known.id, sealedName(vault, known.id, profile.name));
    return { outcome: 'known', accountId: known.account_id };
  }
  const accountId = uuidv7(now);
  const linkId = randomUUID();
  const nameSealed = profile.name === undefined ? undefined : sealedName(vault, linkId, profile.name);
  const row = { accountId, linkId, appId: profile.appId, zaloId: profile.zaloId, nameSealed };
  if ((await insertAccountWithLink(db, row, now)) === 1) return { outcome: 'new', accountId };

  // Another request linked the same Zalo id first; the insert waited for it to commit.
  await deleteUnlinkedAccount(db, accountId);
  const winner = await findZaloLink(db, profile.appId, profile.zaloId);
  if (winner === undefined) throw new Error('a Zalo link vanished');
  return winner.locked_at === null
    ? { outcome: 'known', accountId: winner.account_id }
    : { outcome: 'locked' };
}

const sealedName = (vault: Vault, linkId: string, name: string) =>
  vault.seal(`zalo_link/${linkId}/name`, name);
