// oidc-provider as protocol design 1–5, 8 and 14 decide. Every feature that is on has a reason
// there; everything else is off.

import type { Adapter, Client, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { pairwiseSub } from '../accounts/pairwise.ts';
import { claimsByScope, claimScopes, levelOfClaims, namesInVerifiedClaims } from '../policies/claims.ts';
import { acrOf } from '../policies/level.ts';
import { assuranceMetadata } from '../policies/verified-claims.ts';
import { CHALLENGE_PATH } from './challenge/path.ts';
import { accountClaims, withholdClaims } from './claims.ts';
import { assistedParams, assistedSeconds, cibaFeature, isAskedHere } from './ciba.ts';
import { deskKeys } from './desk.ts';
import type { ProviderHouse } from './house.ts';
import { mayIntrospect } from './introspection.ts';
import { accessTokenClaims, audienceSub, isOpenAccount, issueOf, judgeLevel } from './issue.ts';
import type { GrantSource } from './issue.ts';
import { actorOf } from './token-exchange.ts';
import { createPolicy } from './level-prompt.ts';
import { LocalSigner } from './local-signer.ts';
import { meAudience } from './own-api.ts';
import { logoutSource, postLogoutSource, renderError } from './pages.ts';
import { defaultResource, resourceServerInfo } from './resource-servers.ts';
import { checkAssertion, checkKind, isSignOn, KIND, refuseForeignScope, SIGN_ON_TOKEN_SECONDS } from './sign-on.ts'; // prettier-ignore

/** A browser session, and the longest life of any proof in it. Seconds. */
const SESSION_SECONDS = 28_800;
const REFRESH_SECONDS = 86_400;
/** The grant caps every refresh token under it, so it must outlive them. */
const GRANT_SECONDS = 14 * 86_400;

export function providerConfiguration(
  house: ProviderHouse,
  adapter: (model: string) => Adapter,
): Configuration {
  const levelTwo = (scope: string) =>
    house.catalogue.scopes.get(scope)?.level === 2 || levelOfClaims([scope]) === 2;
  return {
    adapter,
    fetch: async (url, options) => {
      const address = url instanceof Request ? url.url : url;
      return (await deskKeys(house, address)) ?? house.callClient(address, options);
    },
    jwks: { keys: house.tokenKeys.map((key) => new LocalSigner(key)) },
    routes: {
      pushed_authorization_request: '/par',
      introspection: '/introspect',
      revocation: '/revoke',
      userinfo: '/userinfo',
    },
    responseTypes: ['code'],
    scopes: ['openid', 'tn.level', ...claimScopes],
    subjectTypes: ['pairwise'],
    acrValues: [acrOf(1, house.acrBase), acrOf(2, house.acrBase)],
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      'tn.level': ['tnid_level', 'tnid_verified_at', 'identity_source'],
      ...claimsByScope(house.acrBase),
    },
    discovery: {
      ...assuranceMetadata(namesInVerifiedClaims),
      authorization_challenge_endpoint: `${house.issuer}${CHALLENGE_PATH}`,
    },
    clientAuthMethods: ['private_key_jwt', 'none'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256', 'PS256', 'RS256'], // RS256: see checkAssertion
      dPoPSigningAlgValues: ['ES256'],
      idTokenSigningAlgValues: ['ES256'],
    },
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'private_key_jwt',
      subject_type: 'pairwise',
      dpop_bound_access_tokens: true,
      require_pushed_authorization_requests: true,
    },
    extraClientMetadata: { properties: ['allowed_origins', KIND], validator: checkKind },
    assertJwtClientAuthClaimsAndHeader: checkAssertion,
    clientBasedCORS: (_ctx, origin, client) => {
      // Exact strings, not origins made of redirect URIs: iOS Zalo says `zbrowser://h5.zdn.vn`,
      // whose URL origin is "null".
      const allowed = client['allowed_origins'];
      return Array.isArray(allowed) && allowed.includes(origin);
    },
    extraParams: { max_age: refuseOddMaxAge, scope: refuseForeignScope, ...assistedParams },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      claimsParameter: { enabled: false },
      clientCredentials: { enabled: true },
      ciba: cibaFeature(house),
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => logoutSource(house, ctx, form),
        postLogoutSuccessSource: (ctx) => postLogoutSource(house, ctx),
      },
      dPoP: { enabled: true, nonceSecret: house.dpopNonceSecret, requireNonce: () => true },
      pushedAuthorizationRequests: { enabled: true },
      // FAPI 2.0 for every confidential client but sign-on ones; the one public client is the mini app.
      fapi: {
        enabled: true,
        profile: (_ctx, client) =>
          client?.clientAuthMethod === 'none' || isSignOn(client) ? undefined : '2.0',
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, client, granted) => defaultResource(house, client, granted),
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, client) => resourceServerInfo(house, ctx, resource, client),
      },
      introspection: {
        enabled: true,
        allowedPolicy: (ctx, client, token) => mayIntrospect(house, ctx, client, token),
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      userinfo: { enabled: true },
    },
    ttl: {
      // A JWT cannot be recalled: five minutes where any scope needs level 2, ten otherwise.
      AccessToken: (_ctx, token, client) => {
        if (isSignOn(client)) return SIGN_ON_TOKEN_SECONDS;
        return (token.scope ?? '').split(' ').some(levelTwo) ? 300 : 600;
      },
      AuthorizationCode: 60,
      BackchannelAuthenticationRequest: (_ctx, request) => assistedSeconds(request.params),
      ClientCredentials: 600,
      Grant: GRANT_SECONDS,
      IdToken: 600,
      Interaction: 1_800, // as long as the step-up transaction within it
      RefreshToken: REFRESH_SECONDS,
      Session: SESSION_SECONDS,
    },
    // FAPI 2.0 wants confidential clients' refresh tokens left alone; public clients get none.
    rotateRefreshToken: false,
    issueRefreshToken: async (_ctx, client, source) =>
      client.clientAuthMethod !== 'none' &&
      client.grantTypeAllowed('refresh_token') &&
      source.scopes.has('openid'),
    // Whether a token still counts is decided from level facts and grants at each use.
    expiresWithSession: () => false,
    pairwiseIdentifier: (_ctx, accountId, client) =>
      // A hotline has no address to make a sector of, and no ID token: this id leaves to nobody.
      pairwiseSub(house.db, accountId, `client:${client[KIND] === 'hotline' ? client.clientId : String(client.sectorIdentifier)}`), // prettier-ignore
    findAccount: async (ctx, accountId, source) => {
      // At the token endpoint `source` is the code or refresh token: the level is judged here,
      // before any token is built, because the ID token copies acr and auth_time from it.
      const isIssue = source !== undefined && isGrantSource(source);
      const stands = isIssue
        ? await judgeLevel(house, ctx, source)
        : // A desk that asks for nobody must not learn it.
          isAskedHere(ctx, accountId) || (await isOpenAccount(house, accountId));
      if (!stands) return undefined;
      if (isIssue) await withholdClaims(house, ctx, source);
      return { accountId, claims: (use, scope) => accountClaims(house, ctx, { accountId, use, scope }) };
    },
    extraTokenClaims: (ctx, token) => extraClaims(house, ctx, token),
    formats: {
      customizers: {
        jwt: async (ctx, token, parts) => {
          const { accountId } = token as { accountId?: string }; // AccessToken has one, ClientCredentials has not
          const { aud } = parts.payload;
          if (accountId === undefined || typeof aud !== 'string') return;
          parts.payload['sub'] = (await audienceSub(house, ctx, accountId, aud)) ?? parts.payload['sub'];
        },
      },
    },
    interactions: {
      policy: createPolicy(house),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    cookies: {
      keys: [...house.cookieKeys],
      names: { session: '__Host-tnid', interaction: '__Secure-tnid-i', resume: '__Secure-tnid-r' },
      long: { signed: true, httpOnly: true, sameSite: 'lax', secure: true, overwrite: true },
      short: { signed: true, httpOnly: true, sameSite: 'lax', secure: true, overwrite: true },
    },
    renderError: (ctx, out, error) => renderError(house, ctx, out, error),
  };
}

