// Every row of protocol §4, and that an earlier row wins over a later one.

import test, { type ExecutionContext } from 'ava';
import {
  createGuard,
  type CheckResult,
  type DecisionRecord,
  type Guard,
} from '../../packages/guard/guard.ts';
import { acr1, audience, createApp, startIssuer, type Issuer } from './issuer.ts';

const baseUrl = 'https://hoso.example';
let issuer: Issuer;
let guard: Guard;
let app: Awaited<ReturnType<typeof createApp>>;
const records: DecisionRecord[] = [];

test.before(async () => {
  issuer = await startIssuer();
  issuer.state.entries = [
    { k: 'consent', id: 'c_withdrawn', min_ver: 8 },
    { k: 'sub', id: 'locked', min_iat: 9_999_999_999 },
    { k: 'sub', id: 'lost-phone', client_id: 'portal', min_iat: 9_999_999_999 },
    { k: 'client', id: 'bad-client', min_iat: 9_999_999_999 },
  ];
  guard = createGuard({
    ...issuer.options,
    audience,
    baseUrl,
    onDecision: (record) => void records.push(record),
  });
  await guard.start();
  app = await createApp(issuer);
});

test.after.always(async () => {
  await guard.stop();
  await issuer.stop();
});

async function ask(claims: Record<string, unknown> = {}, action = 'hoso.nop'): Promise<CheckResult> {
  return guard.check(await app.request(await app.token(claims)), action);
}

function expect(
  t: ExecutionContext,
  result: CheckResult,
  status: number,
  type: string,
  error?: string,
): string {
  if (result.ok) return t.fail('allowed') ? '' : '';
  t.is(result.status, status);
  t.is(result.problem.type, `${issuer.url}/problems/${type}`);
  t.is(result.problem.status, status);
  t.is(result.headers['Cache-Control'], 'no-store');
  t.is(result.headers['Content-Type'], 'application/problem+json');
  const challenge = result.headers['WWW-Authenticate'] ?? '';
  t.regex(challenge, /^[\x20-\x7e]*$/, 'one line of ASCII');
  if (error !== undefined) t.true(challenge.startsWith(`DPoP error="${error}", `), challenge);
  if (type !== 'step-up') t.false(challenge.includes('acr_values'), 'policy is shown in row 7 only');
  return challenge;
}

test('a good token with a good proof is let in, and the service learns who it is', async (t) => {
  const result = await ask();
  if (!result.ok) return t.fail(JSON.stringify(result.problem));
  t.like(result.principal, {
    sub: 'pairwise-1',
    clientId: 'miniapp',
    level: 2,
    consentId: 'c_1',
    consentVersion: 7,
  });
  t.deepEqual(result.principal.scopes, ['svc:hoso:nop', 'svc:hoso:xem']);
  t.is(result.decision.policy, issuer.catalogue.version);
  t.regex(result.decision.decisionId, /^d_/);
});

test('row 1: two tokens are refused before anything else', async (t) => {
  const request = await app.request(await app.token());
  const twice = { ...request, rawHeaders: ['Authorization', 'DPoP a', 'authorization', 'DPoP b'] };
  expect(t, await guard.check(twice, 'no.such.action'), 400, 'invalid-request', 'invalid_request');
});

test('row 2: without a token the challenge names no error', async (t) => {
  const result = await guard.check({ method: 'POST', url: '/ho-so', headers: {} }, 'hoso.nop');
  const challenge = expect(t, result, 401, 'no-token');
  t.is(challenge, `DPoP algs="ES256", resource_metadata="${baseUrl}/.well-known/oauth-protected-resource"`);
});

test('row 3: a token for another service is refused, although its proof is missing too', async (t) => {
  const token = await app.token({ aud: 'https://phananh.dichvu.tayninh.gov.vn' });
  const result = await guard.check(
    { method: 'POST', url: '/ho-so', headers: { authorization: `DPoP ${token}` } },
    'hoso.nop',
  );
  expect(t, result, 401, 'invalid-token', 'invalid_token');
});

test('row 4: a missing proof is named before the withdrawn consent', async (t) => {
  const token = await app.token({ consent_id: 'c_withdrawn' });
  const result = await guard.check(
    { method: 'POST', url: '/ho-so', headers: { authorization: `DPoP ${token}` } },
    'hoso.nop',
  );
  expect(t, result, 401, 'dpop', 'invalid_dpop_proof');
});

test('row 5: a withdrawn consent is named before an unknown action', async (t) => {
  const challenge = expect(
    t,
    await ask({ consent_id: 'c_withdrawn' }, 'no.such.action'),
    401,
    'consent-withdrawn',
    'invalid_token',
  );
  t.true(challenge.includes('error_description="consent_withdrawn"'));
});

test('row 5: consent given again after the withdrawal is good', async (t) => {
  t.true((await ask({ consent_id: 'c_withdrawn', consent_ver: 8 })).ok);
});

test('row 5: a token of a locked account, client or lost phone has ended', async (t) => {
  for (const claims of [
    { sub: 'locked' },
    { client_id: 'bad-client' },
    { sub: 'lost-phone', client_id: 'portal' },
  ]) {
    const challenge = expect(t, await ask(claims), 401, 'ended', 'invalid_token');
    t.true(challenge.includes('error_description="ended"'));
  }
});

test('row 5: a watermark for one client of a person leaves the others alone', async (t) => {
  t.true((await ask({ sub: 'lost-phone', client_id: 'miniapp' })).ok);
});

