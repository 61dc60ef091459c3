// The twin's Official Account, template messages, mini app tokens and chat page, seen from outside:
// contract §4.1, §5, §6, §7; U13, U16-U19, U22-U25.

import { createHash } from 'node:crypto';
import test from 'ava';
import { parse } from 'node-html-parser';
import { z } from 'zod';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { codeChallengeOf } from '../../sandbox/zalo/oauth.ts';
import { startZalo, type ZaloTwin } from '../../sandbox/zalo/server.ts';

const app = { appId: '3141592653589793238', appSecret: 'app-secret', redirectUris: [], name: '1022' };
const other = { appId: '1618033988749894848', appSecret: 'other-secret', redirectUris: [] };
const an = { zaloId: '9007199254740993001', name: 'Nguyễn Văn An', phone: '0912345678', isAdmin: true };
const binh = { zaloId: '9007199254740993002', name: '<b>Bình</b>', phone: '0987654321' };
const verifier = 'v'.repeat(43);
const callbackUrl = 'https://hotline.example/oa';
const oa = {
  oaId: '1022000000000001022',
  appId: app.appId,
  secretKey: 'oa-secret',
  refreshToken: 'first-refresh',
  name: '1022 <Tây Ninh>',
  callbackUrl,
  codeChallenge: codeChallengeOf(verifier),
};
const miniApp = { miniAppId: '2646373759294038927', appId: app.appId, apiKey: 'api-key' };

async function withTwin(knobs: KnobChange, use: (twin: ZaloTwin) => Promise<void>): Promise<void> {
  const twin = await startZalo({ apps: [app, other], citizens: [an, binh], oas: [oa], miniApps: [miniApp], knobs }); // prettier-ignore
  try {
    await use(twin);
  } finally {
    await twin.close();
  }
}

type Fields = Record<string, string>;
const anyBody = z.looseObject({ error: z.number().default(0), data: z.looseObject({}).optional() });
const bodyOf = async (response: Response) => anyBody.parse(JSON.parse(await response.text()));
const form = (twin: ZaloTwin, path: string, fields: Fields, headers: Fields = { secret_key: app.appSecret }) =>
  fetch(`${twin.url}${path}`, { method: 'POST', headers, body: new URLSearchParams(fields), redirect: 'manual' }); // prettier-ignore
const refresh = async (twin: ZaloTwin, token: unknown) =>
  form(twin, '/v4/oa/access_token', { app_id: app.appId, grant_type: 'refresh_token', refresh_token: String(token) }); // prettier-ignore
const oaTokenOf = async (twin: ZaloTwin) =>
  String((await bodyOf(await refresh(twin, oa.refreshToken)))['access_token']);
const post = async (twin: ZaloTwin, path: string, token: string, value: unknown) =>
  bodyOf(
    await fetch(`${twin.url}${path}`, {
      method: 'POST',
      headers: { access_token: token, 'content-type': 'application/json' },
      body: JSON.stringify(value),
    }),
  );
const get = async (twin: ZaloTwin, path: string, token: string) =>
  bodyOf(await fetch(`${twin.url}${path}`, { headers: { access_token: token } }));

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

const template = { phone: '84912345678', template_id: '1', template_data: { otp: '123456' } };
const zns: readonly (readonly [title: string, knobs: KnobChange, change: object, error: number])[] = [
  ['+84 is taken', {}, { phone: '+84912345678' }, 0],
  ['0 is taken', {}, { phone: '0912345678' }, 0],
  ['nine digits are taken', {}, { phone: '912345678' }, 0],
  ['strict: only 84', { 'zns.phone': 'strict' }, { phone: '0912345678' }, -108],
  ['strict: 84', { 'zns.phone': 'strict' }, {}, 0],
  ['a number template id', {}, { template_id: 1 }, 0],
  ['a template id of letters', {}, { template_id: 'x' }, -109],
  ['no data', {}, { template_data: {} }, -111],
  ['data that is no text', {}, { template_data: { otp: 1 } }, -111],
  ['a reference of 49 characters', {}, { tracking_id: 'x'.repeat(49) }, -132],
  ['a reference is required', { 'zns.track': 'required' }, {}, -132],
  ['night for all', { 'zns.night': 'all' }, {}, -133],
  ['night, but not for codes', { 'zns.night': 'nonOtp' }, {}, 0],
  ['night for notices', { 'zns.night': 'nonOtp' }, { template_data: { noi_dung: 'x' } }, -133],
  ['an unknown sending mode', {}, { sending_mode: '2' }, -161],
  ['a trial to an admin', {}, { mode: 'development' }, 0],
  ['a trial to somebody else', {}, { mode: 'development', phone: '84987654321' }, -127],
];
for (const [title, knobs, change, error] of zns) {
  test(`template message: ${title}: ${error}`, async (t) => {
    await withTwin({ 'zns.delay': 'never', ...knobs }, async (twin) => {
      const answer = await post(twin, '/message/template', await oaTokenOf(twin), { ...template, ...change });
      t.is(answer.error, error);
      t.is(twin.znsInbox('+84912345678').length, error === 0 ? 1 : 0);
    });
  });
}

test('the dead token’s number, the trial’s shape and a reference used twice follow their knobs', async (t) => {
  await withTwin({ 'zns.authCode': -220, 'zns.delay': 'never' }, async (twin) => {
    t.is((await post(twin, '/message/template', 'x', template)).error, -220);
    const token = await oaTokenOf(twin);
    t.truthy((await post(twin, '/message/template', token, { ...template, mode: 'development' })).data);
    twin.setKnobs({ 'zns.devShape': 'top' });
    const top = await post(twin, '/message/template', token, { ...template, mode: 'development' });
    t.is(top.data, undefined);
    t.truthy(top['msg_id']);
    twin.setKnobs({ 'zns.dedupe': 'on' });
    const once = { ...template, tracking_id: 'ref' };
    const [one, two] = [await post(twin, '/message/template', token, once), await post(twin, '/message/template', token, once)]; // prettier-ignore
    t.is(one.data?.['msg_id'], two.data?.['msg_id']);
    t.is(twin.znsInbox('+84912345678').length, 3);
  });
});

