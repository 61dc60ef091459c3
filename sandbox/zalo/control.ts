// The twin's own levers under /__sandbox: queues, codes and tokens without a page, what a citizen does
// in Zalo. JSON only: a form on a stranger's page must not reach them through a browser.

import { z } from 'zod';
import { json, parsedJson, type Answer, type Asked, type Moment } from './answers.ts';
import { knobChangeSchema, type KnobChange } from './knobs.ts';
import { mintAuthCode, mintMiniAppTokens, revokeConsent } from './mini-app.ts';
import { followOa, writeToOa } from './oa.ts';
import { findOa, idAtOa } from './oa-ids.ts';
import type { ChatLine, Oa } from './oa-state.ts';
import { issueCode } from './oauth.ts';
import { stylesheet } from './pages.ts';
import { findApp, findCitizen, type TwinState, type ZaloApp, type ZaloCitizen } from './state.ts';
import type { Delivery } from './webhooks.ts';

export const endpoints = {
  '/v4/permission': 'permission',
  '/v4/permission/error': 'permission/error',
  '/v4/access_token': 'access_token',
  '/openapi/access_token': 'openapi/access_token',
  '/v2.0/me': 'me',
  '/v2.0/me/info': 'me/info',
  '/v4/oa/permission': 'oa/permission',
  '/v4/oa/access_token': 'oa/access_token',
  '/v3.0/oa/message/cs': 'oa/message/cs',
  '/v3.0/oa/message/template': 'oa/message/template',
  '/v3.0/oa/user/detail': 'oa/user/detail',
  '/v2.0/oa/getoa': 'oa/getoa',
  '/message/template': 'message/template',
  '/message/template/hashphone': 'message/template/hashphone',
  '/message/status': 'message/status',
  '/message/quota': 'message/quota',
} as const;
export type Endpoint = (typeof endpoints)[keyof typeof endpoints];
const endpointSchema = z.enum(Object.values(endpoints));

/** Names only, so that a journal of the twin can be printed. */
export type SeenRequest = {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly headers: readonly string[];
  readonly parameters: readonly string[];
};

export type Levers = {
  /** The next requests to `endpoint` see these changes, one each, before the knobs again. */
  queue(endpoint: Endpoint, ...steps: readonly KnobChange[]): void;
  requests(): readonly SeenRequest[];
  deliveries(): readonly Delivery[];
};

const who = z.object({ appId: z.string().optional(), zaloId: z.string() });
const wishes = {
  code: who.extend({ codeChallenge: z.string().optional() }),
  token: who.extend({
    /** Scopes the citizen has granted the mini app. */
    scopes: z.array(z.enum(['scope.userInfo', 'scope.userPhonenumber'])).default([]),
  }),
  citizen: z.strictObject({
    zaloId: z.string().regex(/^[0-9]{5,20}$/),
    name: z.string().min(1).max(100),
    phone: z.string().optional(),
    isSensitive: z.boolean().optional(),
  }),
  queue: z.object({ endpoint: endpointSchema, steps: z.array(knobChangeSchema) }),
  /** Without `oaId`: the first account. */
  toOa: z.object({ zaloId: z.string(), oaId: z.string().optional() }),
  write: z.object({
    zaloId: z.string(),
    oaId: z.string().optional(),
    text: z.string().min(1).max(2_000),
  }),
  revoke: z.object({ zaloId: z.string(), miniAppId: z.string().optional() }),
};
export type Wish<Name extends keyof typeof wishes> = z.input<(typeof wishes)[Name]>;

export async function control(asked: Asked, moment: Moment, levers: Levers): Promise<Answer> {
  const { state } = moment;
  const call = `${asked.method} ${asked.path.slice('/__sandbox/'.length)}`;
  const body = parsedJson(asked);
  switch (call) {
    case 'GET style.css':
      return stylesheet();
    case 'GET requests':
      return json(200, levers.requests());
    case 'GET deliveries':
      return json(200, levers.deliveries());
    case 'GET health':
      return json(200, { status: 'ok' });
    case 'GET oa/inbox':
      return known(() => {
        const wanted = {
          zaloId: asked.query.get('zalo_id') ?? '',
          oaId: asked.query.get('oa_id') ?? undefined,
        };
        return inbox(state, wanted);
      });
    case 'POST queue':
      return parsed(wishes.queue, body, ({ endpoint, steps }) => levers.queue(endpoint, ...steps));
    case 'POST citizens':
      return parsed(wishes.citizen, body, (citizen) => enter(state, citizen), 201);
    case 'POST code':
      return parsed(wishes.code, body, (wish) => ({ code: codeFor(moment, wish) }));
    case 'POST token':
      return parsed(wishes.token, body, (wish) => tokensFor(moment, wish));
    case 'POST auth-code':
      return parsed(who, body, (wish) => mintAuthCode(moment, ...appAndCitizen(state, wish)));
    case 'POST oa/write':
      return parsed(wishes.write, body, (wish) => write(moment, wish));
    case 'POST oa/follow':
      return parsed(wishes.toOa, body, (wish) => follow(moment, wish, true));
    case 'POST oa/unfollow':
      return parsed(wishes.toOa, body, (wish) => follow(moment, wish, false));
    case 'POST oa/drop-token':
      return parsed(z.object({ oaId: z.string().optional() }), body, ({ oaId }) => dropToken(state, oaId));
    case 'POST revoke':
      return parsed(wishes.revoke, body, (wish) => revoke(moment, wish));
    default:
      return json(404, { problem: 'no such lever' });
  }
}

