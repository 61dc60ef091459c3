// The twin's permission page and token endpoint: contract §2 and §7, seen from outside.

import test from 'ava';
import { parse } from 'node-html-parser';
import { z } from 'zod';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { codeChallengeOf } from '../../sandbox/zalo/oauth.ts';
import { startZalo, type ZaloTwin } from '../../sandbox/zalo/server.ts';

const app = {
  appId: '3141592653589793238',
  appSecret: 'sandbox-app-secret',
  redirectUris: ['https://id.example/zalo/callback'],
  name: 'Tây Ninh ID',
};
const other = { appId: '2718281828459045235', appSecret: 'other-secret', redirectUris: [] };
const an = { zaloId: '9007199254740993001', name: 'Nguyễn Văn An', phone: '0912345678' };
const binh = { zaloId: '9007199254740993002', name: '<b>Bình</b> & "con"', isAdmin: true };
const redirectUri = app.redirectUris[0] ?? '';
const verifier = 'v'.repeat(43);

async function withTwin(knobs: KnobChange, use: (twin: ZaloTwin) => Promise<void>): Promise<void> {
  const twin = await startZalo({ apps: [app, other], citizens: [an, binh], knobs });
  try {
    await use(twin);
  } finally {
    await twin.close();
  }
}

type Fields = Record<string, string>;
const asked: Fields = {
  app_id: app.appId,
  redirect_uri: redirectUri,
  code_challenge: codeChallengeOf(verifier),
  state: 's t&ate',
};

const permission = (twin: ZaloTwin, query: Fields): Promise<Response> =>
  fetch(`${twin.url}/v4/permission?${new URLSearchParams(query)}`, { redirect: 'manual' });

const submit = (twin: ZaloTwin, form: Fields): Promise<Response> =>
  fetch(`${twin.url}/v4/permission`, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  });

const bodySchema = z.record(z.string(), z.unknown());
const bodyOf = async (response: Response) => bodySchema.parse(JSON.parse(await response.text()));

async function token(
  twin: ZaloTwin,
  form: Fields,
  headers: Fields = { secret_key: app.appSecret },
): Promise<Record<string, unknown>> {
  const body = new URLSearchParams({
    app_id: app.appId,
    grant_type: 'authorization_code',
    code_verifier: verifier,
    ...form,
  });
  return bodyOf(await fetch(`${twin.url}/v4/access_token`, { method: 'POST', headers, body }));
}

const freshCode = (twin: ZaloTwin): string =>
  twin.mintCode({ zaloId: an.zaloId, codeChallenge: codeChallengeOf(verifier) });

test('a citizen signs in through forms alone', async (t) => {
  await withTwin({}, async (twin) => {
    const page = parse(await (await permission(twin, asked)).text());
    t.is(page.querySelector('html')?.getAttribute('lang'), 'vi');
    t.is(page.querySelectorAll('h1').length, 1);
    t.is(page.querySelectorAll('script, [style]').length, 0);
    t.regex(page.text, /MÔ PHỎNG/);
    const form = Object.fromEntries(
      page
        .querySelectorAll('input')
        .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']),
    );
    t.deepEqual(form, asked);
    const [button] = page.querySelectorAll('button[name=zalo_id]');
    t.regex(button?.text ?? '', /Nguyễn Văn An/);

    const chosen = { ...form, zalo_id: button?.getAttribute('value') ?? '' };
    const second = parse(await (await submit(twin, chosen)).text());
    t.deepEqual(
      second.querySelectorAll('button').map((one) => one.text),
      ['Cho phép', 'Từ chối'],
    );
    const back = await submit(twin, { ...chosen, decision: 'allow' });
    t.is(back.status, 302);
    const target = new URL(back.headers.get('location') ?? '');
    t.is(target.origin + target.pathname, redirectUri);
    t.is(target.searchParams.get('state'), 's t&ate');
    t.is(target.searchParams.get('code_challenge'), codeChallengeOf(verifier));
    const got = await token(twin, { code: target.searchParams.get('code') ?? '' });
    t.like(got, { expires_in: '3600', refresh_token_expires_in: '2592000' });
    t.deepEqual(
      Object.keys(got).filter((key) => /type|scope|id_token/.test(key)),
      [],
    );
  });
});

test('names and parameters are text on the pages, never markup', async (t) => {
  await withTwin({}, async (twin) => {
    const html = await (await permission(twin, { ...asked, state: '"><script>' })).text();
    t.notRegex(html, /<b>|<script>/);
    t.regex(html, /&lt;b&gt;Bình/);
    const error = await fetch(`${twin.url}/v4/permission/error?error_code=%3Cscript%3E`);
    t.notRegex(await error.text(), /<script>/);
  });
});

const badRequests: readonly (readonly [title: string, change: Fields, code: number])[] = [
  ['an unknown app', { app_id: '1' }, -14002],
  ['a trailing slash', { redirect_uri: `${redirectUri}/` }, -14003],
  ['another scheme', { redirect_uri: 'http://id.example/zalo/callback' }, -14003],
  ['no redirect address', { redirect_uri: '' }, -14003],
];
for (const [title, change, code] of badRequests) {
  test(`${title} ends on an error page and never returns to us`, async (t) => {
    await withTwin({}, async (twin) => {
      const response = await permission(twin, { ...asked, ...change });
      t.is(response.headers.get('location'), `/v4/permission/error?error_code=${code}`);
      const page = await fetch(new URL(response.headers.get('location') ?? '', twin.url));
      t.regex(await page.text(), /MÔ PHỎNG/);
      const posted = await submit(twin, {
        ...asked,
        ...change,
        zalo_id: an.zaloId,
        decision: 'allow',
      });
      t.is(posted.headers.get('location'), `/v4/permission/error?error_code=${code}`);
    });
  });
}

