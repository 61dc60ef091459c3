// One person, one account. The keyed hash of the personal number is unique among bindings in
// force; what is found taken goes to the supervised path, never to a silent merge.

import { randomUUID } from 'node:crypto';
import { lockAccount } from '../accounts/store.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { strongerSource } from '../policies/methods.ts';
import type { IdentitySource } from '../policies/methods.ts';
import type { PendingIdentity } from './pending.ts';
import * as store from './binding-store.ts';

type House = { readonly db: Database; readonly vault: Vault; readonly origin: string };

// Proposals of ours per source; the law sets none. The weaker the evidence, the sooner it is asked
// for again. Milliseconds.
const YEAR_MS = 365 * 86_400_000;
export const LIFETIME_MS: Readonly<Record<IdentitySource, number>> = {
  vneid: 5 * YEAR_MS,
  chip_c06: 5 * YEAR_MS,
  counter: 3 * YEAR_MS,
  register_match: YEAR_MS,
};

const RENEW_AFTER_MS = 30 * 86_400_000;

/** Why this person cannot be bound to this account, if so. Nothing is written. */
export async function bindingConflict(
  db: Database,
  vault: Vault,
  { accountId, personalNumber }: { accountId: string; personalNumber: string },
): Promise<'other_person' | 'bound_elsewhere' | undefined> {
  const numberKey = vault.keyOf('personal-number', personalNumber);
  const binding = await store.findBindingRecord(db, accountId);
  if (binding !== undefined) return binding.number_key.equals(numberKey) ? undefined : 'other_person';
  // Its history and its ids at services stay with an account whose person moved away: they are not a stranger's.
  if ((await store.findFormerPerson(db, accountId, numberKey)) !== undefined) return 'other_person';
  const owner = await store.findBindingOwner(db, numberKey);
  return owner === undefined || owner.account_id === accountId ? undefined : 'bound_elsewhere';
}

/**
 * Writes the binding in the caller's transaction. The same person proven again renews it; weaker
 * evidence never takes the place of stronger that is still in force.
 * @throws Refusal conflict when the person was bound meanwhile
 */
export async function bindIdentity(
  { db, vault, origin }: House,
  { accountId, identity, clientId }: { accountId: string; identity: PendingIdentity; clientId: string | undefined }, // prettier-ignore
  now: Date,
): Promise<void> {
  // One at a time: what is seen below must still be so when the old binding ends.
  await lockAccount(db, accountId);
  const conflict = await bindingConflict(db, vault, { accountId, personalNumber: identity.personalNumber });
  if (conflict !== undefined) throw boundElsewhere(conflict);
  await store.endExpiredBinding(db, accountId, now);
  const standing = await store.findBinding(db, accountId, now);
  if (standing !== undefined) {
    if (!renews(standing, identity.source, now)) return;
    await store.endBinding(db, accountId, 'renewed', now);
  }
  const expiresAt = endOf(identity, now);
  if (expiresAt <= now) throw new Refusal('forbidden', 'the evidence has run out', { reason: 'evidence' });
  const written = await store.insertBinding(db, sealedBinding(vault, accountId, identity, expiresAt), now);
  if (written !== 1) {
    // Bound meanwhile. By the same person in another tab is no harm: the binding wanted is in force.
    const other = await bindingConflict(db, vault, { accountId, personalNumber: identity.personalNumber });
    if (other !== undefined) throw boundElsewhere(other);
    return;
  }
  await recordAccess(db, origin, { kind: 'identity.bound', outcome: 'ok', actor: 'self', accountId, clientId, details: { source: identity.source, check: identity.checkId, organisation: identity.organisation, renewed: standing !== undefined } }, now); // prettier-ignore
}

// Stronger evidence at once; the same again only after a while, or every step-up would write a row.
function renews(standing: { source: string; bound_at: Date }, source: IdentitySource, now: Date): boolean {
  if (standing.source === source) return now.getTime() - standing.bound_at.getTime() >= RENEW_AFTER_MS;
  return strongerSource(standing.source, source) === source;
}

/** When a binding made now ends: the lifetime of its source, and never after the evidence itself. */
export function endOf(identity: Pick<PendingIdentity, 'source' | 'evidenceEnds'>, now: Date): Date {
  const lifetime = now.getTime() + LIFETIME_MS[identity.source];
  // A card is good to the end of its last day in Việt Nam.
  const evidence = identity.evidenceEnds === undefined ? Infinity : Date.parse(`${identity.evidenceEnds}T23:59:59+07:00`); // prettier-ignore
  return new Date(Math.min(lifetime, evidence));
}

function sealedBinding(vault: Vault, accountId: string, identity: PendingIdentity, expiresAt: Date) {
  const id = randomUUID();
  const seal = (field: string, value: string) => vault.seal(`identity_binding/${id}/${field}`, value);
  const { issuer, upstreamSub } = identity;
  return {
    id,
    accountId,
    source: identity.source,
    numberKey: vault.keyOf('personal-number', identity.personalNumber),
    numberSealed: seal('number', identity.personalNumber),
    nameSealed: seal('name', identity.name),
    birthdateSealed: seal('birthdate', identity.birthdate),
    upstreamIssuer: issuer,
    upstreamSubKey: issuer === undefined || upstreamSub === undefined ? undefined : vault.keyOf('upstream-sub', `${issuer}|${upstreamSub}`), // prettier-ignore
    checkId: identity.checkId,
    organisation: identity.organisation,
    expiresAt,
  };
}

const boundElsewhere = (reason: 'other_person' | 'bound_elsewhere') =>
  new Refusal('conflict', 'the person or the account is bound otherwise', { reason });
