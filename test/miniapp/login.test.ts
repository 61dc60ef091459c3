import test from 'ava';
import { createHash } from 'node:crypto';
import { TayNinhIdError } from '../../packages/miniapp/miniapp.ts';
import { fakeZalo, openApp, openWire, startWire, troubleOf, unavailable, type Answer } from './wire.ts';

const service = 'https://hoso.example';
const scope = 'svc:hoso:xem';

test('one tap is two requests once the list of utilities has brought a nonce', async (t) => {
  const wire = await openWire(t);
  wire.script('/tien-ich.json', {
    status: 200,
    body: { version: '1', services: [{ id: service, code: 'hoso' }] },
  });
  const id = openApp(wire);
  await id.utilities();
  t.is(id.state, 'signed_out');
  const token = await id.login(scope, service);
  t.deepEqual(token.scopes, [scope]);
  t.is(id.state, 'signed_in');
  t.is(wire.nonceRetries, 0);
  t.deepEqual(
    wire.seen.map(({ path }) => path),
    ['/authorize-challenge', '/token'],
  );
  const [first, second] = wire.seen;
  t.like(first?.form, {
    response_type: 'code',
    client_id: 'miniapp',
    code_challenge_method: 'S256',
    scope,
    resource: service,
    subject_evidence_type: `${wire.url}/evidence/zalo-access-token`,
    zalo_access_token: 'zalo-token-0',
  });
  const verifier = second?.form['code_verifier'] ?? '';
  t.is(first?.form['code_challenge'], createHash('sha256').update(verifier).digest('base64url'));
  t.is(first?.jkt, second?.jkt);
  t.is(first?.headers.cookie, undefined);
});

test('without a nonce the first request is said again, once', async (t) => {
  const wire = await openWire(t);
  await openApp(wire).login(scope, service);
  t.is(wire.nonceRetries, 1);
  wire.nonce = 'nonce-2';
  await openApp(wire).login(scope, service);
  t.is(wire.nonceRetries, 2);
});

test('a broker that asks for a nonce for ever is asked twice', async (t) => {
  const wire = await openWire(t);
  const again: Answer = { status: 400, body: { error: 'use_dpop_nonce' } };
  wire.script('/authorize-challenge', again, again, again);
  t.is(await troubleOf(openApp(wire).login(scope, service)), 'protocol');
  t.is(wire.nonceRetries + wire.of('/authorize-challenge').length, 2);
});

test('neither the access token nor the key can be taken from what the app is given', async (t) => {
  const wire = await openWire(t);
  const id = openApp(wire);
  const token = await id.login(scope, service);
  t.deepEqual(Object.keys(token).sort(), ['expiresAt', 'resource', 'scopes']);
  t.false(JSON.stringify([token, id]).includes(wire.lastToken()));
});

test('evidence that was used already is fetched anew from Zalo, once', async (t) => {
  const wire = await openWire(t);
  const used: Answer = { status: 400, body: { error: 'invalid_grant' } };
  const zalo = fakeZalo();
  wire.script('/authorize-challenge', used);
  await openApp(wire, { zalo }).login(scope, service);
  t.is(zalo.logins, 1);
  t.deepEqual(zalo.tokens, ['zalo-token-0', 'zalo-token-1']);

  wire.script('/authorize-challenge', used, used, used);
  const stubborn = fakeZalo();
  t.is(await troubleOf(openApp(wire, { zalo: stubborn }).login(scope, service)), 'denied');
  t.is(stubborn.logins, 1);
});

for (const code of [-201, -202, -2002, -2003, -1401])
  test(`a citizen who says no in Zalo (${code}) has declined`, async (t) => {
    const wire = await openWire(t);
    const zalo = fakeZalo({ getAccessToken: () => Promise.reject(Object.assign(new Error('no'), { code })) });
    t.is(await troubleOf(openApp(wire, { zalo }).login(scope, service)), 'declined');
    t.is(wire.seen.length, 0);
  });

