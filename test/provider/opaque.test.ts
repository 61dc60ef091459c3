import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal, createService, INSURANCE, newProofKey, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, ageProofs, LEVEL_ONE, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let insurance: Rp;
let reports: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, insurance, reports] = await Promise.all([
    createPortal(house, 'cong-thu'),
    createService(house, 'bhyt', INSURANCE),
    createService(house, 'phananh', REPORTS),
  ]);
});
test.after.always(() => house?.stop());

const HEALTH = { scope: 'openid tn.level svc:bhyt:xem', resource: INSURANCE };
const opaque = async () => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, HEALTH);
  return { visitor, tokens, token: String(tokens.body['access_token']) };
};

test('a service marked opaque gets a token that says nothing by itself', async (t) => {
  const { token, tokens } = await opaque();
  t.regex(token, /^[A-Za-z0-9_-]{32,}$/);
  t.is(tokens.body['expires_in'], 300);
});

test('its service hears what a JWT would have said', async (t) => {
  const { token, tokens } = await opaque();
  const { status, body } = await insurance.introspect(token);
  t.is(status, 200);
  t.like(body, {
    active: true,
    iss: house.issuer,
    aud: INSURANCE,
    client_id: 'cong-thu',
    client_class: 'gov_portal',
    token_type: 'DPoP',
    scope: 'svc:bhyt:xem',
    acr: `${house.issuer}/acr/2`,
    identity_source: 'vneid',
    purposes: ['bhyt.tra-cuu'],
    cnf: { jkt: rp.proofKey.jkt },
  });
  t.is(Number(body['exp']) - Number(body['iat']), 300);
  t.not(body['sub'], claimsOf(tokens.body['id_token'])['sub'], 'the id of the service, not of the client');
  t.is((await insurance.introspect(token, { token_type_hint: 'refresh_token' })).body['active'], true, 'a wrong hint only hints'); // prettier-ignore
});

test('nobody else hears anything, not even that the token exists', async (t) => {
  const { token, tokens } = await opaque();
  for (const asking of [reports, rp]) {
    const reply = await asking.introspect(token);
    t.is(reply.status, 200);
    t.deepEqual(reply.body, { active: false });
  }
  t.deepEqual((await insurance.introspect(String(tokens.body['refresh_token']))).body, { active: false });
  t.deepEqual((await insurance.introspect('khong-co')).body, { active: false });
});

test('a JWT is not a matter of introspection', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  const reply = await reports.introspect(String(tokens.body['access_token']));
  t.is(reply.status, 400);
  t.is(reply.body['error'], 'unsupported_token_type');
});

test('introspection without a client is refused', async (t) => {
  const { token } = await opaque();
  const reply = await insurance.introspect(token, { client_id: 'bhyt' }, { assertion: null });
  t.is(reply.status, 401);
  t.is(reply.body['error'], 'invalid_client');
});

test('after a withdrawal the token is inactive and the refresh token dead at once', async (t) => {
  const { visitor, token, tokens } = await opaque();
  await visitor.open(`${house.issuer}/toi`);
  await visitor.browser.follow('Rút lại');
  const done = await visitor.browser.press('Rút lại');
  t.is(done.at === 'page' ? done.page.status : 0, 200);
  t.deepEqual((await insurance.introspect(token)).body, { active: false });
  t.is((await rp.refresh(tokens)).body['error'], 'invalid_grant');
});

test('when the proof of level 2 is over, so is a token that stands on it', async (t) => {
  const { visitor, token } = await opaque();
  await ageProofs(house, await accountOf(house, visitor), 8 * 3600 + 1);
  t.deepEqual((await insurance.introspect(token)).body, { active: false });
});

test('a client may give its token back; the citizen stays signed in', async (t) => {
  const { token, tokens } = await opaque();
  t.is((await rp.revoke(token)).status, 200);
  t.deepEqual((await insurance.introspect(token)).body, { active: false });
  t.is((await rp.revoke(token)).status, 200, 'twice is quiet');
  t.is((await rp.revoke('khong-co')).status, 200);
  const refresh = String(tokens.body['refresh_token']);
  t.is((await rp.revoke(refresh)).status, 200);
  t.is((await rp.refresh(tokens)).body['error'], 'invalid_grant');
});

test('nobody revokes the token of another client', async (t) => {
  const other = await createPortal(house, 'cong-khac');
  const { token, tokens } = await opaque();
  const status = [await other.revoke(token), await other.revoke(String(tokens.body['refresh_token']))].map((reply) => reply.status); // prettier-ignore
  t.true(
    status.every((one) => one < 500),
    status.join(),
  );
  t.is((await insurance.introspect(token)).body['active'], true);
  t.is((await rp.refresh(tokens)).status, 200);
});

test('a JWT cannot be given back', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  t.is((await rp.revoke(String(tokens.body['access_token']))).body['error'], 'unsupported_token_type');
});

test('UserInfo takes a token without audience only, with its key, and tells the level', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  const { tokens } = await signIn(rp, visitor, { scope: 'openid tn.level' });
  const token = String(tokens.body['access_token']);
  t.notRegex(token, /\./);
  const { status, body } = await rp.withToken('/userinfo', token);
  t.is(status, 200, JSON.stringify(body));
  t.like(body, { sub: claimsOf(tokens.body['id_token'])['sub'], tnid_level: 2, identity_source: 'vneid' });
  t.deepEqual(Object.keys(body).toSorted(), ['identity_source', 'sub', 'tnid_level', 'tnid_verified_at']);

  const stolen = await rp.withToken('/userinfo', token, { key: await newProofKey() });
  t.is(stolen.status, 401);
  const bare = await rp.withToken('/userinfo', token, { proof: null });
  t.true(bare.status === 400 || bare.status === 401, String(bare.status));
  const { tokens: jwt } = await signIn(rp, visitor, LEVEL_ONE);
  t.is((await rp.withToken('/userinfo', String(jwt.body['access_token']))).status, 401);
  const { token: health } = await opaque();
  t.is((await rp.withToken('/userinfo', health)).status, 403);
});
