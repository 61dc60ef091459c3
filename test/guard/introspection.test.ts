// Opaque tokens (protocol §3).

import test from 'ava';
import { audience } from './issuer.ts';
import { answerOf, setUp, type Setting } from './setting.ts';

const bhyt = 'https://bhyt.dichvu.tayninh.gov.vn';
const bhytClaims = { aud: bhyt, scope: 'svc:bhyt:xem', purposes: ['bhyt.tra-cuu'] };

function activeAnswer(setting: Setting): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    active: true,
    token_type: 'DPoP',
    iss: setting.issuer.url,
    sub: 'pairwise-9',
    client_id: 'miniapp',
    iat: now,
    exp: now + 300,
    acr: 'https://id.tayninh.gov.vn/acr/2',
    auth_time: now - 10,
    amr: ['zalo', 'vneid'],
    client_class: 'first_party',
    consent_id: 'c_9',
    consent_ver: 1,
    cnf: { jkt: setting.app.jkt },
    ...bhytClaims,
  };
}

test('an opaque token is asked about each time when the action is high risk', async (t) => {
  const setting = await setUp(t);
  const { issuer, app } = setting;
  const guard = await setting.start({ audience: bhyt });
  issuer.state.introspection.set('opaque-token', activeAnswer(setting));
  const ask = async (): Promise<string> =>
    answerOf(await guard.check(await app.request('opaque-token'), 'bhyt.xem'));
  t.is(await ask(), 'allowed');
  t.is(await ask(), 'allowed');
  t.is(issuer.hits.filter((path) => path === '/introspect').length, 2);
  issuer.state.introspection.set('opaque-token', { active: false });
  t.is(await ask(), '401 invalid_token');
});

test('an answer about an action of lower risk may be kept for five seconds', async (t) => {
  const setting = await setUp(t);
  const { issuer, app, clock } = setting;
  const action = issuer.catalogue.actionByName.get('bhyt.xem');
  if (action === undefined) return t.fail('no such action');
  const catalogue = {
    ...issuer.catalogue,
    actionByName: new Map([['bhyt.xem', { ...action, risk: 'medium' as const }]]),
  };
  const guard = await setting.start({ audience: bhyt, sources: { catalogue: () => catalogue } });
  issuer.state.introspection.set('opaque-token', activeAnswer(setting));
  const ask = async (): Promise<string> => {
    const iat = Math.floor((Date.now() + clock.shiftMs) / 1000);
    return answerOf(await guard.check(await app.request('opaque-token', { iat }), 'bhyt.xem'));
  };
  t.is(await ask(), 'allowed');
  issuer.state.introspection.set('opaque-token', { active: false });
  t.is(await ask(), 'allowed');
  t.is(issuer.hits.filter((path) => path === '/introspect').length, 1);
  clock.shiftMs = 5000;
  t.is(await ask(), '401 invalid_token');
});

test('introspection of another service, of an unbound token or without an answer refuses', async (t) => {
  const setting = await setUp(t);
  const { issuer, app } = setting;
  const guard = await setting.start({ audience: bhyt });
  const ask = async (token: string): Promise<string> =>
    answerOf(await guard.check(await app.request(token), 'bhyt.xem'));
  issuer.state.introspection.set('other', { ...activeAnswer(setting), aud: audience });
  issuer.state.introspection.set('unbound', { ...activeAnswer(setting), cnf: undefined });
  issuer.state.introspection.set('stale', {
    ...activeAnswer(setting),
    exp: Math.floor(Date.now() / 1000) - 60,
  });
  for (const token of ['other', 'unbound', 'stale', 'never-seen'])
    t.is(await ask(token), '401 invalid_token', token);
  issuer.overrides.set('/introspect', () => ({ status: 400, body: { error: 'unsupported_token_type' } }));
  t.is(await ask(await app.token(bhytClaims)), '401 invalid_token', 'a JWT at an opaque service');
  issuer.overrides.set('/introspect', () => ({ status: 500 }));
  t.is(await ask('opaque-token'), '503');
});