test('a message by the hash of its number, its state, and the quota', async (t) => {
  await withTwin({ 'zns.delay': 600 }, async (twin) => {
    const token = await oaTokenOf(twin);
    const byHash = (text: string) =>
      post(twin, '/message/template/hashphone', token, { ...template, hash_phone: createHash('sha256').update(text).digest('hex') }); // prettier-ignore
    t.is((await byHash('0912345678')).error, -118);
    const sent = await byHash('84912345678');
    const state = () => get(twin, `/message/status?message_id=${String(sent.data?.['msg_id'])}`, token);
    t.is((await state()).data?.['status'], 0);
    for (let i = 0; i < 200 && (await state()).data?.['status'] === 0; i += 1) await new Promise((done) => setTimeout(done, 10)); // prettier-ignore
    t.is((await state()).data?.['status'], 1);
    t.is((await get(twin, '/message/status?message_id=x', token)).error, -107);
    t.is(typeof (await get(twin, '/message/quota', token)).data?.['dailyQuota'], 'number');
    twin.setKnobs({ 'zns.hash': '0' });
    t.is((await byHash('0912345678')).error, 0);
    t.is(twin.znsInbox('+84912345678').length, 2);
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

test('a person chats with the account by forms alone and sees the answer with its link', async (t) => {
  await withTwin({}, async (twin) => {
    const path = `/oa/${oa.oaId}/chat`;
    const page = async (query = '') => parse(await (await fetch(`${twin.url}${path}${query}`)).text());
    const who = await page();
    t.is(who.querySelector('html')?.getAttribute('lang'), 'vi');
    t.deepEqual(who.querySelectorAll('button').map((one) => one.getAttribute('value')), [an.zaloId, binh.zaloId]); // prettier-ignore
    t.notRegex(who.toString(), /<b>|<Tây/);
    const mine = `?zalo_id=${an.zaloId}`;
    const empty = await page(mine);
    t.is(empty.querySelectorAll('script, [style]').length, 0);
    t.is(empty.querySelector('label')?.getAttribute('for'), empty.querySelector('textarea')?.id);
    t.is(empty.querySelector('meta[http-equiv=refresh]'), null);

    const said = await form(twin, path, { zalo_id: an.zaloId, text: '<i>hồ sơ</i> của tôi' }, {});
    t.is(said.status, 302);
    t.is(said.headers.get('location'), `${path}${mine}`);
    const waiting = await page(mine);
    t.truthy(waiting.querySelector('meta[http-equiv=refresh]'));
    t.regex(waiting.querySelector('ol')?.toString() ?? '', /&lt;i&gt;hồ sơ&lt;\/i&gt; của tôi/);

    const token = await oaTokenOf(twin);
    const recipient = { user_id: twin.oaUserId({ zaloId: an.zaloId }) };
    const text = 'Mở https://id.tayninh.gov.vn/1022?a=1&b="2. Rồi hỏi lại.';
    t.is((await post(twin, '/v3.0/oa/message/cs', token, { recipient, message: { text } })).error, 0);
    const answered = await page(mine);
    t.is(answered.querySelector('meta[http-equiv=refresh]'), null);
    const link = answered.querySelector('li.oa a');
    t.is(link?.getAttribute('href'), 'https://id.tayninh.gov.vn/1022?a=1&b=');
    t.is((await page(`?zalo_id=${binh.zaloId}`)).querySelectorAll('ol li').length, 0);
    t.is((await fetch(`${twin.url}/oa/1/chat`)).status, 404);
  });
});

test('what a citizen does in Zalo can be done over HTTP, for pages and scripts', async (t) => {
  await withTwin({}, async (twin) => {
    const lever = (path: string, value: unknown) =>
      fetch(`${twin.url}/__sandbox/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(value),
      });
    t.like(await (await lever('oa/write', { zaloId: an.zaloId, text: 'x' })).json(), {
      outcome: 'no_webhook',
    });
    t.is((await lever('oa/follow', { zaloId: an.zaloId })).status, 200);
    t.is((await lever('oa/unfollow', { zaloId: an.zaloId, oaId: oa.oaId })).status, 200);
    t.is((await lever('revoke', { zaloId: an.zaloId })).status, 200);
    t.is((await lever('auth-code', { zaloId: an.zaloId })).status, 200);
    t.is((await lever('oa/drop-token', {})).status, 200);
    const inbox = await fetch(`${twin.url}/__sandbox/oa/inbox?zalo_id=${an.zaloId}&oa_id=${oa.oaId}`);
    t.like(await inbox.json(), { userId: twin.oaUserId({ zaloId: an.zaloId }), messages: [] });
    for (const [path, value] of [
      ['oa/write', { zaloId: '1', text: 'x' }],
      ['oa/write', { zaloId: an.zaloId, oaId: '1', text: 'x' }],
      ['revoke', { zaloId: an.zaloId, miniAppId: '1' }],
    ] as const)
      t.is((await lever(path, value)).status, 404);
    t.is((await lever('oa/write', { zaloId: an.zaloId, text: '' })).status, 400);
    t.is((await form(twin, '/__sandbox/oa/write', { zaloId: an.zaloId, text: 'x' })).status, 400);
    t.is((await fetch(`${twin.url}/__sandbox/deliveries`)).status, 200);
  });
});
