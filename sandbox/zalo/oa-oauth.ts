// The Official Account's owner lets an app speak for it, and the tokens that follow (contract §5.1).

import {
  emptyAnswer,
  headerOf,
  redirectTo,
  zaloJson,
  type Answer,
  type Asked,
  type Moment,
} from './answers.ts';
import { codeChallengeOf } from './oauth.ts';
import { oaLifetimeMs, type Oa } from './oa-state.ts';
import { ownerPage } from './pages.ts';
import { findApp, lifetimeMs, randomText, remember, type ZaloApp } from './state.ts';

/** GET shows the page; POST of its form says which account. Its callback comes from the console. */
export function oaPermission(asked: Asked, moment: Moment): Answer {
  const given = asked.method === 'POST' ? new URLSearchParams(asked.body) : asked.query;
  const { state, nowMs } = moment;
  const app = findApp(state, given.get('app_id'));
  const mine = state.oas.filter((oa) => oa.appId === app?.appId);
  if (app === undefined || mine.length === 0) return wrong(-14002);
  const redirectUri = given.get('redirect_uri') ?? '';
  const oas = mine.filter((oa) => oa.callbackUrl === redirectUri);
  if (oas.length === 0) return wrong(-14003);
  const oa = oas.find(({ oaId }) => oaId === given.get('oa_id'));
  if (asked.method !== 'POST' || oa === undefined) return ownerPage(moment, app, oas, given);
  const code = randomText(180);
  const codeChallenge = given.get('code_challenge') ?? undefined;
  remember(oa.codes, code, { codeChallenge, expiresAtMs: nowMs + lifetimeMs.code });
  const target = new URL(redirectUri);
  target.searchParams.set('code', code);
  target.searchParams.set('oa_id', oa.oaId);
  const echoed = given.get('state');
  if (echoed !== null) target.searchParams.set('state', echoed);
  return redirectTo(target.href);
}

const wrong = (code: number): Answer => redirectTo(`/v4/permission/error?error_code=${code}`);

/** A refresh token works once; the new access token ends the one before it. */
export function oaToken(asked: Asked, moment: Moment): Answer {
  const { state } = moment;
  const form = new URLSearchParams(asked.method === 'POST' ? asked.body : '');
  const app = findApp(state, form.get('app_id'));
  if (app === undefined) return refused(moment, -14002, 'Invalid appId');
  if (headerOf(asked, 'secret_key') !== app.appSecret) return refused(moment, -14004, 'Invalid secret key');
  const grant = form.get('grant_type');
  if (grant === 'authorization_code') return redeemOwnerCode(moment, app, form);
  if (grant === 'refresh_token') return refresh(moment, app, form);
  return refused(moment, -14018, 'Invalid grant type');
}

function redeemOwnerCode(moment: Moment, app: ZaloApp, form: URLSearchParams): Answer {
  const { knobs, nowMs } = moment;
  const code = form.get('code') ?? '';
  const oa = moment.state.oas.find((one) => one.appId === app.appId && one.codes.has(code));
  const issued = oa?.codes.get(code);
  oa?.codes.delete(code);
  if (oa === undefined || issued === undefined || issued.expiresAtMs <= nowMs)
    return refused(moment, -14005, 'Invalid code');
  if (!isVerified(moment, oa, issued.codeChallenge, form.get('code_verifier')))
    return refused(moment, knobs['oauth.verifierCode'], 'Invalid code verifier');
  return pair(moment, oa, nowMs + oaLifetimeMs.refresh);
}

// U17: the challenge of the console counts and one of the request's own fails, or the other way round.
function isVerified(
  { knobs }: Moment,
  oa: Oa,
  requested: string | undefined,
  verifier: string | null,
): boolean {
  if (knobs['oa.pkce'] === 'off') return true;
  const challenge = knobs['oa.pkce'] === 'console' ? oa.codeChallenge : requested;
  if (verifier === null || verifier === '') return knobs['oa.pkce'] === 'console';
  return challenge !== undefined && codeChallengeOf(verifier) === challenge;
}

function refresh(moment: Moment, app: ZaloApp, form: URLSearchParams): Answer {
  const { knobs, state, nowMs } = moment;
  const given = form.get('refresh_token') ?? '';
  const oa = state.oas.find((one) => one.appId === app.appId && one.refresh?.token === given);
  const isSpent = state.oas.some((one) => one.appId === app.appId && one.spent.has(given));
  if (isSpent || (oa?.refresh !== undefined && oa.refresh.expiresAtMs <= nowMs)) {
    if (knobs['oa.consumed'] === 'empty200') return emptyAnswer(knobs);
    return refused(moment, Number(knobs['oa.consumed']), 'Invalid refresh token.');
  }
  if (oa?.refresh === undefined) return refused(moment, -14014, 'Invalid refresh token.');
  const expiresAtMs = knobs['oa.clock'] === 'restart' ? nowMs + oaLifetimeMs.refresh : oa.refresh.expiresAtMs;
  if (knobs['oa.rotate'] === 'accessOnly') return accessOnly(moment, oa);
  oa.spent.add(given);
  return pair(moment, oa, expiresAtMs);
}

function pair(moment: Moment, oa: Oa, expiresAtMs: number): Answer {
  oa.refresh = { token: randomText(300), expiresAtMs };
  return accessOnly(moment, oa, { refresh_token: oa.refresh.token });
}

function accessOnly({ knobs, nowMs }: Moment, oa: Oa, more: Record<string, string> = {}): Answer {
  oa.access = { token: randomText(300), expiresAtMs: nowMs + oaLifetimeMs.access };
  return zaloJson(knobs, { access_token: oa.access.token, ...more, expires_in: '90000' });
}

const refused = ({ knobs }: Moment, error: number, errorName: string): Answer =>
  zaloJson(knobs, { error, error_name: errorName, error_description: errorName, error_reason: '' });