async function extraClaims(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  token: object,
): Promise<Record<string, unknown>> {
  const { clientId, accountId, aud } = token as { clientId: string; accountId?: string; aud?: string }; // members of both token models
  const actor = actorOf(ctx);
  const acting = actor === undefined ? {} : { act: { sub: actor } };
  const claims = { ...(await accessTokenClaims(house, ctx, clientId)), ...acting };
  if (accountId === undefined || aud === undefined) return claims;
  // The account's own API asks which launch is speaking: nothing else of a token leads to an account.
  if (aud === meAudience(house.issuer)) return { ...claims, session: issueOf(ctx)?.sessionUid };
  // Introspection shows the client's pairwise id unless an extra `sub` says otherwise.
  const sub = await audienceSub(house, ctx, accountId, aud);
  return sub === undefined ? claims : { ...claims, sub };
}

const GRANT_SOURCES: readonly unknown[] = [
  'AuthorizationCode',
  'RefreshToken',
  'BackchannelAuthenticationRequest',
];
const isGrantSource = (source: object): source is GrantSource =>
  'kind' in source && GRANT_SOURCES.includes(source.kind);

// The library takes `1e3`, `+5` and the empty string for numbers; only decimal digits are one here.
function refuseOddMaxAge(ctx: KoaContextWithOIDC, value: string | undefined, _client: Client): void {
  const raw: unknown = value ?? ctx.oidc.body?.['max_age'] ?? ctx.query['max_age'];
  if (raw !== undefined && !(typeof raw === 'string' && /^\d{1,9}$/.test(raw))) {
    throw new errors.InvalidRequest('max_age must be decimal digits');
  }
}
