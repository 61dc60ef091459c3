// oidc-provider's Grant is built from the consent that stands, so an answer given once counts on
// every device, and a purpose that was refused does not come back as a question.

import type { Grant, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { CatalogueService } from '../catalogue/catalogue.ts';
import { purposesFor, purposesToAsk } from '../consent/purposes.ts';
import { standingConsent } from '../consent/standing.ts';
import type { StandingConsent } from '../consent/standing.ts';
import { releasableScopes } from '../policies/decide.ts';
import { claimsRequest } from './claims-request.ts';
import type { ClaimsRequest } from './claims-request.ts';
import type { ProviderHouse } from './house.ts';

export type GrantRequest = {
  readonly accountId: string;
  readonly clientId: string;
  readonly oidcScopes: readonly string[];
  /** The service behind the resource; where personal claims are asked for, the client's own. */
  readonly service: CatalogueService | undefined;
  /** What that service's purposes are asked about: scopes of its own, or personal ones. */
  readonly scopes: readonly string[];
};

/** Of a grant for one launch of the mini app. */
export type Launched = {
  /** The grant ends with its launch: seconds. Others live GRANT_SECONDS (configuration.ts). */
  readonly lifeSeconds: number;
  /** A resource of ours that rests on no consent. */
  readonly own: { readonly resource: string; readonly scope: string } | undefined;
};

/** Writes the grant a consent answer amounts to. Level is judged at token issue, not here. */
export async function saveGrant(
  provider: Provider,
  existing: Grant | undefined,
  request: GrantRequest,
  purposes: readonly string[],
  launched?: Launched,
): Promise<Grant> {
  const { accountId, clientId, service } = request;
  const life = launched === undefined ? {} : { expiresIn: launched.lifeSeconds };
  const grant = existing ?? new provider.Grant({ accountId, clientId, ...life });
  if (launched?.own !== undefined) grant.addResourceScope(launched.own.resource, launched.own.scope);
  grant.addOIDCScope(request.oidcScopes.join(' '));
  if (service !== undefined) {
    const asked = request.scopes.filter((scope) => service.scopes.includes(scope));
    const held =
      `${grant.resources?.[service.id] ?? ''} ${grant.rejected?.resources?.[service.id] ?? ''}`.split(' ');
    const known = [...new Set([...asked, ...held])].filter((scope) => service.scopes.includes(scope));
    const carried = releasableScopes(service, { level: 2, purposes });
    const granted = known.filter((scope) => carried.includes(scope)).join(' ');
    const rejected = known.filter((scope) => !carried.includes(scope)).join(' ');
    // Set, not added: a scope refused before and agreed to now must leave the refused list.
    grant.resources = { ...grant.resources, [service.id]: granted };
    grant.rejected = {
      ...grant.rejected,
      resources: { ...grant.rejected?.resources, [service.id]: rejected },
    };
  }
  await grant.save();
  return grant;
}

/** True when the consent page must be shown: something is unanswered, or this client's page was never shown. */
export function isConsentMissing(
  { service, scopes }: GrantRequest,
  standing: StandingConsent | undefined,
  again: boolean,
): boolean {
  if (service === undefined) return false;
  if (standing === undefined || again) return true;
  return purposesToAsk(purposesFor(service, scopes), standing.decisions, { again }).length > 0;
}

/** oidc-provider's loadExistingGrant. */
export async function loadGrant(
  house: ProviderHouse,
  provider: Provider,
  ctx: KoaContextWithOIDC,
): Promise<Grant | undefined> {
  const { session, client, account, result } = ctx.oidc;
  if (session === undefined || client === undefined || account === undefined) return undefined;
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  if (result?.consent?.grantId !== undefined && existing !== undefined) return existing;

  const request = await requestOf(house, ctx, account.accountId, client.clientId);
  const covered =
    existing !== undefined &&
    request.oidcScopes.every((scope) => existing.getOIDCScopeEncountered().split(' ').includes(scope)) &&
    request.scopes
      .filter((scope) => request.service?.scopes.includes(scope))
      .every((scope) =>
        existing
          .getResourceScopeEncountered(request.service?.id ?? '')
          .split(' ')
          .includes(scope),
      );
  const { service } = request;
  const standing =
    service === undefined ? undefined : await standingConsent(house, { ...request, service }, house.clock()); // prettier-ignore
  if (covered && !isConsentMissing(request, standing, false)) return existing;
  if (isConsentMissing(request, standing, ctx.oidc.prompts.has('consent'))) return undefined;
  return saveGrant(provider, existing, request, standing?.purposes ?? []);
}

async function requestOf(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  accountId: string,
  clientId: string,
): Promise<GrantRequest> {
  const { params } = ctx.oidc;
  const scope = textOf(params?.['scope']);
  const claims = await claimsRequest(house, clientId, scope);
  return grantRequest(house, { accountId, clientId, scope, resource: resourceOf(params?.['resource']), claims }); // prettier-ignore
}

/** Splits the scopes of a request into OpenID's and the service's. */
export function grantRequest(
  house: { readonly catalogue: ProviderHouse['catalogue'] },
  facts: {
    accountId: string;
    clientId: string;
    scope: string;
    resource: string | undefined;
    claims: ClaimsRequest | undefined;
  },
): GrantRequest {
  const { accountId, clientId, resource, claims } = facts;
  const scopes = facts.scope.split(' ').filter(Boolean);
  const oidcScopes = scopes.filter((scope) => !scope.startsWith('svc:'));
  if (resource === undefined) return { accountId, clientId, oidcScopes, service: claims?.service, scopes: claims?.scopes ?? [] }; // prettier-ignore
  const service = house.catalogue.serviceById.get(resource);
  return {
    accountId,
    clientId,
    oidcScopes,
    service,
    scopes: scopes.filter((scope) => service?.scopes.includes(scope)),
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
export const resourceOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : undefined;
};