const returns: readonly (readonly [
  title: string,
  knobs: KnobChange,
  form: Fields,
  location: string | null,
])[] = [
  [
    'a denial may carry an error',
    {},
    { decision: 'deny' },
    `${redirectUri}?error=access_denied&state=s+t%26ate`,
  ],
  [
    'a denial may carry nothing',
    { 'authz.deny': 'noCode' },
    { decision: 'deny' },
    `${redirectUri}?state=s+t%26ate`,
  ],
  ['a denial may never return', { 'authz.deny': 'never' }, { decision: 'deny' }, null],
  [
    'an authorize error may return to the registered address',
    { 'authz.error': 'redirect' },
    { redirect_uri: 'https://evil.example/' },
    `${redirectUri}?error_code=-14003&state=s+t%26ate`,
  ],
  [
    'an unknown app has nowhere to return to',
    { 'authz.error': 'redirect' },
    { app_id: '1' },
    '/v4/permission/error?error_code=-14002',
  ],
  [
    'an inactive app is for its admins',
    { 'console.active': 'off' },
    { decision: 'allow' },
    '/v4/permission/error?error_code=-14002',
  ],
];
for (const [title, knobs, form, location] of returns) {
  test(title, async (t) => {
    await withTwin(knobs, async (twin) => {
      const response = await submit(twin, { ...asked, zalo_id: an.zaloId, ...form });
      t.is(response.headers.get('location'), location);
    });
  });
}

test('knobs: prefix match, no echo, automatic approval, admins', async (t) => {
  const knobs: KnobChange = {
    'authz.match': 'prefix',
    'authz.echo': 'off',
    'authz.approve': binh.zaloId,
    'console.active': 'off',
  };
  await withTwin(knobs, async (twin) => {
    const response = await permission(twin, { ...asked, redirect_uri: `${redirectUri}/more` });
    const target = new URL(response.headers.get('location') ?? '');
    t.is(target.pathname, '/zalo/callback/more');
    t.deepEqual([...target.searchParams.keys()], ['code', 'state']);
  });
});

// Each row is wrong from its check onwards, so the code tells which check came first.
const order: readonly (readonly [form: Fields, headers: Fields, error: number])[] = [
  [{ app_id: '1', grant_type: 'x', code: 'x' }, { secret_key: 'x' }, -14002],
  [{ grant_type: 'x', code: 'x' }, { secret_key: 'x' }, -14004],
  [{ grant_type: 'x', code: 'x' }, {}, -14004],
  [{ grant_type: 'x', code: 'x' }, { secret_key: app.appSecret }, -14018],
  [{ code: 'x' }, { secret_key: app.appSecret }, -14005],
  [{ app_id: other.appId, code: 'FRESH' }, { secret_key: other.appSecret }, -14005],
  [{ code: 'FRESH', code_verifier: 'wrong' }, { secret_key: app.appSecret }, -14021],
  [{ grant_type: 'refresh_token', refresh_token: 'x' }, { secret_key: app.appSecret }, -14014],
];
for (const [index, [form, headers, error]] of order.entries()) {
  test(`token endpoint check ${index + 1} answers ${error} with status 200`, async (t) => {
    await withTwin({ 'oauth.verifierCode': -14021 }, async (twin) => {
      const code = form['code'] === 'FRESH' ? freshCode(twin) : (form['code'] ?? '');
      t.is((await token(twin, { ...form, code }, headers))['error'], error);
    });
  });
}

test('the token endpoint reads forms only', async (t) => {
  await withTwin({}, async (twin) => {
    const response = await fetch(`${twin.url}/v4/access_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', secret_key: app.appSecret },
      body: JSON.stringify({ app_id: app.appId }),
    });
    t.is(response.status, 200);
    t.is((await bodyOf(response))['error'], -14002);
  });
});

test('with the secret check on a verifier is optional, off it is required', async (t) => {
  await withTwin({}, async (twin) => {
    t.truthy((await token(twin, { code: freshCode(twin), code_verifier: '' }))['access_token']);
    twin.setKnobs({ 'console.secretCheck': 'off' });
    t.truthy((await token(twin, { code: freshCode(twin) }, {}))['access_token']);
    t.is((await token(twin, { code: freshCode(twin), code_verifier: '' }, {}))['error'], -14005);
  });
});

test('a refresh token works once and its successor inherits the remaining life', async (t) => {
  await withTwin({}, async (twin) => {
    const refresh = (value: unknown) =>
      token(twin, { grant_type: 'refresh_token', refresh_token: String(value), code: '' });
    const first = await token(twin, { code: freshCode(twin) });
    twin.setKnobs({ 'clock.aheadMs': 10 * 86_400_000 });
    const second = await refresh(first['refresh_token']);
    const left = Number(second['refresh_token_expires_in']);
    t.true(left <= 20 * 86_400 && left > 20 * 86_400 - 60);
    t.is((await refresh(first['refresh_token']))['error'], -14014);
    twin.setKnobs({ 'oauth.consumed': '-14020', 'clock.aheadMs': 30 * 86_400_000 });
    t.is((await refresh(second['refresh_token']))['error'], -14020);
    twin.setKnobs({ 'oauth.consumed': 'empty200' });
    await t.throwsAsync(refresh(first['refresh_token']), { instanceOf: SyntaxError });
  });
});

test('odd requests are answered, not crashed on', async (t) => {
  await withTwin({}, async (twin) => {
    t.is((await fetch(`${twin.url}//`)).status, 404);
    t.is((await fetch(`${twin.url}/v2.0/me?fields=%ff`)).status, 200);
    const large = await fetch(`${twin.url}/v4/access_token`, {
      method: 'POST',
      body: 'x'.repeat(70_000),
    });
    t.is(large.status, 413);
  });
});
