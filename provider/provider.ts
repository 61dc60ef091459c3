// The OpenID provider as a Koa application: oidc-provider, with the request transaction, the
// pinned address and the answers to outages around it.

import type { Middleware } from 'koa';
import type { Adapter, KoaContextWithOIDC } from 'oidc-provider';
import Provider from 'oidc-provider';
import { Refusal } from '../errors.ts';
import { providerConfiguration } from './configuration.ts';
import { oauthErrorOf } from './errors.ts';
import { allowClientForms } from './form-action.ts';
import { loadGrant } from './grants.ts';
import { assistedPace } from './ciba.ts';
import { followTheLetter, refuseOtherSpellings } from './letter.ts';
import type { ProviderHouse } from './house.ts';
import { endProofsAtLogout } from './logout.ts';
import { showError } from './pages.ts';
import { answerReplays } from './replays.ts';
import { allowTokenExchange } from './token-exchange.ts';

export type BrokerProvider = Provider;
// The library's words that pages need; its home stays here.
export type { Client, ClientMetadata, Interaction } from 'oidc-provider';

/**
 * Builds the provider. `storage` is adapters/oidc-storage; `outer` runs around everything, in order.
 * Keys are read once: a rotation builds a new provider.
 */
export function createProvider(
  house: ProviderHouse,
  storage: (model: string) => Adapter,
  outer: readonly Middleware[],
): BrokerProvider {
  const provider = new Provider(house.issuer, {
    ...providerConfiguration(house, storage),
    loadExistingGrant: (ctx) => loadGrant(house, provider, ctx),
  });
  answerReplays(provider);
  allowTokenExchange(house, provider);
  pinAddress(provider, new URL(house.issuer));
  // The library answers every error by itself, an outage of ours with 500; here is kept what it was.
  const outages = new WeakMap<object, Refusal>();
  for (const middleware of outer) provider.use(middleware);
  provider.use(refuseOtherSpellings);
  provider.use(assistedPace(house));
  provider.use(requestTransaction(house, (ctx) => outages.get(ctx)));
  provider.use(followTheLetter);
  provider.use(endProofsAtLogout(house));
  provider.use(allowClientForms);
  provider.on('server_error', (ctx, error) => {
    if (error instanceof Refusal && error.kind === 'unavailable') {
      outages.set(ctx, error);
      house.log('warn', 'protocol.unavailable', { reason: error.reason, reference: ctx.state['reference'] });
      return;
    }
    house.log('error', 'protocol.server_error', {
      error: error instanceof Refusal ? error.reason : error.name,
      message: error.message,
      stack: error.stack,
    });
    house.count('server_error', {});
  });
  const refused = (ctx: KoaContextWithOIDC, error: Error) => {
    // error_detail holds the true reason and no input of the caller.
    const detail = 'error_detail' in error ? error.error_detail : undefined;
    house.log('info', 'protocol.refused', {
      route: ctx.oidc?.route,
      error: error.message,
      detail,
      reference: ctx.state['reference'],
    });
    house.count('protocol_error', { route: ctx.oidc?.route ?? 'none', error: error.message });
  };
  provider.on('authorization.error', refused);
  provider.on('grant.error', refused);
  provider.on('pushed_authorization_request.error', refused);
  provider.on('backchannel_authentication.error', refused);
  provider.on('introspection.error', refused);
  provider.on('revocation.error', refused);
  provider.on('userinfo.error', refused);
  provider.on('end_session.error', refused);
  provider.on('backchannel.error', (_ctx, error, client) => {
    house.log('warn', 'logout.not_told', { client: client.clientId, error: error.message });
  });
  provider.on('access_token.issued', (token) => noteIssue(house, token));
  provider.on('access_token.saved', (token) => noteIssue(house, token));
  return provider;
}

type IssuedToken = {
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly aud?: unknown;
  readonly scope?: string | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
};

function noteIssue(house: ProviderHouse, token: IssuedToken): void {
  house.count('token_issued', { client: token.clientId ?? '' });
  const { accountId, clientId, aud, extra } = token;
  if (accountId === undefined || clientId === undefined || typeof aud !== 'string') return;
  house.recordSoon({
    kind: 'token.issued',
    accountId,
    clientId,
    serviceId: aud,
    details: {
      scope: token.scope ?? '',
      acr: typeof extra?.['acr'] === 'string' ? extra['acr'] : '',
      consent_ver: Number(extra?.['consent_ver'] ?? 0),
    },
  });
}

// Scheme and host come from the configuration and from nothing a request says: no Host header and
// no X-Forwarded-* can move an address, a cookie or the `htu` of a DPoP proof.
function pinAddress(provider: Provider, issuer: URL): void {
  Object.defineProperties(provider.request, {
    protocol: { get: () => issuer.protocol.slice(0, -1) },
    host: { get: () => issuer.host },
    secure: { get: () => true },
  });
}

// Endpoints that write more than one row: all of it or nothing. Others commit row by row.
const TRANSACTED = /^\/(?:token|backchannel|auth\/[^/]+|session\/end\/confirm)$/;

function requestTransaction(
  house: ProviderHouse,
  outageOf: (ctx: object) => Refusal | undefined,
): Middleware {
  return async (ctx, next) => {
    const handle = async () => {
      await next();
      const outage = outageOf(ctx);
      if (outage !== undefined) throw outage;
    };
    try {
      if (!TRANSACTED.test(ctx.path)) return await handle();
      await house.db.request(async () => {
        await handle();
        // A refusal is a decided state and stays written (a replayed code has just killed its grant).
        return ctx.status >= 500 ? 'rollback' : 'commit';
      });
    } catch (error) {
      const answer = oauthErrorOf(error);
      if (answer === undefined)
        house.log('error', 'protocol.failed', {
          route: ctx.path.split('/')[1],
          stack: error instanceof Error ? error.stack : String(error),
        });
      ctx.status = answer?.status ?? 500;
      ctx.set(answer?.headers ?? { 'cache-control': 'no-store' });
      if (ctx.accepts('json', 'html') === 'html') showError(house, ctx, answer?.status ?? 500);
      else ctx.body = answer?.body ?? { error: 'server_error' };
    }
  };
}
