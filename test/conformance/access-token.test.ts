// RFC 9068: JWT access tokens, read as a service would that knows nothing but the RFC.

import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal, createService, headerOf, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

test('type, algorithm and every required claim are there, with the types of the RFC', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), LEVEL_TWO);
  const token = tokens.body['access_token'];
  const claims = claimsOf(token);
  t.is(headerOf(token)['typ'], 'at+jwt');
  t.is(headerOf(token)['alg'], 'ES256');
  for (const name of ['iss', 'aud', 'sub', 'client_id', 'jti', 'scope', 'acr']) t.is(typeof claims[name], 'string', name); // prettier-ignore
  for (const name of ['exp', 'iat', 'auth_time']) t.true(Number.isSafeInteger(claims[name]), name);
  t.true(Array.isArray(claims['amr']));
  t.is(claims['iss'], house.issuer);
});

test('its scopes are those of its audience only, and those the answer named', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  const { scope } = claimsOf(tokens.body['access_token']);
  t.is(scope, tokens.body['scope']);
  t.true(
    String(scope)
      .split(' ')
      .every((one) => one.startsWith('svc:phananh:')),
  );
});

test('two tokens of one grant have two ids', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  const again = await rp.refresh(tokens);
  const [one, other] = [tokens, again].map(({ body }) => claimsOf(body['access_token'])['jti']);
  t.regex(String(one), /^[\w-]{22,}$/);
  t.not(one, other);
});

test('a token of a machine names the client as its subject, and no citizen has that name', async (t) => {
  const service = await createService(house, 'phananh', REPORTS);
  const { body } = await service.credentials();
  const claims = claimsOf(body['access_token']);
  t.is(claims['sub'], 'phananh');
  t.is(claims['client_id'], 'phananh');
  for (const name of ['acr', 'auth_time', 'amr']) t.false(name in claims, name);
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  t.regex(String(claimsOf(tokens.body['access_token'])['sub']), /^[\w-]{43}$/);
});
