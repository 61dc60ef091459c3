// Whose passkeys and recovery codes these are: a citizen's account or a person who works here.

import type { AccessEvent } from '../audit/record.ts';

export type Owner = { readonly kind: 'account' | 'staff'; readonly id: string };
export type OwnerColumns = { readonly account_id: string | null; readonly staff_id: string | null };

export const accountIdOf = ({ kind, id }: Owner) => (kind === 'account' ? id : undefined);
export const staffIdOf = ({ kind, id }: Owner) => (kind === 'staff' ? id : undefined);

/** The owner a row names; the table lets it name exactly one. */
export function ownerOf({ account_id: accountId, staff_id: staffId }: OwnerColumns): Owner {
  if (accountId !== null) return { kind: 'account', id: accountId };
  if (staffId !== null) return { kind: 'staff', id: staffId };
  throw new Error('a row without an owner');
}

export const isSameOwner = (one: Owner, other: Owner) => one.kind === other.kind && one.id === other.id;

/** Who acts and whose log it is: staff have no log of their own, so their id stands among the details. */
export const actingAs = (
  owner: Owner,
  details: AccessEvent['details'] = {},
): Pick<AccessEvent, 'actor' | 'accountId' | 'details'> =>
  owner.kind === 'account'
    ? { actor: 'self', accountId: owner.id, details }
    : { actor: 'operator', details: { staff: owner.id, ...details } };
