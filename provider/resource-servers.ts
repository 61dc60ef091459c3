// The authorisation point for scopes. While a person signs in, a service's scopes are all on the
// table; at the token endpoint only those go out that level and consent carry now.

import type { Client, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { isClaimScope } from '../policies/claims.ts';
import { releasableScopes } from '../policies/decide.ts';
import { API_SCOPES, apiAudience } from './api.ts';
import type { ProviderHouse } from './house.ts';
import { judgeConsent } from './issue.ts';
import { ME_SCOPE, meAudience } from './own-api.ts';
import { KIND } from './sign-on.ts';

/**
 * A service has one place to ask: without this it would get a token for nobody. `granted`: the
 * resources of a code or refresh token, of which the library wants one.
 */
export const defaultResource = (
  house: ProviderHouse,
  client: Client,
  granted: readonly string[] | undefined,
): string | readonly string[] | undefined =>
  client[KIND] === 'service' ? apiAudience(house.issuer) : granted;

export async function resourceServerInfo(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  resource: string,
  client: Client,
): Promise<ResourceServer> {
  const facts = await house.findClient(client.clientId);
  // Their tokens are bound to no key: they open UserInfo and nothing else.
  if (facts?.kind === 'sign-on') throw new errors.InvalidTarget();
  if (facts?.kind === 'service') {
    if (resource !== apiAudience(house.issuer)) throw new errors.InvalidTarget();
    return jwtServer(house, resource, API_SCOPES.join(' '));
  }
  // A person's own data, shown by the app that signed them in: nothing leaves, so no consent is asked.
  // Its codes come from the challenge endpoint alone: the pages have no grant to give for it, and would ask
  // for one again and again.
  if (facts?.kind === 'miniapp' && resource === meAudience(house.issuer)) {
    if (ctx.oidc.route !== 'token') throw new errors.InvalidTarget();
    return jwtServer(house, resource, ME_SCOPE);
  }
  const service = house.catalogue.serviceById.get(resource);
  if (service === undefined || facts === undefined) throw new errors.InvalidTarget();
  if (ctx.oidc.route !== 'token') {
    refusePersonalScopes(ctx);
    return server(house, service, service.scopes.join(' '));
  }

  const { AuthorizationCode, RefreshToken, BackchannelAuthenticationRequest } = ctx.oidc.entities;
  const source = AuthorizationCode ?? RefreshToken ?? BackchannelAuthenticationRequest;
  if (source?.accountId === undefined) throw new errors.InvalidTarget();
  const { stands, consent } = await judgeConsent(house, ctx, {
    accountId: source.accountId,
    clientId: client.clientId,
    service,
  });
  const purposes = consent?.purposes ?? [];
  // Level 2 here asks: would consent carry any of these scopes? If not, there is no grant to use.
  const consented = consent === undefined ? [] : releasableScopes(service, { level: 2, purposes });
  const wanted = (source.scope ?? '').split(' ').filter((scope) => service.scopes.includes(scope));
  if (!wanted.some((scope) => consented.includes(scope))) throw new errors.InvalidGrant('consent has been withdrawn or was never given'); // prettier-ignore
  return server(house, service, releasableScopes(service, { level: stands.level, purposes }).join(' '));
}

// A token for a service opens no UserInfo, so a personal scope beside a resource could not be met
// (decision 0018). Two requests, two tokens.
function refusePersonalScopes(ctx: KoaContextWithOIDC): void {
  const scope = ctx.oidc.params?.['scope'];
  const personal = typeof scope === 'string' ? scope.split(' ').find(isClaimScope) : undefined;
  if (personal !== undefined) throw new errors.InvalidScope('personal scopes are asked for without a resource', personal); // prettier-ignore
}

function server(
  house: ProviderHouse,
  service: { id: string; tokens: 'jwt' | 'opaque' },
  scope: string,
): ResourceServer {
  return service.tokens === 'jwt'
    ? jwtServer(house, service.id, scope)
    : { audience: service.id, scope, accessTokenFormat: 'opaque' };
}

export function jwtServer(house: ProviderHouse, audience: string, scope: string): ResourceServer {
  const [current] = house.tokenKeys;
  if (current === undefined) throw new Error('no signing key');
  return { audience, scope, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256', kid: current.kid } } };
}