test('row 6: an action not in the catalogue is refused without a challenge', async (t) => {
  const challenge = expect(t, await ask({ acr: acr1 }, 'no.such.action'), 403, 'unknown-action');
  t.is(challenge, '');
});

test('row 6: an action of another service is unknown here', async (t) => {
  expect(t, await ask({}, 'phananh.gui'), 403, 'unknown-action');
});

test('row 7: level 1 is asked to step up, before scope and consent are mentioned', async (t) => {
  const result = await ask({
    acr: acr1,
    scope: '',
    purposes: [],
    auth_time: Math.floor(Date.now() / 1000) - 5210,
  });
  const challenge = expect(t, result, 401, 'step-up', 'insufficient_user_authentication');
  t.is(
    challenge,
    'DPoP error="insufficient_user_authentication", error_description="A higher or fresher authentication is required", ' +
      'acr_values="https://id.tayninh.gov.vn/acr/2", max_age="900", scope="svc:hoso:nop", algs="ES256", ' +
      `resource_metadata="${baseUrl}/.well-known/oauth-protected-resource"`,
  );
  if (result.ok) return;
  t.is(result.problem.title, 'Cần xác thực mức 2');
  t.is(result.problem.action, 'hoso.nop');
  t.like(result.problem.required, { acr: 'https://id.tayninh.gov.vn/acr/2', max_age: 900 });
  const { acr, age } = result.problem.actual as { acr: unknown; age: unknown };
  t.is(acr, acr1);
  // The clock may have gone on between making the token and asking.
  t.true(typeof age === 'number' && age >= 5210 && age <= 5220, String(age));
});

test('row 7: an old proof and a level 2 that did not come from VNeID ask for a step-up as well', async (t) => {
  const now = Math.floor(Date.now() / 1000);
  for (const claims of [
    { auth_time: now - 950 },
    { amr: ['zalo', 'sc', 'otp'], identity_source: 'chip_c06' },
    { auth_time: undefined },
    { auth_time: now + 60 },
    { acr: 'https://id.tayninh.gov.vn/acr/3' },
    { acr: undefined },
  ]) {
    expect(t, await ask(claims), 401, 'step-up', 'insufficient_user_authentication');
  }
});

test('row 8: a missing scope is named before the missing consent', async (t) => {
  const challenge = expect(
    t,
    await ask({ scope: 'svc:hoso:xem', purposes: [] }),
    403,
    'scope',
    'insufficient_scope',
  );
  t.true(challenge.includes('scope="svc:hoso:nop"'));
});

test('row 9: a missing consent is named before the wrong client', async (t) => {
  expect(
    t,
    await ask({ purposes: ['hoso.bao-tin'], client_class: 'service' }),
    403,
    'consent-required',
    'insufficient_scope',
  );
});

test('row 10: a client of the wrong class, or of none, is refused without a challenge', async (t) => {
  for (const clientClass of ['service', undefined, 'administrator']) {
    t.is(expect(t, await ask({ client_class: clientClass }), 403, 'denied'), '');
  }
});

test('what belongs to the national portal is answered with its address, after every other row', async (t) => {
  const filing = issuer.catalogue.actionByName.get('hoso.nop');
  if (filing === undefined) return t.fail('no such action');
  const handedOver = { ...filing, handover: 'national_portal' as const };
  const catalogue = { ...issuer.catalogue, actionByName: new Map([['hoso.nop', handedOver]]) };
  const other = createGuard({
    ...issuer.options,
    audience,
    baseUrl,
    sources: { catalogue: () => catalogue },
  });
  await other.start();
  t.teardown(() => other.stop());
  const result = await other.check(await app.request(await app.token()), 'hoso.nop');
  t.is(expect(t, result, 403, 'handover'), '');
  if (!result.ok) t.is(result.problem.location, 'https://dichvucong.gov.vn/');
  const byChip = await app.token({ amr: ['zalo', 'sc', 'otp'], identity_source: 'chip_c06' });
  expect(
    t,
    await other.check(await app.request(byChip), 'hoso.nop'),
    401,
    'step-up',
    'insufficient_user_authentication',
  );
});

test('every decision is recorded with pseudonyms only', async (t) => {
  const before = records.length;
  const token = await app.token({ sub: 'recorded-person', purposes: [], jti: 'recorded-token' });
  await guard.check(await app.request(token), 'hoso.nop');
  const record = records.slice(before).find(({ failed }) => failed.join() === 'consent');
  t.like(record, {
    action: 'hoso.nop',
    allow: false,
    failed: ['consent'],
    client: 'miniapp',
    pol: issuer.catalogue.version,
  });
  t.regex(record?.sub_hash ?? '', /^[0-9a-f]{32}$/);
  t.regex(record?.jti_hash ?? '', /^[0-9a-f]{32}$/);
  const written = JSON.stringify(records);
  for (const secret of ['recorded-person', 'recorded-token', token]) t.false(written.includes(secret));
});

test('a decision nobody could record is not given', async (t) => {
  const forgetful = createGuard({
    ...issuer.options,
    audience,
    baseUrl,
    onDecision: () => {
      throw new Error('disk full');
    },
  });
  await forgetful.start();
  t.teardown(() => forgetful.stop());
  expect(t, await forgetful.check(await app.request(await app.token()), 'hoso.nop'), 503, 'unavailable');
});
