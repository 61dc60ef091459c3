// A person who proves an identity that another account holds: a lost Zalo, or somebody else's doing.
// Nothing is merged. The other account's channels are told, a day passes, the person proves again,
// and only then the binding moves. Two officers at a counter may decide at once.

import { randomUUID } from 'node:crypto';
import { outdateAccount } from '../accounts/watermark.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { bindIdentity } from './binding.ts';
import { endBindingOfPerson, findBindingOwner } from './binding-store.ts';
import { revokeProofs } from './level.ts';
import type { Notify } from './notify.ts';
import type { PendingIdentity } from './pending.ts';
import * as store from './rebind-store.ts';

export const HOLD_SECONDS = 86_400;
/** After the hold the person has this long to come back and prove again. */
const OPEN_SECONDS = 7 * 86_400;
/** Who was objected to does not ask again by themselves; a counter decides. */
const OBJECTED_SECONDS = 30 * 86_400;

type House = {
  readonly db: Database;
  readonly vault: Vault;
  readonly origin: string;
  readonly notify: Notify;
};
type Move = { readonly accountId: string; readonly identity: PendingIdentity; readonly clientId: string };

/** `barred`: somebody objected, or another account asks for the same person; only a counter helps. */
export type MoveState =
  | { readonly state: 'none' | 'ripe' | 'barred' }
  | { readonly state: 'waiting'; readonly until: Date };

/** Where a wish to move this person to this account stands. */
export async function findMove(
  db: Database,
  vault: Vault,
  { accountId, personalNumber }: { accountId: string; personalNumber: string },
  now: Date,
): Promise<MoveState> {
  const numberKey = vault.keyOf('personal-number', personalNumber);
  const since = new Date(now.getTime() - OBJECTED_SECONDS * 1000);
  const row = await store.findRequest(db, { numberKey, since, now });
  if (row === undefined) return { state: 'none' };
  if (row.ended_at !== null || row.account_id !== accountId) return { state: 'barred' };
  return row.effective_at <= now ? { state: 'ripe' } : { state: 'waiting', until: row.effective_at };
}

/**
 * What the right code of a proven person leads to: bound here, moved here, or a wish written down.
 * Runs in the transaction that consumed the code.
 * @returns false when nothing is bound yet and the person has to wait
 */
export async function bindOrMove(house: House, move: Move, now: Date): Promise<boolean> {
  const { db, vault } = house;
  const { accountId, identity } = move;
  const numberKey = vault.keyOf('personal-number', identity.personalNumber);
  const owner = await findBindingOwner(db, numberKey);
  if (owner === undefined || owner.account_id === accountId) {
    await bindIdentity(house, move, now);
    return true;
  }
  const from = owner.account_id;
  if (identity.supervised === true) {
    await store.endRequestsOf(db, from, 'cancelled', now);
    await moveBinding(house, { ...move, from, numberKey }, now);
    return true;
  }
  const found = await findMove(db, vault, { accountId, personalNumber: identity.personalNumber }, now);
  if (found.state === 'ripe') {
    if ((await store.endRequest(db, { numberKey, accountId }, 'moved', now)) !== 1) throw gone();
    await moveBinding(house, { ...move, from, numberKey }, now);
    return true;
  }
  if (found.state !== 'none') return false;
  await askToMove(house, { ...move, from, numberKey }, now);
  return false;
}

async function askToMove(
  { db, origin, notify }: House,
  { accountId, from, numberKey, clientId }: Move & { from: string; numberKey: Buffer },
  now: Date,
): Promise<void> {
  const id = randomUUID();
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  await store.endLapsed(db, numberKey, now);
  const written = await store.insertRequest(
    db,
    { id, accountId, from, numberKey, effectiveAt: after(HOLD_SECONDS), expiresAt: after(HOLD_SECONDS + OPEN_SECONDS) }, // prettier-ignore
    now,
  );
  if (written !== 1) throw gone();
  await recordAccess(db, origin, { kind: 'identity.move_asked', outcome: 'ok', actor: 'self', accountId, clientId }, now); // prettier-ignore
  await recordAccess(db, origin, { kind: 'identity.move_asked', outcome: 'ok', actor: 'self', accountId: from, clientId }, now); // prettier-ignore
  await notify({ accountId: from, kind: 'moving', key: id, link: true }, now);
}

async function moveBinding(
  house: House,
  { accountId, identity, clientId, from, numberKey }: Move & { from: string; numberKey: Buffer },
  now: Date,
): Promise<void> {
  const { db, origin, notify } = house;
  // Of two moves at once the second finds the binding gone from where it saw it.
  if ((await endBindingOfPerson(db, { numberKey, accountId: from }, 'moved', now)) !== 1) throw gone();
  await revokeProofs(db, { accountId: from }, now);
  await outdateAccount(db, { accountId: from }, now);
  const details = { check: identity.checkId, source: identity.source, supervised: identity.supervised === true };
  await recordAccess(db, origin, { kind: 'identity.moved', outcome: 'ok', actor: 'self', accountId: from, clientId, details }, now); // prettier-ignore
  await recordAccess(db, origin, { kind: 'identity.moved', outcome: 'ok', actor: 'self', accountId, clientId, details }, now); // prettier-ignore
  await bindIdentity(house, { accountId, identity, clientId }, now);
  await notify({ accountId: from, kind: 'moved', key: identity.checkId, link: false }, now);
}

/** Objection: what waits to move away from this account, or to it, ends. @returns how many */
export const cancelMoves = store.endRequestsOf;

const gone = () => new Refusal('conflict', 'the move was decided meanwhile', { reason: 'transaction' });
