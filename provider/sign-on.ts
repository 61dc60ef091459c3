// Clients of the kind `sign-on`: web servers that exist already, speak OpenID Connect without PAR
// and DPoP, and only want to know who signs in (decision 0020). What they get opens UserInfo for a
// minute and nothing else, so the rules for everybody else stay as strict as they are.

import type { Client, ClientMetadata, KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { checkDesk } from './desk.ts';

/** Metadata member with the kind of a client. The store writes it, whatever the registration says. */
export const KIND = 'tnid_kind';
export const SIGN_ON_SCOPE = 'openid tn.level';
export const SIGN_ON_TOKEN_SECONDS = 60;

/** What a registration of this kind says beside name, addresses and keys. */
export const signOnMetadata = {
  token_endpoint_auth_method: 'private_key_jwt',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scope: SIGN_ON_SCOPE,
  dpop_bound_access_tokens: false,
  require_pushed_authorization_requests: false,
} as const;

export const isSignOn = (client: Client | undefined): boolean => client?.[KIND] === 'sign-on';

/** oidc-provider's validator of extra metadata: a registration that loosens anything does not come to life. */
export function checkKind(
  _ctx: KoaContextWithOIDC | undefined,
  property: string,
  kind: unknown,
  metadata: ClientMetadata,
): void {
  if (property !== KIND) return;
  checkDesk(kind, metadata);
  const bound = metadata.dpop_bound_access_tokens === true;
  const signsIn = metadata.token_endpoint_auth_method === 'private_key_jwt';
  if (kind !== 'sign-on') {
    const pushes = metadata.require_pushed_authorization_requests === true;
    if (!bound || (kind === 'portal' && !(signsIn && pushes)) || (kind === 'hotline' && !signsIn))
      throw new errors.InvalidClientMetadata('this kind of client cannot do without DPoP, PAR and private_key_jwt'); // prettier-ignore
    return;
  }
  const grants = metadata.grant_types ?? [];
  if (!signsIn || metadata.scope !== SIGN_ON_SCOPE || grants.join(' ') !== 'authorization_code')
    throw new errors.InvalidClientMetadata('a sign-on client has a key, the code flow and no scope of a service'); // prettier-ignore
}

// The library drops scopes it does not know when no resource is named. A web server that asks for
// more than it can have is told so instead.
export function refuseForeignScope(ctx: KoaContextWithOIDC, value: string | undefined, client: Client): void {
  if (!isSignOn(client)) return;
  const raw: unknown = ctx.oidc.body?.['scope'] ?? ctx.query['scope'] ?? value;
  const asked = typeof raw === 'string' ? raw.split(' ').filter(Boolean) : [];
  const foreign = asked.find((scope) => !SIGN_ON_SCOPE.split(' ').includes(scope));
  if (foreign !== undefined) throw new errors.InvalidScope('requested scope is not allowed', foreign);
}

/**
 * FAPI 2.0 (5.3.2.1): the audience of an assertion is the issuer as one string, so that no other
 * server's endpoint address can be passed off as ours. Libraries of sign-on clients name the token
 * endpoint (OpenID Connect Core 9); that one address is taken from them too, and RSA with PKCS #1.
 */
export function checkAssertion(
  ctx: KoaContextWithOIDC,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>>,
  client: Client,
): void {
  const signOn = isSignOn(client);
  const audiences = signOn ? [ctx.oidc.issuer, ctx.oidc.urlFor('token')] : [ctx.oidc.issuer];
  if (typeof claims['aud'] !== 'string' || !audiences.includes(claims['aud']))
    throw new errors.InvalidClientAuth('audience (aud) must equal the issuer identifier url');
  if (header['alg'] === 'RS256' && !signOn) throw new errors.InvalidClientAuth('alg mismatch');
}
