// The twin's Official Account and mini app tokens, seen from outside: contract §4.1, §5, §7; U13, U16-U19.

import test from 'ava';
import { codeChallengeOf } from '../../sandbox/zalo/oauth.ts';
import {
  an,
  app,
  bodyOf,
  callbackUrl,
  form,
  get,
  miniApp,
  oa,
  oaTokenOf,
  other,
  post,
  refresh,
  verifier,
  withTwin,
  type Fields,
} from './zalo-oa-bench.ts';

test('the owner’s consent returns to the console’s address with a code and the account', async (t) => {
  await withTwin({}, async (twin) => {
    const query = { app_id: app.appId, redirect_uri: callbackUrl, state: 's"t' };
    const page = await fetch(`${twin.url}/v4/oa/permission?${new URLSearchParams(query)}`);
    const html = await page.text();
    t.regex(html, /1022 &lt;Tây Ninh&gt;/);
    t.notRegex(html, /<Tây|s"t/);
    const back = await form(twin, '/v4/oa/permission', { ...query, oa_id: oa.oaId });
    const target = new URL(back.headers.get('location') ?? '');
    t.is(target.origin + target.pathname, callbackUrl);
    t.deepEqual([...target.searchParams.keys()], ['code', 'oa_id', 'state']);
    const redeem = (code: string | null, more: Fields = { code_verifier: verifier }) =>
      form(twin, '/v4/oa/access_token', { app_id: app.appId, grant_type: 'authorization_code', code: code ?? '', ...more }); // prettier-ignore
    const pair = await bodyOf(await redeem(target.searchParams.get('code')));
    t.is(pair['expires_in'], '90000');
    t.is((await bodyOf(await redeem(target.searchParams.get('code')))).error, -14005);
    for (const wrong of [{ app_id: '1' }, { app_id: other.appId }, { redirect_uri: `${callbackUrl}/` }]) {
      const refused = await form(twin, '/v4/oa/permission', { ...query, oa_id: oa.oaId, ...wrong });
      t.regex(refused.headers.get('location') ?? '', /^\/v4\/permission\/error\?error_code=-1400[23]$/);
    }
  });
});

const pkce: readonly (readonly [mode: 'console' | 'dynamic' | 'off', own: boolean, sent: string, error: number])[] = [
  ['console', false, verifier, 0],
  ['console', false, '', 0],
  ['console', true, 'w'.repeat(43), -14005],
  ['dynamic', true, 'w'.repeat(43), 0],
  ['dynamic', true, '', -14005],
  ['dynamic', false, verifier, -14005],
  ['off', true, 'anything', 0],
]; // prettier-ignore
for (const [mode, own, sent, error] of pkce) {
  test(`the account's PKCE "${mode}", ${own ? 'an own' : 'no'} challenge, verifier ${sent.slice(0, 1) || 'absent'}: ${error}`, async (t) => {
    await withTwin({ 'oa.pkce': mode }, async (twin) => {
      const challenge: Fields = own ? { code_challenge: codeChallengeOf('w'.repeat(43)) } : {};
      const back = await form(twin, '/v4/oa/permission', { app_id: app.appId, redirect_uri: callbackUrl, oa_id: oa.oaId, ...challenge }); // prettier-ignore
      const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
      const answer = await form(twin, '/v4/oa/access_token', { app_id: app.appId, grant_type: 'authorization_code', code, code_verifier: sent }); // prettier-ignore
      t.is((await bodyOf(answer)).error, error);
    });
  });
}

test('the account’s refresh token works once, inherits its life, and may stay as it is', async (t) => {
  await withTwin({}, async (twin) => {
    t.is((await bodyOf(await form(twin, '/v4/oa/access_token', {}, {}))).error, -14002);
    t.is((await bodyOf(await form(twin, '/v4/oa/access_token', { app_id: app.appId }, {}))).error, -14004);
    t.is((await bodyOf(await form(twin, '/v4/oa/access_token', { app_id: app.appId }))).error, -14018);
    t.is((await bodyOf(await refresh(twin, 'unknown'))).error, -14014);
    const first = await bodyOf(await refresh(twin, oa.refreshToken));
    t.is(await (await refresh(twin, oa.refreshToken)).text(), '');
    for (const code of ['-14014', '-14020'] as const) {
      twin.setKnobs({ 'oa.consumed': code });
      t.is((await bodyOf(await refresh(twin, oa.refreshToken))).error, Number(code));
    }
    twin.setKnobs({ 'oa.rotate': 'accessOnly' });
    const second = await bodyOf(await refresh(twin, first['refresh_token']));
    t.false('refresh_token' in second);
    t.not(second['access_token'], first['access_token']);
    twin.setKnobs({ 'oa.rotate': 'always', 'clock.aheadMs': 80 * 86_400_000 });
    const third = await bodyOf(await refresh(twin, first['refresh_token']));
    twin.setKnobs({ 'clock.aheadMs': 91 * 86_400_000 });
    t.is((await bodyOf(await refresh(twin, third['refresh_token']))).error, -14020);
  });
  await withTwin({ 'oa.clock': 'restart', 'clock.aheadMs': 80 * 86_400_000 }, async (twin) => {
    const first = await bodyOf(await refresh(twin, oa.refreshToken));
    twin.setKnobs({ 'clock.aheadMs': 160 * 86_400_000 });
    t.is((await bodyOf(await refresh(twin, first['refresh_token']))).error, 0);
  });
});

test('who a person is to the account, and what the account is', async (t) => {
  await withTwin({ 'clock.aheadMs': 0 }, async (twin) => {
    const token = await oaTokenOf(twin);
    const userId = twin.oaUserId({ zaloId: an.zaloId });
    const detail = (id: string) =>
      get(twin, `/v3.0/oa/user/detail?data=${encodeURIComponent(JSON.stringify({ user_id: id }))}`, token);
    t.like((await detail(userId)).data, { user_id: userId, user_id_by_app: an.zaloId, display_name: an.name, user_is_follower: false, user_last_interaction_date: '' }); // prettier-ignore
    await twin.follow({ zaloId: an.zaloId });
    await twin.writeToOa({ zaloId: an.zaloId, text: 'x' });
    const known = (await detail(userId)).data;
    t.true(known?.['user_is_follower']);
    t.regex(String(known?.['user_last_interaction_date']), /^\d{2}\/\d{2}\/\d{4}$/);
    t.is((await detail(an.zaloId)).error, -201);
    t.like((await get(twin, '/v2.0/oa/getoa', token)).data, { oa_id: oa.oaId });
    t.is((await get(twin, '/v2.0/oa/getoa', 'x')).error, -216);
    const template = { user_id: userId, template_id: '7', template_data: { ma: 'HS-1' } };
    const sent = await post(twin, '/v3.0/oa/message/template', token, template);
    t.like(sent.data, { user_id: userId });
    t.like(twin.oaInbox({ zaloId: an.zaloId })[0], { text: 'HS-1', messageId: sent.data?.['message_id'] });
    t.is((await post(twin, '/v3.0/oa/message/template', token, { ...template, user_id: '5' })).error, -201);
  });
});

test('a webview’s code is redeemed without a secret and with its verifier, once, at its own address', async (t) => {
  await withTwin({}, async (twin) => {
    const { authCode, authCodeVerify } = twin.mintAuthCode({ zaloId: an.zaloId });
    const redeem = (change: Fields) =>
      form(twin, '/openapi/access_token', { app_id: miniApp.miniAppId, code: authCode, code_verifier: authCodeVerify, grant_type: 'authorization_code', ...change }, {}); // prettier-ignore
    t.is((await bodyOf(await redeem({ app_id: app.appId }))).error, -14002);
    t.is((await bodyOf(await redeem({ grant_type: 'x' }))).error, -14018);
    t.is((await bodyOf(await redeem({ code: twin.mintCode({ zaloId: an.zaloId }) }))).error, -14005);
    const pair = await bodyOf(await redeem({}));
    t.like(await get(twin, '/v2.0/me', String(pair['access_token'])), { id: an.zaloId });
    t.is((await bodyOf(await redeem({}))).error, -14005);
    t.is((await bodyOf(await redeem({ code: twin.mintAuthCode({ zaloId: an.zaloId }).authCode, code_verifier: '' }))).error, -14005); // prettier-ignore
    const again = { grant_type: 'refresh_token', refresh_token: String(pair['refresh_token']) };
    t.truthy((await bodyOf(await redeem(again)))['access_token']);
    t.is((await bodyOf(await redeem(again))).error, -14014);
  });
});

test('whether a server may redeem a webview’s code is a knob', async (t) => {
  for (const [knob, error] of [
    ['refuse', -14005],
    ['accept', 0],
  ] as const)
    await withTwin({ 'oauth.nativeCode': knob }, async (twin) => {
      const { authCode, authCodeVerify } = twin.mintAuthCode({ zaloId: an.zaloId });
      const answer = await form(twin, '/v4/access_token', { app_id: app.appId, code: authCode, code_verifier: authCodeVerify, grant_type: 'authorization_code' }); // prettier-ignore
      t.is((await bodyOf(answer)).error, error);
    });
});
