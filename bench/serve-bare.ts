// The yardstick: oidc-provider alone, its rows in Maps, the same features on as in
// provider/configuration.ts, and a sign-in that says yes without a page.

import { generateKeyPairSync, hash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import type { Configuration } from 'oidc-provider';
import { mapStorage } from './bare-storage.ts';
import {
  API_SCOPE,
  ASKER,
  JWT_SERVICE,
  MACHINE,
  OPAQUE_SERVICE,
  portalMetadata,
  serviceMetadata,
} from './cast.ts';
import { answerTheBench, orders } from './server-side.ts';
import type { Orders } from './server-side.ts';

const { port, key } = await orders();
const issuer = `http://localhost:${port}`;
const provider = new Provider(issuer, configuration(key));

// As our own provider does it: http on this machine, cookies as on https.
Object.defineProperties(provider.request, { secure: { get: () => true }, protocol: { get: () => 'http' } });

let accounts = 0;
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) {
    await next();
    return;
  }
  const { params, grantId: heldGrantId } = await provider.interactionDetails(ctx.req, ctx.res);
  const accountId = `account-${(accounts += 1)}`;
  const held = heldGrantId === undefined ? undefined : await provider.Grant.find(heldGrantId);
  const grant = held ?? new provider.Grant({ accountId, clientId: String(params['client_id']) });
  grant.addOIDCScope('openid');
  for (const { id, scope } of [JWT_SERVICE, OPAQUE_SERVICE]) grant.addResourceScope(id, scope);
  const result = {
    login: { accountId: grant.accountId ?? accountId, acr: `${issuer}/acr/1`, amr: ['zalo'] },
    consent: { grantId: await grant.save() },
  };
  ctx.redirect(
    await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }),
  );
  ctx.status = 303;
});
provider.on('server_error', (_ctx, error) => console.error(error));

const handle = provider.callback();
createServer({ keepAliveTimeout: 65_000 }, (request, response) => void handle(request, response)).listen(
  port,
  '127.0.0.1',
  () => answerTheBench({ issuer }),
);

function configuration(clientKey: Orders['key']): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    adapter: mapStorage(),
    clients: [
      portalMetadata(clientKey),
      serviceMetadata(MACHINE, clientKey),
      serviceMetadata(ASKER, clientKey),
    ],
    jwks: {
      keys: [{ ...privateKey.export({ format: 'jwk' }), kty: 'EC', kid: 'bare', alg: 'ES256', use: 'sig' }],
    },
    routes: { pushed_authorization_request: '/par', introspection: '/introspect', revocation: '/revoke', userinfo: '/userinfo' }, // prettier-ignore
    responseTypes: ['code'],
    scopes: ['openid', 'tn.level'],
    subjectTypes: ['pairwise'],
    acrValues: [`${issuer}/acr/1`, `${issuer}/acr/2`],
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], 'tn.level': ['tnid_level'] },
    clientAuthMethods: ['private_key_jwt', 'none'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256', 'PS256'],
      dPoPSigningAlgValues: ['ES256'],
      idTokenSigningAlgValues: ['ES256'],
    },
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      subject_type: 'pairwise',
      dpop_bound_access_tokens: true,
      require_pushed_authorization_requests: true,
    },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: false },
      clientCredentials: { enabled: true },
      backchannelLogout: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      pushedAuthorizationRequests: { enabled: true },
      fapi: { enabled: true, profile: () => '2.0' },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, audience) =>
          audience === OPAQUE_SERVICE.id
            ? { audience, scope: OPAQUE_SERVICE.scope, accessTokenFormat: 'opaque' }
            : { audience, scope: audience === JWT_SERVICE.id ? JWT_SERVICE.scope : API_SCOPE, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }, // prettier-ignore
      },
      introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === ASKER && token.kind === 'AccessToken' }, // prettier-ignore
      revocation: { enabled: true },
      userinfo: { enabled: true },
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, ClientCredentials: 600, Grant: 1_209_600, IdToken: 600, Interaction: 900, RefreshToken: 86_400, Session: 28_800 }, // prettier-ignore
    rotateRefreshToken: false,
    issueRefreshToken: async (_ctx, client, source) => client.grantTypeAllowed('refresh_token') && source.scopes.has('openid'), // prettier-ignore
    expiresWithSession: () => false,
    pairwiseIdentifier: async (_ctx, accountId, client) => hash('sha256', `${client.clientId}${accountId}`, 'base64url'), // prettier-ignore
    findAccount: async (_ctx, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      long: { signed: true, httpOnly: true, sameSite: 'lax', secure: true },
      short: { signed: true, httpOnly: true, sameSite: 'lax', secure: true },
    },
  };
}
