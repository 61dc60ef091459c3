import test from 'ava';
import { TayNinhIdError } from '../../packages/miniapp/miniapp.ts';
import { fakeZalo, openApp, openWire, unavailable, type Wire } from './wire.ts';

const service = 'https://hoso.example';
const other = 'https://phananh.example';
const scope = 'svc:hoso:xem';

async function open(t: Parameters<typeof openWire>[0], tokenSeconds = 600): Promise<Wire> {
  const wire = await openWire(t);
  wire.tokenSeconds = tokenSeconds;
  return wire;
}
const openings = (wire: Wire) => wire.of('/authorize-challenge').filter(({ form }) => form['code_challenge']);
const evidenceOf = (wire: Wire) => openings(wire).map(({ form }) => form['zalo_access_token']);

test('a token is kept until half a minute before its end, then renewed with the session', async (t) => {
  const wire = await open(t);
  const id = openApp(wire);
  await id.login(scope, service);
  await id.token(service);
  t.is(openings(wire).length, 1);

  wire.tokenSeconds = 29;
  const short = openApp(wire);
  await short.login(scope, service);
  await short.token(service);
  const [first, second] = openings(wire).slice(1);
  t.true((second?.form['auth_session'] ?? '') !== '');
  t.not(second?.form['code_challenge'], first?.form['code_challenge']);
  t.deepEqual(evidenceOf(wire).slice(1), ['zalo-token-0', undefined]);
});

test('a session that is gone is made anew from Zalo, and the citizen sees nothing of it', async (t) => {
  const wire = await open(t, 20);
  const id = openApp(wire);
  await id.login(scope, service);
  wire.endSessions();
  await id.token(service);
  t.deepEqual(evidenceOf(wire), ['zalo-token-0', undefined, 'zalo-token-0']);
  t.is(id.state, 'signed_in');
});

test('a session that is gone takes every token with it, and the same scopes come back', async (t) => {
  const wire = await open(t);
  const id = openApp(wire);
  await id.login(scope, service);
  wire.endSessions();
  await id.login('svc:phananh:gui', other); // finds out
  t.deepEqual((await id.token(service)).scopes, [scope]);
  t.deepEqual(evidenceOf(wire), ['zalo-token-0', undefined, 'zalo-token-0', undefined]);
});

test('callers at the same moment share a flow, and flows of different services follow one another', async (t) => {
  const wire = await open(t);
  const id = openApp(wire);
  await Promise.all([
    ...Array.from({ length: 10 }, () => id.login(scope, service)),
    ...Array.from({ length: 10 }, () => id.login('svc:phananh:gui', other)),
    ...Array.from({ length: 5 }, () => id.login('svc:phananh:xem', other)),
  ]);
  t.is(openings(wire).length, 3);
  // The session is good once: had two flows run side by side, one would have signed in anew.
  t.deepEqual(evidenceOf(wire), ['zalo-token-0', undefined, undefined]);
});

test('a flow that fails does not hold up the next one', async (t) => {
  const wire = await open(t);
  const id = openApp(wire);
  wire.script('/authorize-challenge', { status: 400, body: { error: 'access_denied' } });
  const [first, second] = await Promise.allSettled([id.login(scope, service), id.login('svc:a:b', other)]);
  t.is(first.status, 'rejected');
  t.is(second.status, 'fulfilled');
});

test('a code is never sent twice: a lost answer costs a new code, no step', async (t) => {
  const wire = await open(t);
  wire.script('/token', 'done-then-reset');
  const id = openApp(wire);
  await id.login(scope, service);
  const codes = wire.of('/token').map(({ form }) => form['code']);
  t.is(codes.length, 2);
  t.is(new Set(codes).size, 2);
  t.deepEqual(evidenceOf(wire), ['zalo-token-0', undefined]);
});

for (const [what, answer] of [
  ['a bearer token', { status: 200, body: { access_token: 'x', token_type: 'Bearer', expires_in: 600 } }],
  ['no token', { status: 200, body: { token_type: 'DPoP', expires_in: 600 } }],
  ['a token without an end', { status: 200, body: { access_token: 'x', token_type: 'DPoP' } }],
] as const)
  test(`${what} is no answer`, async (t) => {
    const wire = await open(t);
    wire.script('/token', answer);
    const id = openApp(wire);
    const error = await t.throwsAsync(id.login(scope, service), { instanceOf: TayNinhIdError });
    t.is(error?.code, 'protocol');
    t.is(id.state, 'signed_out');
  });

test('a token endpoint that is down is tried with a second code, then it is said', async (t) => {
  const wire = await open(t);
  wire.script('/token', unavailable, unavailable);
  const error = await t.throwsAsync(openApp(wire).login(scope, service), { instanceOf: TayNinhIdError });
  t.is(error?.code, 'busy');
  t.is(wire.of('/token').length, 2);
});

test('the old token serves while the broker cannot be asked', async (t) => {
  const wire = await open(t, 25);
  const id = openApp(wire);
  const before = await id.login(scope, service);
  wire.script('/authorize-challenge', unavailable, unavailable, unavailable);
  t.deepEqual(await id.token(service), before);
});

test('fewer scopes than asked are what was given, and are not asked for at each call', async (t) => {
  const wire = await open(t);
  const body = { access_token: 'x', token_type: 'DPoP', expires_in: 600, scope };
  wire.script('/token', { status: 200, body });
  const id = openApp(wire);
  t.deepEqual((await id.login(`${scope} svc:hoso:bao`, service)).scopes, [scope]);
  await id.login('svc:hoso:bao', service);
  t.is(openings(wire).length, 1);
  await id.login('svc:hoso:bao', service, { askConsent: true });
  t.is(openings(wire)[1]?.form['prompt'], 'consent');
});

test('a step-up of a session that is gone signs in first, in the same flow', async (t) => {
  const wire = await open(t);
  const zalo = fakeZalo();
  const id = openApp(wire, { zalo });
  await id.login(scope, service);
  wire.endSessions();
  await id.stepUp({
    scope: 'svc:hoso:nop',
    resource: service,
    acrValues: 'https://id.example/acr/2',
    maxAge: 0,
  });
  t.like(openings(wire).at(-1)?.form, {
    acr_values: 'https://id.example/acr/2',
    max_age: '0',
    zalo_access_token: 'zalo-token-0',
  });
});
