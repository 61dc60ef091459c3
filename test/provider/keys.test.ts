import test from 'ava';
import { compactVerify, createLocalJWKSet } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { sql } from '../../database.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { rotateSigningKey } from '../../keys/signing-keys.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal, headerOf } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const keySet = async () => (await ask(`${house.issuer}/jwks`)).body as unknown as JSONWebKeySet; // jose checks it when used
const kids = async () => (await keySet()).keys.map(({ kid }) => kid);

test.serial(
  'after a rotation new tokens are signed by the key that was published before, and old ones still verify',
  async (t) => {
    const published = await kids();
    const visitor = await meet(house);
    const old = (await signIn(rp, visitor, LEVEL_ONE)).tokens;
    const oldKid = headerOf(old.body['access_token'])['kid'];
    t.is(oldKid, published[0]);

    const envelope = openEnvelope(house.config.TNID_KEK, house.config.TNID_KEK_PREVIOUS);
    const kid = await rotateSigningKey(house.db, envelope, 'token', new Date());
    t.true(published.includes(kid), 'services have seen the key before it signs');

    const deadline = Date.now() + 3_000;
    let fresh = await rp.refresh(old);
    while (headerOf(fresh.body['access_token'])['kid'] !== kid && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      fresh = await rp.refresh(old);
    }
    t.is(fresh.status, 200, 'a refresh token outlives the key');
    t.is(headerOf(fresh.body['access_token'])['kid'], kid);
    t.is(headerOf(fresh.body['id_token'])['kid'], kid);

    const now = await kids();
    t.is(now.length, 3);
    t.true(now.includes(String(oldKid)));
    const set = createLocalJWKSet(await keySet());
    for (const token of [old, fresh])
      await t.notThrowsAsync(compactVerify(String(token.body['access_token']), set));

    const signed = await ask(`${house.issuer}/.well-known/tayninh-service-catalogue`);
    t.is(headerOf(signed.text)['kid'], kid, 'the catalogue is signed anew');
    t.is((await signIn(rp, visitor, LEVEL_ONE)).tokens.status, 200, 'browser sessions outlive the key');
  },
);

test.serial('a sign-in under way survives a rotation', async (t) => {
  const visitor = await meet(house);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  await visitor.open(request.url);
  const page = visitor.browser.page().url.href;
  const envelope = openEnvelope(house.config.TNID_KEK, house.config.TNID_KEK_PREVIOUS);
  await rotateSigningKey(house.db, envelope, 'token', new Date());
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { callback } = await visitor.go({ url: page });
  t.is((await rp.redeem(request, callback)).status, 200);
});

test.serial('no private half of a key is ever published or stored in the clear', async (t) => {
  t.true((await keySet()).keys.every((key) => !('d' in key)));
  const rows = await house.db.rows<{ public_jwk: object; private_sealed: Buffer }>(sql`
    select public_jwk, private_sealed from signing_key`);
  for (const row of rows) {
    t.false('d' in row.public_jwk);
    t.false(row.private_sealed.toString('latin1').includes('"d"'));
  }
});
