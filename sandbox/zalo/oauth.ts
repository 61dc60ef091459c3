// Social OAuth v4: permission page and token endpoint (contract §2, §7).

import { createHash } from 'node:crypto';
import {
  emptyAnswer,
  foreignAddress,
  headerOf,
  redirectTo,
  zaloJson,
  type Answer,
  type Asked,
  type Moment,
} from './answers.ts';
import { allowPage, choosePage, deniedPage, errorPage, type PermissionForm } from './pages.ts';
import {
  findApp,
  findCitizen,
  lifetimeMs,
  randomText,
  remember,
  type ZaloApp,
  type ZaloCitizen,
} from './state.ts';

/** Unpadded base64url SHA-256 of the verifier (RFC 7636 §4.2). */
export function codeChallengeOf(verifier: string): string {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url');
}

/** GET shows the page; POST of its forms chooses a person, then allows or denies. */
export function permission(asked: Asked, moment: Moment): Answer {
  const given = asked.method === 'POST' ? new URLSearchParams(asked.body) : asked.query;
  const { knobs, state } = moment;
  const app = findApp(state, given.get('app_id'));
  if (app === undefined) return authorizeError(moment, undefined, given, -14002);
  const redirectUri = given.get('redirect_uri') ?? '';
  if (!isRegistered(app, redirectUri, knobs['authz.match'])) {
    return authorizeError(moment, app, given, -14003);
  }
  const form: PermissionForm = {
    appId: app.appId,
    redirectUri,
    codeChallenge: given.get('code_challenge') ?? undefined,
    state: given.get('state') ?? undefined,
  };

  const isAutomatic = knobs['authz.approve'] !== 'page';
  const citizen = findCitizen(state, isAutomatic ? knobs['authz.approve'] : given.get('zalo_id'));
  if (citizen === undefined) return choosePage(moment, form);
  if (knobs['console.active'] === 'off' && citizen.isAdmin !== true) {
    return authorizeError(moment, app, given, -14002);
  }
  const decision = isAutomatic ? 'allow' : given.get('decision');
  if (asked.method === 'POST' || isAutomatic) {
    if (decision === 'allow') return allowed(moment, form, app, citizen);
    if (decision === 'deny') return denied(moment, form);
  }
  return allowPage(moment, form, app, citizen);
}

export function permissionError(asked: Asked, moment: Moment): Answer {
  return errorPage(moment, asked.query.get('error_code') ?? '-1');
}

/** Records a code as the permission page would, without the page. */
export function issueCode(
  moment: Pick<Moment, 'state' | 'nowMs'>,
  app: ZaloApp,
  citizen: ZaloCitizen,
  codeChallenge: string | undefined,
  isNative = false,
): string {
  const code = randomText(180);
  const expiresAtMs = moment.nowMs + lifetimeMs.code;
  remember(moment.state.codes, code, { app, citizen, codeChallenge, expiresAtMs, isNative });
  return code;
}

/** Checks in the order of contract §7: app, secret, grant, code, verifier or refresh token. */
export function accessToken(asked: Asked, moment: Moment): Answer {
  const { knobs, state } = moment;
  // Anything but a form reads as a form without fields.
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(asked.headers['content-type'] ?? '');
  const form = new URLSearchParams(isForm && asked.method === 'POST' ? asked.body : '');
  if (knobs.egress === 'foreign' && knobs['egress.token'] === 'on') {
    return foreignAddress(knobs, 'error_description');
  }
  const app = findApp(state, form.get('app_id'));
  if (app === undefined) return oauthError(moment, -14002, 'Invalid appId');
  if (knobs['console.secretCheck'] === 'on' && headerOf(asked, 'secret_key') !== app.appSecret) {
    return oauthError(moment, -14004, 'Invalid secret key');
  }
  const grant = form.get('grant_type');
  if (grant === 'authorization_code') return redeemCode(moment, app, form, 'server');
  if (grant === 'refresh_token') return redeemRefreshToken(moment, app, form);
  return oauthError(moment, -14018, 'Invalid grant type');
}

/** @param place where it was asked: a webview has no secret and therefore needs its verifier */
export function redeemCode(
  moment: Moment,
  app: ZaloApp,
  form: URLSearchParams,
  place: 'server' | 'webview',
): Answer {
  const { knobs, state, nowMs } = moment;
  const code = form.get('code') ?? '';
  const issued = state.codes.get(code);
  const isMisplaced =
    place === 'webview'
      ? issued?.isNative !== true
      : issued?.isNative === true && knobs['oauth.nativeCode'] === 'refuse';
  if (issued === undefined || isMisplaced || issued.app !== app || issued.expiresAtMs <= nowMs) {
    return oauthError(moment, -14005, 'Invalid code');
  }
  // Whether Zalo spares a code that failed its verifier is unknown. The twin is strict, so that
  // nobody comes to rely on a second try.
  state.codes.delete(code);
  if (knobs['console.active'] === 'off' && issued.citizen.isAdmin !== true) {
    const reason = 'App is not active but user is not admin';
    return oauthError(moment, -14002, 'Invalid appId', reason);
  }
  const secretCheck = place === 'webview' ? 'off' : knobs['console.secretCheck'];
  if (!isVerified(issued.codeChallenge, form.get('code_verifier'), secretCheck)) {
    return oauthError(moment, knobs['oauth.verifierCode'], 'Invalid code verifier');
  }
  return tokens(moment, app, issued.citizen, nowMs + lifetimeMs.refreshToken);
}

