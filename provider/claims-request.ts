// Which personal claims a client may ask for at all. Only a confidential client that stands for a
// service of the catalogue has any; what it has no right to is treated as if it had not been asked,
// so that nobody is sent to a step-up or a consent page for nothing.

import type { CatalogueService } from '../catalogue/catalogue.ts';
import { claimableScopes, isClaimScope } from '../policies/claims.ts';
import type { ClaimScope } from '../policies/claims.ts';
import type { ProviderHouse } from './house.ts';

export type ClaimsRequest = {
  /** The client's own service: its purposes say what the claims are for. */
  readonly service: CatalogueService;
  readonly scopes: readonly ClaimScope[];
};

type House = Pick<ProviderHouse, 'catalogue' | 'findClient'>;

/** Undefined: nothing personal is asked for that this client could ever be given. */
export async function claimsRequest(
  house: House,
  clientId: string,
  scope: string,
): Promise<ClaimsRequest | undefined> {
  const asked = scope.split(' ').filter(isClaimScope);
  if (asked.length === 0) return undefined;
  const service = await claimService(house, clientId);
  const scopes = claimableScopes(service, asked);
  return service === undefined || scopes.length === 0 ? undefined : { service, scopes };
}

/** The service a client collects claims for. The mini app is public and stands for none. */
export async function claimService(house: House, clientId: string): Promise<CatalogueService | undefined> {
  const client = await house.findClient(clientId);
  return client?.kind === 'portal' ? house.catalogue.serviceById.get(client.serviceId ?? '') : undefined;
}

/** The scopes that count for the level: a service's, and of the personal ones those the client has a right to. */
export const countedScopes = (
  scopes: readonly string[],
  claims: ClaimsRequest | undefined,
): readonly string[] =>
  scopes.filter((scope) => !isClaimScope(scope) || claims?.scopes.includes(scope) === true);
