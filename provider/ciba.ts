// Operator-assisted requests (OpenID Connect CIBA Core 1.0, poll mode): the checks of a request, in the
// library's places for them. What is asked goes to assisted/; nothing here allows anything.

import { performance } from 'node:perf_hooks';
import type { Context, Middleware } from 'koa';
import type { CIBAConfiguration, KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { expireRequests, mayPoll, POLL_SECONDS } from '../assisted/answer.ts';
import { askCitizen, lookUpCitizen } from '../assisted/ask.ts';
import { readHint } from '../assisted/citizen.ts';
import type { Hint } from '../assisted/citizen.ts';
import { Refusal } from '../errors.ts';
import { mayBeAssisted } from '../policies/assisted.ts';
import { wantedLevel } from '../policies/wanted-level.ts';
import { CIBA, isDesk } from './desk.ts';
import type { ProviderHouse } from './house.ts';
import { levelRequestOf } from './level-prompt.ts';
import { evenly, SEND_FLOOR_MS } from './visit/even-time.ts';

const PATH = '/backchannel';
const ROUTE = 'backchannel_authentication';
const USUAL_SECONDS = 300;
const LONGEST_SECONDS = 600;

const BINDING = /^[A-Z0-9-]{1,20}$/;
// What people write, in one line: nothing that hides or turns letters, and no address to go to.
const LINE = /^(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}\p{P}\p{Zs}+])+$/u;
const ADDRESS =
  /:\/\/|\bwww\.|[a-z0-9-]{2}\.(?:com|net|org|info|vn|ly|io|app|top|xyz|link|site|online|shop|vip|club|cc)\b|[a-z0-9-]\.[a-z]{2,}\/\S/i;
// The citizen reads `operator · desk`: an operator does not write an office of their own between.
const DIVIDER = /[·•‧・]/;

/** The person behind a request who is not there. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

type Asked = {
  readonly serviceId: string;
  readonly scopes: readonly string[];
  readonly operator: string;
  readonly reason: string;
  readonly hint: Hint;
  /** Set when it was looked up. */
  accountId?: string | undefined;
};
// Keyed by Koa context: what the citizen is shown must not lie in the stored request in clear.
const asking = new WeakMap<object, Asked>();

/** Parameters of ours beside the library's. They mean something at this one endpoint. */
export const assistedParams = { tn_operator: null, tn_reason: null } as const;

/** Seconds a request waits for its answer. */
export function assistedSeconds(params: Readonly<Record<string, unknown>> | undefined): number {
  const asked = Number(params?.['requested_expiry'] ?? USUAL_SECONDS);
  return Math.min(asked, LONGEST_SECONDS);
}

export const cibaFeature = (house: ProviderHouse): CIBAConfiguration => ({
  enabled: true,
  deliveryModes: ['poll'],
  validateRequestContext: (ctx) => checkRequest(house, ctx),
  validateBindingMessage: (_ctx, message) => {
    // Required (FAPI-CIBA 5.2.2): without it nobody could tell which screen belongs to which call.
    if (message === undefined || !BINDING.test(message))
      throw new errors.InvalidBindingMessage('binding_message is 1 to 20 of A-Z, 0-9 and -');
  },
  processLoginHint: (ctx) => whoIsMeant(house, ctx),
  processLoginHintToken: refuseToken,
  verifyUserCode: (_ctx, _account, userCode) => {
    // A code told over the telephone is what swindlers ask for.
    if (userCode !== undefined) throw new errors.InvalidRequest('user_code is not taken');
  },
  triggerAuthenticationDevice: async (ctx, request) => {
    const asked = askedIn(ctx);
    const { params, client } = ctx.oidc;
    if (request.jti === undefined || client === undefined) throw new Error('a request without its id');
    const now = house.clock();
    const level = levelRequestOf(params, undefined);
    await askCitizen(
      house,
      {
        requestId: request.jti,
        accountId: asked.accountId,
        clientId: client.clientId,
        serviceId: asked.serviceId,
        scopes: asked.scopes,
        acrValues: level.acrValues,
        maxAge: level.maxAge === undefined ? undefined : Number(level.maxAge),
        bindingMessage: String(params?.['binding_message']),
        operator: asked.operator,
        reason: asked.reason,
        expiresAt: new Date(now.getTime() + request.expiration * 1000),
      },
      now,
    );
    ctx.body = { ...bodyOf(ctx), interval: POLL_SECONDS };
  },
});

/** Whether this account was named by this very request: the only one the library may take for its person here. */
export const isAskedHere = (ctx: KoaContextWithOIDC, accountId: string): boolean =>
  ctx.oidc.route === ROUTE && accountId === (askedIn(ctx).accountId ?? NOBODY);