// With the secret check on, a verifier is optional but not ignored; off, it is required.
function isVerified(
  codeChallenge: string | undefined,
  verifier: string | null,
  secretCheck: 'on' | 'off',
): boolean {
  if (verifier === null || verifier === '') return secretCheck === 'on';
  if (codeChallenge === undefined) return secretCheck === 'on';
  return codeChallengeOf(verifier) === codeChallenge;
}

export function redeemRefreshToken(moment: Moment, app: ZaloApp, form: URLSearchParams): Answer {
  const { knobs, state, nowMs } = moment;
  const refresh = state.refreshTokens.get(form.get('refresh_token') ?? '');
  if (refresh === undefined || refresh.app !== app) {
    return oauthError(moment, -14014, 'Invalid refresh token.');
  }
  if (refresh.isUsed || refresh.expiresAtMs <= nowMs) {
    if (knobs['oauth.consumed'] === 'empty200') return emptyAnswer(knobs);
    return oauthError(moment, Number(knobs['oauth.consumed']), 'Invalid refresh token.');
  }
  refresh.isUsed = true;
  // The successor inherits the remaining life (contract §2.2).
  return tokens(moment, app, refresh.citizen, refresh.expiresAtMs);
}

function tokens(moment: Moment, app: ZaloApp, citizen: ZaloCitizen, refreshExpiresAtMs: number): Answer {
  const { knobs, state, nowMs } = moment;
  const access = randomText(knobs['oauth.tokenLen']);
  const refresh = randomText(knobs['oauth.tokenLen']);
  remember(state.accessTokens, access, {
    app,
    citizen,
    expiresAtMs: nowMs + lifetimeMs.accessToken,
    mayReadProfile: true,
  });
  remember(state.refreshTokens, refresh, {
    app,
    citizen,
    expiresAtMs: refreshExpiresAtMs,
    isUsed: false,
  });
  const shown = (ms: number): string | number => {
    const seconds = Math.floor(ms / 1000);
    return knobs['oauth.expiryAs'] === 'string' ? String(seconds) : seconds;
  };
  return zaloJson(knobs, {
    access_token: access,
    refresh_token: refresh,
    expires_in: shown(lifetimeMs.accessToken),
    ...(knobs['oauth.rtExpiry'] === 'present'
      ? { refresh_token_expires_in: shown(refreshExpiresAtMs - nowMs) }
      : {}),
  });
}

export function oauthError(moment: Moment, error: number, errorName: string, errorReason = ''): Answer {
  return zaloJson(moment.knobs, {
    error,
    error_name: errorName,
    error_description: errorName,
    error_reason: errorReason,
    ref_doc: 'https://developers.zalo.me/docs/social-api/tham-khao/user-access-token-v4',
    ...(moment.knobs['oauth.errorTokens'] === 'empty' ? { access_token: '', refresh_token: '' } : {}),
  });
}

// Authorize errors stay on Zalo. Where the knob sends them back (U7), only a registered address
// gets them, so that the twin is no open redirector.
function authorizeError(
  moment: Moment,
  app: ZaloApp | undefined,
  given: URLSearchParams,
  errorCode: number,
): Answer {
  const target = app?.redirectUris[0];
  if (moment.knobs['authz.error'] === 'redirect' && target !== undefined) {
    return backTo(target, { error_code: String(errorCode), state: given.get('state') });
  }
  return redirectTo(`/v4/permission/error?error_code=${errorCode}`);
}

function allowed(moment: Moment, form: PermissionForm, app: ZaloApp, citizen: ZaloCitizen): Answer {
  const isEchoed = moment.knobs['authz.echo'] === 'on';
  return backTo(form.redirectUri, {
    code: issueCode(moment, app, citizen, form.codeChallenge),
    state: form.state,
    code_challenge: isEchoed ? form.codeChallenge : undefined,
  });
}

function denied(moment: Moment, form: PermissionForm): Answer {
  switch (moment.knobs['authz.deny']) {
    case 'errorParam':
      return backTo(form.redirectUri, { error: 'access_denied', state: form.state });
    case 'noCode':
      return backTo(form.redirectUri, { state: form.state });
    case 'never':
      return deniedPage(moment);
  }
}

function backTo(redirectUri: string, parameters: Record<string, string | null | undefined>): Answer {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null) target.searchParams.append(name, value);
  }
  return redirectTo(target.href);
}

function isRegistered(app: ZaloApp, redirectUri: string, match: 'exact' | 'prefix'): boolean {
  if (!URL.canParse(redirectUri)) return false;
  return app.redirectUris.some((registered) =>
    match === 'exact' ? redirectUri === registered : redirectUri.startsWith(registered),
  );
}
