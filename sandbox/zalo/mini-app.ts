// What a mini app meets inside Zalo (contract §4): tokens of its webview, the phone token, and the
// citizen who takes the consent back in Zalo's settings.

import { randomBytes } from 'node:crypto';
import type { Answer, Asked, Moment } from './answers.ts';
import { codeChallengeOf, issueCode, oauthError, redeemCode, redeemRefreshToken } from './oauth.ts';
import { idByApp } from './oa-ids.ts';
import {
  findApp,
  idInApp,
  lifetimeMs,
  randomText,
  remember,
  type ZaloApp,
  type ZaloCitizen,
  type MiniApp,
} from './state.ts';
import { tellMiniApp, type Delivery } from './webhooks.ts';

/** What `getAccessToken()` in a mini app would give, and `getPhoneNumber()` if asked for. */
export function mintMiniAppTokens(
  moment: Pick<Moment, 'state' | 'knobs' | 'nowMs'>,
  app: ZaloApp,
  citizen: ZaloCitizen,
  wanted: { mayReadProfile: boolean; phone: boolean },
): { accessToken: string; phoneToken: string | undefined } {
  const { state, nowMs } = moment;
  const accessToken = randomText(moment.knobs['oauth.tokenLen']);
  remember(state.accessTokens, accessToken, {
    app,
    citizen,
    expiresAtMs: nowMs + lifetimeMs.accessToken,
    mayReadProfile: wanted.mayReadProfile,
  });
  if (!wanted.phone) return { accessToken, phoneToken: undefined };
  const phoneToken = randomText(200);
  const expiresAtMs = nowMs + lifetimeMs.phoneToken;
  remember(state.phoneTokens, phoneToken, { app, citizen, expiresAtMs, isUsed: false });
  return { accessToken, phoneToken };
}

/** What JUMP_LOGIN leaves in the webview's cookies, and `getAuthCode()` gives. */
export function mintAuthCode(
  moment: Pick<Moment, 'state' | 'nowMs'>,
  app: ZaloApp,
  citizen: ZaloCitizen,
): { authCode: string; authCodeVerify: string } {
  const authCodeVerify = randomBytes(32).toString('base64url');
  const authCode = issueCode(moment, app, citizen, codeChallengeOf(authCodeVerify), true);
  return { authCode, authCodeVerify };
}

/** h5.zalo.me/openapi/access_token: the webview's own exchange, by mini app id and without a secret. */
export function webviewToken(asked: Asked, moment: Moment): Answer {
  const form = new URLSearchParams(asked.method === 'POST' ? asked.body : '');
  const miniApp = moment.state.miniApps.find((one) => one.miniAppId === form.get('app_id'));
  const app = miniApp && findApp(moment.state, miniApp.appId);
  if (app === undefined) return oauthError(moment, -14002, 'Invalid appId');
  switch (form.get('grant_type')) {
    case 'authorization_code':
      return redeemCode(moment, app, form, 'webview');
    case 'refresh_token':
      return redeemRefreshToken(moment, app, form);
    default:
      return oauthError(moment, -14018, 'Invalid grant type');
  }
}

/** Ends every token the citizen's consent has made for the app, and tells the webhook. */
export function revokeConsent(moment: Moment, miniApp: MiniApp, citizen: ZaloCitizen): Promise<Delivery> {
  const { state, knobs, nowMs } = moment;
  for (const tokens of [state.accessTokens, state.refreshTokens, state.phoneTokens])
    for (const [token, { app, citizen: owner }] of tokens)
      if (app.appId === miniApp.appId && owner === citizen) tokens.delete(token);
  const app = findApp(state, miniApp.appId);
  const userId = app === undefined ? citizen.zaloId : idInApp(state, app, citizen);
  if (knobs['ma.event'] === 'revoke') {
    const { miniAppId } = miniApp;
    return tellMiniApp(moment, miniApp, { event: 'user.revoke.consent', appId: miniAppId, userId, timestamp: nowMs }); // prettier-ignore
  }
  // U15: what a third party is told.
  const oa = state.oas.find((one) => one.appId === miniApp.appId);
  const user_id_by_app = oa === undefined ? userId : idByApp(state, knobs, oa, citizen);
  return tellMiniApp(moment, miniApp, { event: 'user.remove.info', oa_id: oa?.oaId ?? '1', user_id_by_app });
}