class Unknown extends Error {}

export function codeFor(moment: Moment, wish: Wish<'code'>): string {
  const [app, citizen] = appAndCitizen(moment.state, wish);
  return issueCode(moment, app, citizen, wish.codeChallenge);
}

export function tokensFor(moment: Moment, wish: Wish<'token'>) {
  const [app, citizen] = appAndCitizen(moment.state, wish);
  return mintMiniAppTokens(moment, app, citizen, {
    mayReadProfile: wish.scopes?.includes('scope.userInfo') === true,
    phone: wish.scopes?.includes('scope.userPhonenumber') === true,
  });
}

export function authCodeFor(moment: Moment, wish: z.input<typeof who>) {
  return mintAuthCode(moment, ...appAndCitizen(moment.state, wish));
}

export function write(moment: Moment, wish: Wish<'write'>): Promise<Delivery> {
  const [oa, citizen] = oaAndCitizen(moment.state, wish);
  return writeToOa(moment, oa, citizen, wish.text);
}

export function follow(moment: Moment, wish: Wish<'toOa'>, follows: boolean): Promise<Delivery> {
  const [oa, citizen] = oaAndCitizen(moment.state, wish);
  return followOa(moment, oa, citizen, follows);
}

export function revoke(moment: Moment, wish: Wish<'revoke'>): Promise<Delivery> {
  const { miniApps } = moment.state;
  const miniApp = miniApps.find((one) => wish.miniAppId === undefined || one.miniAppId === wish.miniAppId);
  if (miniApp === undefined) throw new Unknown('unknown mini app');
  return revokeConsent(moment, miniApp, citizenOf(moment.state, wish.zaloId));
}

/** What the account has written to the person, newest first, and the person's id there. */
export function inbox(
  state: TwinState,
  wish: Wish<'toOa'>,
): { readonly userId: string; readonly messages: readonly ChatLine[] } {
  const [oa, citizen] = oaAndCitizen(state, wish);
  const lines = (oa.chats.get(citizen.zaloId) ?? []).filter(({ from }) => from === 'oa');
  return { userId: idAtOa(oa, citizen), messages: lines.toReversed() };
}

export function dropToken(state: TwinState, oaId: string | undefined): void {
  const oa = findOa(state, oaId);
  if (oa !== undefined) oa.access = undefined;
}

function enter(state: TwinState, given: z.output<typeof wishes.citizen>): void {
  const { phone, isSensitive, ...core } = given;
  const known = state.citizens.findIndex((citizen) => citizen.zaloId === given.zaloId);
  if (known >= 0) state.citizens.splice(known, 1);
  // The newest first: whoever was just added is at the top of the permission page.
  state.citizens.unshift({
    ...core,
    ...(phone === undefined ? {} : { phone }),
    ...(isSensitive === undefined ? {} : { isSensitive }),
  });
}

function appAndCitizen(state: TwinState, wish: z.input<typeof who>): [ZaloApp, ZaloCitizen] {
  const app = findApp(state, wish.appId ?? state.apps[0]?.appId ?? null);
  if (app === undefined) throw new Unknown('unknown app or citizen');
  return [app, citizenOf(state, wish.zaloId)];
}

function oaAndCitizen(state: TwinState, wish: Wish<'toOa'>): [Oa, ZaloCitizen] {
  const oa = findOa(state, wish.oaId);
  if (oa === undefined) throw new Unknown('unknown account');
  return [oa, citizenOf(state, wish.zaloId)];
}

function citizenOf(state: TwinState, zaloId: string): ZaloCitizen {
  const citizen = findCitizen(state, zaloId);
  if (citizen === undefined) throw new Unknown('unknown app or citizen');
  return citizen;
}

async function parsed<Value>(
  schema: z.ZodType<Value>,
  body: unknown,
  act: (value: Value) => unknown,
  status = 200,
): Promise<Answer> {
  const result = schema.safeParse(body);
  if (!result.success) return json(400, { problem: z.prettifyError(result.error) });
  return known(() => act(result.data), status);
}

async function known(act: () => unknown, status = 200): Promise<Answer> {
  try {
    return json(status, (await act()) ?? {});
  } catch (error) {
    if (error instanceof Unknown) return json(404, { problem: error.message });
    throw error;
  }
}
