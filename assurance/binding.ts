// One person, one account. The keyed hash of the personal number is unique among bindings in
// force; what is found taken goes to the supervised path, never to a silent merge.

import { randomUUID } from 'node:crypto';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import type { PendingIdentity } from './pending.ts';
import { endExpiredBinding, findBindingOwner, findBindingRecord, insertBinding } from './store.ts';

// Proposals of ours per source; the law sets none. Milliseconds.
const YEAR_MS = 365 * 86_400_000;
const LIFETIME_MS = { vneid: 5 * YEAR_MS } as const;

/** Why this person cannot be bound to this account, if so. Nothing is written. */
export async function bindingConflict(
  db: Database,
  vault: Vault,
  { accountId, personalNumber }: { accountId: string; personalNumber: string },
): Promise<'other_person' | 'bound_elsewhere' | undefined> {
  const numberKey = vault.keyOf('personal-number', personalNumber);
  const binding = await findBindingRecord(db, accountId);
  if (binding !== undefined) return binding.number_key.equals(numberKey) ? undefined : 'other_person';
  const owner = await findBindingOwner(db, numberKey);
  return owner === undefined || owner.account_id === accountId ? undefined : 'bound_elsewhere';
}

/** Writes the binding in the caller's transaction. @throws Refusal conflict when the person was bound meanwhile */
export async function bindIdentity(
  { db, vault, origin }: { db: Database; vault: Vault; origin: string },
  { accountId, identity, clientId }: { accountId: string; identity: PendingIdentity; clientId: string },
  now: Date,
): Promise<void> {
  const conflict = await bindingConflict(db, vault, { accountId, personalNumber: identity.personalNumber });
  if (conflict !== undefined) throw boundElsewhere(conflict);
  const id = randomUUID();
  const seal = (field: string, value: string) => vault.seal(`identity_binding/${id}/${field}`, value);
  await endExpiredBinding(db, accountId, now);
  const written = await insertBinding(
    db,
    {
      id,
      accountId,
      source: identity.source,
      numberKey: vault.keyOf('personal-number', identity.personalNumber),
      numberSealed: seal('number', identity.personalNumber),
      nameSealed: seal('name', identity.name),
      birthdateSealed: seal('birthdate', identity.birthdate),
      upstreamIssuer: identity.issuer,
      upstreamSubKey: vault.keyOf('upstream-sub', `${identity.issuer}|${identity.upstreamSub}`),
      checkId: identity.checkId,
      organisation: identity.organisation,
      expiresAt: new Date(now.getTime() + LIFETIME_MS[identity.source]),
    },
    now,
  );
  if (written !== 1) {
    // Bound meanwhile. By the same person in another tab is no harm: the binding wanted is in force.
    const other = await bindingConflict(db, vault, { accountId, personalNumber: identity.personalNumber });
    if (other !== undefined) throw boundElsewhere(other);
    return;
  }
  await recordAccess(db, origin, { kind: 'identity.bound', outcome: 'ok', actor: 'self', accountId, clientId, details: { source: identity.source, check: identity.checkId, organisation: identity.organisation } }, now); // prettier-ignore
}

const boundElsewhere = (reason: 'other_person' | 'bound_elsewhere') =>
  new Refusal('conflict', 'the person or the account is bound otherwise', { reason });
