// How a guard is put together, with and without a broker to ask.

import test from 'ava';
import { createGuard } from '../../packages/guard/guard.ts';
import { audience } from './issuer.ts';
import { answerOf, asked, baseUrl, setUp } from './setting.ts';

test('a service that starts while the broker is down answers 503 and recovers', async (t) => {
  const { start, ask, issuer, clock } = await setUp(t);
  for (const path of ['/.well-known/openid-configuration', '/revocations'])
    issuer.overrides.set(path, () => ({ status: 500 }));
  const guard = await start({ feedIntervalMs: 20 });
  t.is(await ask(guard), '503');
  issuer.overrides.clear();
  clock.shiftMs = 6000;
  await asked(issuer, '/revocations', 4);
  t.is(await ask(guard), 'allowed');
});

test('a guard with an address that cannot be right does not start', (t) => {
  const base = { issuer: 'https://id.example', audience, baseUrl, feed: 'off-for-public' } as const;
  t.notThrows(() => createGuard(base));
  t.notThrows(() => createGuard({ ...base, issuer: 'http://127.0.0.1:3000' }));
  for (const wrong of [
    { issuer: 'http://id.example' },
    { issuer: 'id.example' },
    { issuer: 'https://id.example/' },
    { issuer: 'https://id.example?x=1' },
    { baseUrl: 'http://hoso.example' },
    { audience: '' },
    { feed: 'poll' as const },
    { nonceSecret: new Uint8Array(8) },
  ]) {
    t.throws(() => createGuard({ ...base, ...wrong }), { message: /^guard: / }, JSON.stringify(wrong));
  }
});

test('the protected resource document names the broker and the scopes of this service only', async (t) => {
  const { start, issuer } = await setUp(t);
  const guard = await start();
  t.deepEqual(guard.protectedResourceMetadata(), {
    resource: audience,
    authorization_servers: [issuer.url],
    scopes_supported: issuer.catalogue.serviceByCode.get('hoso')?.scopes,
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: ['ES256'],
    dpop_bound_access_tokens_required: true,
  });
});

test('the broker guards itself with its own keys, catalogue and watermarks', async (t) => {
  const { issuer, app } = await setUp(t);
  const machineAction = {
    action: 'broker.revocations',
    service: `${issuer.url}/api`,
    title: { vi: 'Đọc mốc thu hồi', en: 'Read watermarks' },
    http: [{ method: 'GET', path: '/revocations' }],
    require: { level: 0, scopes: ['tn:revocations'], clients: ['service'] },
    handover: 'local',
    risk: 'low',
    legal: '',
    owner: '',
    effectiveFrom: '2026-01-01',
    effectiveAt: 0,
  } as const;
  const guard = createGuard({
    issuer: issuer.url,
    audience: `${issuer.url}/api`,
    baseUrl: issuer.url,
    sources: {
      jwks: () => ({ keys: [issuer.key.publicJwk] }),
      catalogue: () => ({
        version: 'own',
        actionByName: new Map([[machineAction.action, machineAction]]),
        serviceById: new Map(),
      }),
      watermarks: () => ({ as_of: Math.floor(Date.now() / 1000), entries: [] }),
    },
  });
  const machine = {
    aud: `${issuer.url}/api`,
    sub: 'dossier-service',
    client_id: 'dossier-service',
    scope: 'tn:revocations',
    client_class: 'service',
    acr: undefined,
    auth_time: undefined,
    amr: undefined,
  };
  const ask = async (claims: object): Promise<string> => {
    const token = await app.token({ ...machine, ...claims });
    const dpop = await app.proof(token, { htm: 'GET', htu: `${issuer.url}/revocations` });
    return answerOf(
      await guard.check(
        { method: 'GET', url: '/revocations', headers: { authorization: `DPoP ${token}`, dpop } },
        'broker.revocations',
      ),
    );
  };
  t.is(await ask({}), 'allowed');
  t.is(await ask({ scope: '' }), '403 insufficient_scope');
  t.is(await ask({ client_class: 'first_party' }), '403');
  t.deepEqual(issuer.hits, []);
});
