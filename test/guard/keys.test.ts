// Signing keys when the broker rotates, falls silent or lies (protocol §10.3).

import test from 'ava';
import { createKeyPair, startIssuer } from './issuer.ts';
import { answerOf, setUp } from './setting.ts';

const minutes = 60_000;
const hours = 3_600_000;

test('a flood of unknown key ids costs the broker one fetch', async (t) => {
  const { start, ask, issuer, app, clock } = await setUp(t);
  const guard = await start();
  await ask(guard);
  const before = issuer.hits.filter((path) => path === '/jwks').length;
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const token = await app.token({}, { kid: `invented-${index}` });
      return answerOf(await guard.check(await app.request(token), 'hoso.nop'));
    }),
  );
  t.deepEqual([...new Set(answers)], ['401 invalid_token']);
  for (const kid of ['later-1', 'later-2']) {
    await guard.check(await app.request(await app.token({}, { kid })), 'hoso.nop');
  }
  const fetches = (): number => issuer.hits.filter((path) => path === '/jwks').length - before;
  t.is(fetches(), 1);
  clock.shiftMs = 31_000;
  const iat = Math.floor((Date.now() + clock.shiftMs) / 1000);
  await guard.check(
    await app.request(await app.token({ iat, exp: iat + 300 }, { kid: 'invented' }), { iat }),
    'hoso.nop',
  );
  t.is(fetches(), 2);
});

test('a new signing key is found at once', async (t) => {
  const { start, issuer, app } = await setUp(t);
  const guard = await start();
  const next = await createKeyPair('2026-12-a');
  issuer.state.keys = [issuer.key.publicJwk, next.publicJwk];
  const token = await app.token({}, { kid: '2026-12-a' }, next.privateKey);
  t.is(answerOf(await guard.check(await app.request(token), 'hoso.nop')), 'allowed');
});

test('a withdrawn signing key is dead after ten minutes', async (t) => {
  const { start, ask, issuer, clock } = await setUp(t);
  const guard = await start({
    sources: { catalogue: () => issuer.catalogue, watermarks: () => ({ as_of: 9_999_999_999, entries: [] }) },
  });
  t.is(await ask(guard), 'allowed');
  issuer.state.keys = [(await createKeyPair('other')).publicJwk];
  clock.shiftMs = 11 * minutes;
  t.is(await ask(guard), '401 invalid_token');
});

test('keys are kept for a day when the broker does not answer, and not longer', async (t) => {
  const { start, ask, issuer, clock } = await setUp(t);
  const guard = await start({
    sources: { catalogue: () => issuer.catalogue, watermarks: () => ({ as_of: 9_999_999_999, entries: [] }) },
  });
  t.is(await ask(guard), 'allowed');
  issuer.overrides.set('/jwks', () => ({ status: 500 }));
  clock.shiftMs = 23 * hours;
  t.is(await ask(guard), 'allowed');
  clock.shiftMs = 25 * hours;
  t.is(await ask(guard), '503');
});

test('a key id that stands twice in the key set is not used', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  const double = await createKeyPair('2026-11-a');
  issuer.state.keys = [double.publicJwk, issuer.key.publicJwk];
  const catalogue = { catalogue: () => issuer.catalogue };
  t.is(await ask(await start({ sources: catalogue })), '401 invalid_token');
  issuer.state.keys = [issuer.key.publicJwk, { ...double.publicJwk, kty: 'RSA', n: 'x', e: 'AQAB' }];
  t.is(await ask(await start({ sources: catalogue })), '401 invalid_token');
});

test('keys at another host, behind a redirect, too many or under another issuer are refused', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  const discovery = '/.well-known/openid-configuration';
  const other = await startIssuer();
  t.teardown(() => other.stop());
  const document = {
    issuer: issuer.url,
    jwks_uri: `${issuer.url}/jwks`,
    token_endpoint: `${issuer.url}/token`,
  };
  const given = {
    catalogue: () => issuer.catalogue,
    watermarks: () => ({ as_of: 9_999_999_999, entries: [] }),
  };
  const elsewhere = { body: { keys: [issuer.key.publicJwk] } };
  for (const [path, reply] of [
    [discovery, { body: { ...document, jwks_uri: `${other.url}/jwks` } }],
    [discovery, { body: { ...document, issuer: other.url } }],
    [discovery, { raw: 'not json' }],
    ['/jwks', { status: 302, headers: { Location: `${issuer.url}/jwks2` } }],
    ['/jwks', { body: { keys: [issuer.key.publicJwk], padding: 'x'.repeat(70_000) } }],
    ['/jwks', { body: { keys: 'none' } }],
  ] as const) {
    issuer.overrides.clear();
    issuer.overrides.set('/jwks2', () => elsewhere);
    issuer.overrides.set(path, () => reply);
    t.is(await ask(await start({ sources: given })), '503', JSON.stringify(reply).slice(0, 80));
  }
  t.false(other.hits.includes('/jwks'));
});
