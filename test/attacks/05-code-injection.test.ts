import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, newProofKey } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, LEVEL_TWO, meet } from '../support/visitor.ts';

// Case 5.
let house: TestHouse;
let rp: Rp;
let other: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, other] = await Promise.all([createPortal(house, 'cong-thu'), createPortal(house, 'cong-khac')]);
});
test.after.always(() => house?.stop());

test('a stolen code put into another flow is worth nothing there, and stays good where it belongs', async (t) => {
  const [victim, thief] = [await meet(house), await meet(house)];
  const theirs = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const mine = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const { callback } = await victim.go(theirs);
  await thief.go(mine);
  t.is((await rp.redeem(mine, callback)).body['error'], 'invalid_grant', 'the verifier of another flow');
  t.is((await other.redeem(theirs, callback)).body['error'], 'invalid_grant', 'another client');
  t.is((await rp.redeem(theirs, callback, { code_verifier: undefined })).body['error'], 'invalid_grant');
  t.is((await rp.redeem(theirs, callback)).status, 200);
});

test('a code is bound to the key that pushed the request', async (t) => {
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const { callback } = await (await meet(house)).go(request);
  const key = await newProofKey();
  const stolen = await rp.redeem(request, callback, {}, { key });
  t.is(stolen.status, 400, stolen.text);
  t.is(stolen.body['error'], 'invalid_grant');
});

test('no code without a challenge is ever in the store', async (t) => {
  await (await meet(house)).go(await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource));
  const own = await meet(house);
  await own.open(`${house.issuer}/toi`);
  await own.browser.press('Đăng nhập bằng Zalo');
  await own.browser.press(own.person.zaloId);
  await own.browser.press('allow');
  const codes = await house.db.rows<{ method: string | null }>(sql`
    select payload->>'codeChallengeMethod' as method from oidc_artifact where kind = 2 and payload->>'codeChallenge' is not null`);
  const all = await house.db.rows(sql`select 1 from oidc_artifact where kind = 2`);
  t.true(all.length >= 2);
  t.is(codes.length, all.length);
  t.true(codes.every(({ method }) => method === 'S256'));
});

test('ids of codes and tokens are stored as hashes only', async (t) => {
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const { callback } = await (await meet(house)).go(request);
  const code = callback.searchParams.get('code') ?? 'none';
  const tokens = await rp.redeem(request, callback);
  for (const secret of [
    code,
    String(tokens.body['refresh_token']),
    request.requestUri.split(':').at(-1) ?? 'none',
  ]) {
    t.true(secret.length > 20);
    const found = await house.db.rows(sql`
      select 1 from oidc_artifact where payload::text like '%' || ${secret} || '%'`);
    t.deepEqual(found, []);
  }
});