for (const [what, getAccessToken] of Object.entries({
  'breaks down': () => Promise.reject(new Error('zalo-token-9 is broken')),
  'throws what is no error': () => Promise.reject(undefined), // oxlint-disable-line
  'gives an empty token, as on localhost': () => Promise.resolve(''),
  'gives something else': () => Promise.resolve({ token: 'x' } as never),
}))
  test(`a Zalo that ${what} is unavailable, and nothing is told of its words`, async (t) => {
    const wire = await openWire(t);
    const error = await t.throwsAsync(
      openApp(wire, { zalo: fakeZalo({ getAccessToken }) }).login(scope, service),
    );
    t.true(error instanceof TayNinhIdError && error.code === 'zalo_unavailable');
    t.false(`${error?.message} ${String(error?.cause)}`.includes('zalo-token'));
  });

test('a broker that cannot reach Zalo is asked three times with the same evidence, then it is said', async (t) => {
  const wire = await openWire(t);
  wire.script('/authorize-challenge', unavailable, unavailable);
  const id = openApp(wire);
  await id.login(scope, service);
  t.is(wire.of('/authorize-challenge').length, 3);

  wire.script('/authorize-challenge', unavailable, unavailable, unavailable);
  const second = openApp(wire);
  t.is(await troubleOf(second.login(scope, service)), 'zalo_unavailable');
  t.is(second.state, 'signed_out');
});

test('a long wait is the citizen’s to decide', async (t) => {
  const wire = await openWire(t);
  wire.script('/authorize-challenge', {
    status: 429,
    body: { error: 'slow_down' },
    headers: { 'retry-after': '60' },
  });
  const error = await t.throwsAsync(openApp(wire).login(scope, service));
  t.true(error instanceof TayNinhIdError && error.retryAfterSeconds === 60);
  t.is(wire.of('/authorize-challenge').length, 1);
});

for (const [what, answer, code] of [
  [
    'HTML of a proxy with 502',
    { status: 502, body: '<h1>Bad Gateway</h1>', headers: { 'retry-after': '0' } },
    'zalo_unavailable',
  ],
  ['HTML with 200', { status: 200, body: '<h1>Xin chào</h1>' }, 'protocol'],
  ['a list', { status: 200, body: [1] }, 'protocol'],
  ['a code without a session', { status: 200, body: { authorization_code: 'x' } }, 'protocol'],
  ['a refusal it does not explain', { status: 400, body: { error: { token: 'zalo-token-0' } } }, 'protocol'],
  ['access_denied', { status: 400, body: { error: 'access_denied' } }, 'denied'],
  ['a level out of reach', { status: 400, body: { error: 'unmet_authentication_requirements' } }, 'unmet'],
  ['an unknown client', { status: 401, body: { error: 'invalid_client' } }, 'protocol'],
  [
    'a way to the web',
    { status: 400, body: { error: 'redirect_to_web', web_uri: 'https://id.example/x' } },
    'redirect_to_web',
  ],
  [
    'a way to a script',
    { status: 400, body: { error: 'redirect_to_web', web_uri: 'javascript:alert(1)' } },
    'protocol',
  ],
] as const)
  test(`${what} is ${code}, and no half login`, async (t) => {
    const wire = await openWire(t);
    wire.script('/authorize-challenge', answer, answer, answer);
    const id = openApp(wire);
    const error = await t.throwsAsync(id.login(scope, service), { instanceOf: TayNinhIdError });
    t.is(error?.code, code);
    t.is(error?.uri, code === 'redirect_to_web' ? 'https://id.example/x' : undefined);
    t.false(String(error?.message).includes('zalo-token'));
    t.is(id.state, 'signed_out');
    t.is(wire.of('/token').length, 0);
  });

test('a device keeps one random name in Zalo’s storage, and one without storage has none', async (t) => {
  const wire = await openWire(t);
  const zalo = fakeZalo();
  await openApp(wire, { zalo }).login(scope, service);
  await openApp(wire, { zalo }).login(scope, service);
  const broken = {
    getItem: () => {
      throw new Error('not on this phone');
    },
    setItem: () => {},
  };
  await openApp(wire, { zalo: fakeZalo({ nativeStorage: broken }) }).login(scope, service);
  const [one, two, three] = wire.of('/authorize-challenge').map(({ form }) => form['device_id']);
  t.regex(one ?? '', /^[\w-]{22}$/);
  t.is(two, one);
  t.is(three, undefined);
});

test('a broker that cannot be reached is offline', async (t) => {
  const wire = await startWire();
  const id = openApp(wire);
  await wire.stop();
  t.is(await troubleOf(id.login(scope, service)), 'offline');
  t.is(await troubleOf(id.utilities()), 'offline');
});
