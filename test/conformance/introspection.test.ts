// RFC 7662 and RFC 7009.

import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, createService, INSURANCE } from '../support/rp.ts';
import type { Reply, Rp } from '../support/rp.ts';
import { meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let service: Rp;
let token: string;
let refreshToken: string;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, service] = await Promise.all([createPortal(house, 'cong-thu'), createService(house, 'bhyt', INSURANCE)]); // prettier-ignore
  const wanted = { scope: 'openid tn.level svc:bhyt:xem', resource: INSURANCE };
  const { tokens } = await signIn(rp, await meet(house), wanted);
  token = String(tokens.body['access_token']);
  refreshToken = String(tokens.body['refresh_token']);
});
test.after.always(() => house?.stop());

const isJson = ({ headers }: Reply) =>
  /^application\/json\b/.test(headers.get('content-type') ?? '') &&
  headers.get('cache-control') === 'no-store';

test('an active token is described in JSON that is not stored, an inactive one by one word', async (t) => {
  const active = await service.introspect(token);
  t.is(active.status, 200);
  t.true(isJson(active));
  t.is(active.body['active'], true);
  t.is(typeof active.body['exp'], 'number');
  t.is(typeof active.body['scope'], 'string');
  for (const other of ['khong-co', refreshToken, '']) {
    if (other === '') continue;
    const reply = await service.introspect(other);
    t.is(reply.status, 200);
    t.true(isJson(reply));
    t.deepEqual(reply.body, { active: false });
  }
});

test('a step-up can be judged from it: acr, auth_time and the key', async (t) => {
  const { body } = await service.introspect(token);
  t.is(typeof body['acr'], 'string');
  t.is(typeof body['auth_time'], 'number');
  t.deepEqual(body['cnf'], { jkt: rp.proofKey.jkt });
  t.is(body['token_type'], 'DPoP');
});

test('without a token it is 400, with wrong credentials 401', async (t) => {
  const without = await service.post('/introspect', {}, { proof: null });
  t.is(without.status, 400);
  t.is(without.body['error'], 'invalid_request');
  const wrong = await service.introspect(token, {}, { assertion: await service.assertion({ aud: 'https://x.example' }) }); // prettier-ignore
  t.is(wrong.status, 401);
  t.is(wrong.body['error'], 'invalid_client');
  t.true(isJson(wrong));
});

test('a revoked token is inactive at once; revoking an unknown one is 200', async (t) => {
  t.is((await rp.revoke('khong-co')).status, 200);
  t.is((await rp.revoke(token)).status, 200);
  t.deepEqual((await service.introspect(token)).body, { active: false });
  const without = await rp.post('/revoke', {}, { proof: null });
  t.is(without.status, 400);
  t.is(without.body['error'], 'invalid_request');
});