// Runs before anybody is looked up, so that a request that is wrong in itself costs no try.
function checkRequest(house: ProviderHouse, ctx: KoaContextWithOIDC): void {
  const { params = {}, client, resourceServers = {} } = ctx.oidc;
  const text = (name: string) => (typeof params[name] === 'string' ? params[name] : undefined);
  // `prompt` is what the library makes of max_age=0: nobody is at hand to prove anything this second.
  for (const name of ['id_token_hint', 'login_hint_token', 'request_context', 'prompt'])
    if (params[name] !== undefined) throw new errors.InvalidRequest(`${name} is not taken`);
  if (client === undefined || !isDesk(client)) throw new errors.InvalidRequest('not a desk');

  const [resource, another] = Object.keys(resourceServers);
  const service = house.catalogue.serviceById.get(resource ?? '');
  if (service === undefined || another !== undefined) throw new errors.InvalidTarget();
  const scopes = (text('scope') ?? '').split(' ').filter((scope) => scope !== 'openid');
  const foreign = scopes.find((scope) => !service.scopes.includes(scope));
  if (scopes.length === 0 || foreign !== undefined)
    throw new errors.InvalidScope('scopes of one service are asked for', foreign ?? 'openid');
  if (!mayBeAssisted(house.catalogue, scopes))
    throw new errors.InvalidScope('this is not done over the telephone', scopes.join(' '));

  for (const name of ['requested_expiry', 'max_age'])
    if (params[name] !== undefined && !/^[1-9]\d{0,8}$/.test(text(name) ?? ''))
      throw new errors.InvalidRequest(`${name} must be decimal digits`);
  const wanted = wantedLevel(levelRequestOf(params, undefined), house.catalogue, house.acrBase);
  if (wanted.outcome === 'unmet') throw new errors.UnmetAuthenticationRequirements('none of the requested acr values is known'); // prettier-ignore

  const hint = readHint(text('login_hint') ?? '', `client:${String(client.sectorIdentifier)}`);
  if (hint === undefined)
    throw new errors.InvalidRequest('login_hint is a tel: URI of a Vietnamese mobile, or a sub');
  asking.set(ctx, {
    serviceId: service.id,
    scopes,
    operator: lineOf('tn_operator', text('tn_operator'), 80),
    reason: lineOf('tn_reason', text('tn_reason'), 200),
    hint,
  });
  // These go to the citizen, sealed; the library would keep them as they came.
  for (const name of ['tn_operator', 'tn_reason']) params[name] = undefined;
}

function lineOf(name: string, value: string | undefined, most: number): string {
  const line = (value ?? '').normalize('NFC').trim();
  const divides = name === 'tn_operator' && DIVIDER.test(line);
  if (line.length < 3 || line.length > most || !LINE.test(line) || ADDRESS.test(line) || divides)
    throw new errors.InvalidRequest(`${name} is one line of 3 to ${most} characters, without addresses`);
  return line;
}

async function whoIsMeant(house: ProviderHouse, ctx: KoaContextWithOIDC): Promise<string> {
  const asked = askedIn(ctx);
  const { params, client } = ctx.oidc;
  const clientId = client?.clientId ?? '';
  // The right to ask is the registration's, looked at here because it is not the library's to know.
  const facts = await house.findClient(clientId);
  const mine = facts?.desk?.scopes ?? [];
  const foreign = asked.scopes.find((scope) => !mine.includes(scope));
  if (foreign !== undefined) throw new errors.InvalidScope('this desk may not ask for it', foreign);
  try {
    const { hint, operator } = asked;
    asked.accountId = await lookUpCitizen(house, { hint, clientId, operator }, house.clock());
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== 'throttled') throw error;
    ctx.set('retry-after', '3600');
    throw Object.assign(new errors.OIDCProviderError(429, 'slow_down'), { error_description: 'asked too often' }); // prettier-ignore
  }
  // A telephone number, kept by us sealed or not at all.
  if (params !== undefined) params['login_hint'] = undefined;
  return asked.accountId ?? NOBODY;
}

function refuseToken(): never {
  throw new errors.InvalidRequest('login_hint_token is not taken');
}

function askedIn(ctx: object): Asked {
  const asked = asking.get(ctx);
  if (asked === undefined) throw new Error('a request that was not checked');
  return asked;
}

/**
 * Pace, around both endpoints: an answer to a new request leaves after the same time whoever is meant, and a
 * desk that asks for the result too fast is told so (CIBA Core 11: slow_down).
 */
export function assistedPace(house: ProviderHouse): Middleware {
  // An outage that comes between is met by the next one; the answer stands.
  const sweep = () => expireRequests(house, house.clock()).catch(() => 0);
  return async (ctx, next) => {
    if (ctx.path === PATH) {
      const startedAt = performance.now();
      await next();
      await sweep();
      return evenly(ctx, startedAt, SEND_FLOOR_MS);
    }
    await next();
    if (ctx.path !== '/token' || ctx.status !== 400) return;
    const requestId = polledIn(ctx);
    if (requestId === undefined) return;
    const { error } = bodyOf(ctx);
    if (error === 'expired_token') await sweep();
    if (error !== 'authorization_pending') return;
    if (!(await mayPoll(house.db, requestId, house.clock()).catch(() => true)))
      ctx.body = { error: 'slow_down', error_description: `ask every ${POLL_SECONDS} seconds` };
  };
}

function polledIn(ctx: Context): string | undefined {
  const { params } = (ctx as Partial<KoaContextWithOIDC>).oidc ?? {}; // there once the library has seen the request
  const id: unknown = params?.['auth_req_id'];
  return params?.['grant_type'] === CIBA && typeof id === 'string' ? id : undefined;
}

const bodyOf = (ctx: Context): Readonly<Record<string, unknown>> =>
  typeof ctx.body === 'object' && ctx.body !== null ? { ...ctx.body } : {};
