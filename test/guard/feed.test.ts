// The watermark feed when the broker falls silent, lags or lies (protocol §12).

import test from 'ava';
import { createGuard, type Guard } from '../../packages/guard/guard.ts';
import { audience, proofOf } from './issuer.ts';
import { answerOf, asked, baseUrl, setUp } from './setting.ts';

const minutes = 60_000;

test('a silent feed stops level 2 after a minute and the rest after ten', async (t) => {
  const { start, ask, clock } = await setUp(t);
  const guard = await start();
  const report = await start({ audience: 'https://phananh.dichvu.tayninh.gov.vn' });
  const lowRisk = { aud: 'https://phananh.dichvu.tayninh.gov.vn', scope: 'svc:phananh:gui' };
  t.is(await ask(guard), 'allowed');
  t.is(await ask(report, lowRisk, 'phananh.gui'), 'allowed');
  clock.shiftMs = 62_000;
  t.is(await ask(guard), '503');
  t.is(await ask(report, lowRisk, 'phananh.gui'), 'allowed');
  clock.shiftMs = 11 * minutes;
  t.is(await ask(report, lowRisk, 'phananh.gui'), '503');
});

test('a withdrawal reaches the service with the next poll', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  const guard = await start({ feedIntervalMs: 20 });
  t.is(await ask(guard), 'allowed');
  issuer.state.entries = [{ k: 'consent', id: 'c_1', min_ver: 8 }];
  await asked(issuer, '/revocations');
  t.is(await ask(guard), '401 invalid_token');
  t.is(await ask(guard, { consent_ver: 8 }), 'allowed');
});

test('a floor stays when a lagging answer omits it or names a lower one', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  issuer.state.entries = [{ k: 'consent', id: 'c_1', min_ver: 8 }];
  const guard = await start({ feedIntervalMs: 20 });
  for (const entries of [[], [{ k: 'consent', id: 'c_1', min_ver: 2 }]]) {
    issuer.state.entries = entries;
    await asked(issuer, '/revocations');
    t.is(await ask(guard), '401 invalid_token');
  }
});

test('a feed with an entry nobody understands is no feed', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  for (const entries of [
    [{ k: 'household', id: 'x', min_iat: 1 }],
    [{ k: 'consent', id: 'c_1' }],
    'none',
    [null],
  ]) {
    issuer.state.entries = entries as unknown[];
    t.is(await ask(await start()), '503', JSON.stringify(entries));
  }
});

test('an unchanged feed counts as heard', async (t) => {
  const { start, ask, issuer, clock } = await setUp(t);
  issuer.overrides.set('/revocations', () => undefined);
  const guard = await start({ feedIntervalMs: 20 });
  // From here the broker says "not modified", with its own clock in Date.
  issuer.overrides.set('/revocations', () => ({
    status: 304,
    headers: { Date: new Date(Date.now() + clock.shiftMs).toUTCString() },
  }));
  clock.shiftMs = 90_000;
  await asked(issuer, '/revocations');
  t.is(await ask(guard), 'allowed');
});

test('a service without a client works without the feed, and then only for level 1', async (t) => {
  const { issuer, app } = await setUp(t);
  const phananh = 'https://phananh.dichvu.tayninh.gov.vn';
  const guardOf = (service: string): Guard =>
    createGuard({ issuer: issuer.url, audience: service, baseUrl, feed: 'off-for-public' });
  const low = await app.token({ aud: phananh, scope: 'svc:phananh:gui' });
  t.is(answerOf(await guardOf(phananh).check(await app.request(low), 'phananh.gui')), 'allowed');
  t.is(answerOf(await guardOf(audience).check(await app.request(await app.token()), 'hoso.nop')), '503');
  t.false(issuer.hits.includes('/revocations'));
});

test('the feed is asked for with private_key_jwt, a nonce after one refusal, and a bound token', async (t) => {
  const { start, issuer } = await setUp(t);
  await start();
  const tokenCalls = issuer.requests.filter(({ path }) => path === '/token');
  t.is(tokenCalls.length, 2);
  const assertions = tokenCalls.map(({ form }) => form.get('client_assertion') ?? '');
  t.not(assertions[0], assertions[1], 'an assertion is used once');
  const claims: Record<string, unknown> = JSON.parse(
    Buffer.from(assertions[1]?.split('.')[1] ?? '', 'base64url').toString(),
  );
  t.like(claims, { aud: issuer.url, iss: 'dossier-service', sub: 'dossier-service' });
  t.like(Object.fromEntries(tokenCalls[1]?.form ?? []), {
    grant_type: 'client_credentials',
    scope: 'tn:revocations tn:decisions',
    resource: `${issuer.url}/api`,
  });
  const feedCall = issuer.requests.find(({ path }) => path === '/revocations');
  t.is(feedCall?.headers.authorization, 'DPoP service-token');
  const proof = proofOf({ headers: feedCall?.headers ?? {} } as never);
  t.like(proof, { htm: 'GET', htu: `${issuer.url}/revocations`, nonce: 'nonce-1' });
  t.is(typeof proof.ath, 'string');
});
