// A person who proves an identity that another account holds: a lost Zalo, or somebody else's doing.
// Nothing is merged. The other account's channels are told, a day passes, the person proves again,
// and only then the binding moves. Two officers at a counter may decide at once. Where the other
// account rests on weaker evidence (anybody who knows a card's print can make a register match), it
// loses its binding at once: until the day is over nobody is that person here.

import { randomUUID } from 'node:crypto';
import { outdateAccount } from '../accounts/watermark.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { bindIdentity } from './binding.ts';
import { endBindingOfPerson, findBindingOwner } from './binding-store.ts';
import { strongerSource } from '../policies/methods.ts';
import type { IdentitySource } from '../policies/methods.ts';
import { tellServices } from '../signals/tell.ts';
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

/**
 * `free`: nobody else has to do with this person. `ask`: another account holds the person. `barred`:
 * somebody objected, or another account asks for the same person; only a counter helps.
 */
export type MoveState =
  | { readonly state: 'free' | 'ask' | 'ripe' | 'barred' }
  | { readonly state: 'waiting'; readonly until: Date };

/** Where this person's coming to this account stands. */
export async function findMove(
  db: Database,
  vault: Vault,
  { accountId, personalNumber, source }: { accountId: string; personalNumber: string; source?: IdentitySource }, // prettier-ignore
  now: Date,
): Promise<MoveState> {
  const numberKey = vault.keyOf('personal-number', personalNumber);
  const since = new Date(now.getTime() - OBJECTED_SECONDS * 1000);
  const owner = await findBindingOwner(db, numberKey);
  if (owner?.account_id === accountId) return { state: 'free' };
  const row = await store.findRequest(db, { numberKey, since, now });
  // Proves too little to ask for a person or to take one, also when somebody came while its code was under way.
  if (source === 'register_match' && (row !== undefined || owner !== undefined)) return { state: 'barred' };
  if (row === undefined) return { state: owner === undefined ? 'free' : 'ask' };
  // Whoever lost the person to stronger evidence and now proves as strongly is the objection.
  if (row.from_account_id === accountId && owner === undefined) return { state: 'free' };
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
  const from = owner?.account_id === accountId ? undefined : owner;
  if (identity.supervised === true) {
    await store.endRequestsFor(db, numberKey, now);
    await moveBinding(house, { ...move, from: from?.account_id, numberKey }, now);
    return true;
  }
  const { state } = await findMove(db, vault, { accountId, ...identity }, now);
  if (state === 'free') {
    await store.endRequestsOf(db, accountId, 'objected', now);
    await bindIdentity(house, move, now);
    return true;
  }
  if (state === 'ripe') {
    if ((await store.endRequest(db, { numberKey, accountId }, now)) !== 1) throw gone();
    await moveBinding(house, { ...move, from: from?.account_id, numberKey }, now);
    return true;
  }
  if (state === 'ask' && from !== undefined) await askToMove(house, { ...move, from, numberKey }, now);
  return false;
}

/** A register match proves too little for a person about whom two accounts differ, or lately did. */
export async function isDisputed(db: Database, numberKey: Buffer, now: Date): Promise<boolean> {
  const since = new Date(now.getTime() - OBJECTED_SECONDS * 1000);
  return (await store.findRequest(db, { numberKey, since, now })) !== undefined;
}

type Owner = { readonly account_id: string; readonly source: string };

async function askToMove(
  { db, origin, notify }: House,
  { accountId, identity, from, numberKey, clientId }: Move & { from: Owner; numberKey: Buffer },
  now: Date,
): Promise<void> {
  const id = randomUUID();
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  await store.endLapsed(db, numberKey, now);
  const written = await store.insertRequest(
    db,
    { id, accountId, from: from.account_id, numberKey, effectiveAt: after(HOLD_SECONDS), expiresAt: after(HOLD_SECONDS + OPEN_SECONDS) }, // prettier-ignore
    now,
  );
  if (written !== 1) throw gone();
  const outranked = from.source !== identity.source && strongerSource(from.source, identity.source) === identity.source; // prettier-ignore
  if (outranked) await detach(db, { numberKey, accountId: from.account_id }, 'outranked', now);
  for (const concerned of [accountId, from.account_id])
    await recordAccess(db, origin, { kind: 'identity.move_asked', outcome: 'ok', actor: 'self', accountId: concerned, clientId, details: { outranked } }, now); // prettier-ignore
  await notify({ accountId: from.account_id, kind: 'moving', key: id, link: true }, now);
}

async function moveBinding(
  house: House,
  { accountId, identity, clientId, from, numberKey }: Move & { from: string | undefined; numberKey: Buffer },
  now: Date,
): Promise<void> {
  const { db, origin, notify } = house;
  const details = { check: identity.checkId, source: identity.source, supervised: identity.supervised === true }; // prettier-ignore
  if (from !== undefined) {
    await detach(db, { numberKey, accountId: from }, 'moved', now);
    await recordAccess(db, origin, { kind: 'identity.moved', outcome: 'ok', actor: 'self', accountId: from, clientId, details }, now); // prettier-ignore
  }
  await recordAccess(db, origin, { kind: 'identity.moved', outcome: 'ok', actor: 'self', accountId, clientId, details }, now); // prettier-ignore
  await bindIdentity(house, { accountId, identity, clientId }, now);
  if (from !== undefined) await notify({ accountId: from, kind: 'moved', key: identity.checkId, link: false }, now); // prettier-ignore
}

// The account keeps its level 1. Of two moves at once the second finds the binding gone.
async function detach(
  db: Database,
  where: { numberKey: Buffer; accountId: string },
  reason: 'moved' | 'outranked',
  now: Date,
): Promise<void> {
  if ((await endBindingOfPerson(db, where, reason, now)) !== 1) throw gone();
  await revokeProofs(db, { accountId: where.accountId }, now);
  await outdateAccount(db, { accountId: where.accountId }, now);
  await tellServices(db, { accountId: where.accountId, changes: [{ kind: 'assurance-level-change', by: 'policy', level: 0 }] }, now); // prettier-ignore
}

/** Objection: what waits to move away from this account, or to it, ends. @returns how many */
export const cancelMoves = store.endRequestsOf;

const gone = () => new Refusal('conflict', 'the move was decided meanwhile', { reason: 'transaction' });
