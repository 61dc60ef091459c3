// The simulated hub itself: what a person sees and what a wrong client gets.

import test from 'ava';
import { parse } from 'node-html-parser';
import { vneidCitizens } from '../../sandbox/vneid/citizens.ts';
import { startVneid } from '../../sandbox/vneid/server.ts';
import { walkSignOn } from '../../sandbox/vneid/walk.ts';

const redirectUri = 'http://127.0.0.1:9/callback';
const hub = await startVneid({ clients: [{ clientId: 'tnid', secret: 's', redirectUris: [redirectUri] }] });
test.after.always(() => hub.close());

function authorizationUrl(change: Record<string, string> = {}): string {
  const query = {
    client_id: 'tnid',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 'st',
    ...change,
  };
  return `${hub.authorizationUrl}?${new URLSearchParams(query)}`;
}

test('the sign-on page is Vietnamese, says that it is a simulation, and has a button per account', async (t) => {
  const response = await fetch(authorizationUrl());
  const page = parse(await response.text());
  t.is(page.querySelector('html')?.getAttribute('lang'), 'vi');
  t.is(page.querySelector('header')?.textContent, 'MÔ PHỎNG');
  t.is(page.querySelectorAll('h1').length, 1);
  t.is(page.querySelectorAll('button[name=citizen]').length, vneidCitizens.length);
  t.is(page.querySelectorAll('script, [style], [onclick]').length, 0);
  t.is(page.querySelector('button[name=decision]')?.textContent, 'Từ chối');
});

test('demo people have place code 999', (t) => {
  t.true(vneidCitizens.length >= 5);
  for (const { personalNumber } of vneidCitizens) t.regex(personalNumber, /^999[0-9]{9}$/);
});

test('an unknown client or address gets a page, never a redirect', async (t) => {
  for (const change of [
    { client_id: 'other' },
    { redirect_uri: 'https://evil.example/' },
    { redirect_uri: `${redirectUri}/x` },
  ]) {
    const response = await fetch(authorizationUrl(change), { redirect: 'manual' });
    t.is(response.status, 400);
    t.is(response.headers.get('location'), null);
  }
});

test('a broken request goes back with an OAuth error and its state', async (t) => {
  const wrong: readonly [Record<string, string>, string][] = [
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'profile' }, 'invalid_scope'],
    [{ code_challenge: 'x', code_challenge_method: 'plain' }, 'invalid_request'],
  ];
  for (const [change, error] of wrong) {
    const back = await walkSignOn(authorizationUrl(change), '');
    t.is(back.searchParams.get('error'), error);
    t.is(back.searchParams.get('state'), 'st');
  }
});

test('the token endpoint refuses a wrong secret, a wrong address and an invented code', async (t) => {
  const back = await walkSignOn(authorizationUrl(), 'Nguyễn Thị Minh An');
  const code = back.searchParams.get('code') ?? '';
  const right = {
    grant_type: 'authorization_code',
    client_id: 'tnid',
    client_secret: 's',
    redirect_uri: redirectUri,
    code,
  };
  const ask = async (change: Record<string, string>) => {
    const response = await fetch(hub.tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({ ...right, ...change }),
    });
    const answer: unknown = await response.json();
    return [
      response.status,
      typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : 'none',
    ];
  };
  t.deepEqual(await ask({ client_secret: 'wrong' }), [401, 'invalid_client']);
  t.deepEqual(await ask({ redirect_uri: 'http://127.0.0.1:9/other' }), [400, 'invalid_grant']);
  t.deepEqual(await ask({ code: 'invented' }), [400, 'invalid_grant']);
  t.deepEqual(await ask({}), [200, 'none']);
  t.deepEqual(await ask({}), [400, 'invalid_grant']);
});

test('userinfo without a good token is 401', async (t) => {
  t.is((await fetch(hub.userinfoUrl)).status, 401);
  t.is((await fetch(hub.userinfoUrl, { headers: { authorization: 'Bearer invented' } })).status, 401);
});

test('discovery names the endpoints the twin serves', async (t) => {
  const response = await fetch(`${hub.url}/oauth2/oidcdiscovery/.well-known/openid-configuration`);
  t.like(await response.json(), {
    issuer: hub.issuer,
    token_endpoint: hub.tokenUrl,
    userinfo_endpoint: hub.userinfoUrl,
    jwks_uri: hub.jwksUrl,
  });
});

test('knobs are set, read and reset over HTTP, as JSON only', async (t) => {
  const twin = await startVneid({ clients: [] });
  t.teardown(() => twin.close());
  const knobs = `${twin.url}/__sandbox/knobs`;
  const put = (body: string, type = 'application/json') =>
    fetch(knobs, { method: 'PUT', body, headers: { 'content-type': type } });
  t.is((await put('{"pkce.ignored":true}')).status, 200);
  t.true(twin.knobs()['pkce.ignored']);
  t.is((await put('{"no.such":1}')).status, 400);
  t.is((await put('{"pkce.ignored":"yes"}')).status, 400);
  t.is((await put('pkce.ignored=false', 'application/x-www-form-urlencoded')).status, 400);
  t.like(await (await fetch(knobs)).json(), { 'pkce.ignored': true });
  await fetch(knobs, { method: 'DELETE' });
  t.false(twin.knobs()['pkce.ignored']);
});
