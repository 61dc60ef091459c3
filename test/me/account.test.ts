import { createHash, randomUUID } from 'node:crypto';
import test from 'ava';
import { sql } from '../../database.ts';
import { lockAccount } from '../../safety/lock.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { ME, meetInZalo, REPORT, VIEW, tokenFor, useMiniApp, zaloToken } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsIn, miniAppClient, openLaunch, ORIGINS } from '../support/launch.ts';
import { ask } from '../support/rp.ts';
import { accountOf, call, openOwn, post } from './account.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

const PROBLEM = /^application\/problem\+json/;

test('a person sees their name and level, and nothing else stands there yet', async (t) => {
  const citizen = await meetInZalo(house);
  const { accessToken } = zaloToken(house, citizen.person, ['scope.userInfo']);
  await citizen.launch.login(accessToken, ME(house));
  const own = { ...citizen, token: await tokenFor(house, citizen, ME(house)) };
  const seen = await call(house, own, '/me');
  t.is(seen.status, 200, seen.text);
  t.deepEqual(seen.body, { name: own.person.name, level: 1, notices: [], is_child: false });
  t.is(seen.headers.get('cache-control'), 'no-store');
});

test('whoever did not let Zalo tell their name has none here', async (t) => {
  const { body } = await call(house, await openOwn(house), '/me');
  t.deepEqual(body, { level: 1, notices: [], is_child: false });
});

test('verified, a person sees since when and until when, their number and phone masked', async (t) => {
  const own = await openOwn(house);
  await tokenFor(house, own, VIEW);
  const { body, text } = await call(house, own, '/me');
  t.is(body['level'], 2);
  // The proof would last eight hours, but it serves this launch alone, which began before it.
  const family = await house.db.row<{ expires_at: Date }>(
    sql`select expires_at from login_family where session_uid = ${String(claimsIn(own.token)['session'])}`,
  );
  t.is(body['valid_until'], family?.expires_at.toISOString());
  t.true(Date.parse(String(body['valid_until'])) - Date.parse(String(body['verified_at'])) <= 28_800_000);
  t.like(body['identity'], { source: 'register_match', state: 'fine' });
  const { personalNumber, phone } = own.person;
  t.true(String(body['phone_masked']).endsWith(phone.slice(-3)));
  t.truthy(body['personal_number_masked']);
  for (const secret of [personalNumber, phone, phone.slice(1)]) t.false(text.includes(secret));
  for (const secret of [personalNumber, phone.slice(1), own.token])
    t.false(house.logged.some((line) => line.includes(secret)));
});

for (const origin of ORIGINS) {
  test(`a page of ${origin} may read the answer, and why it was refused`, async (t) => {
    const own = await openOwn(house);
    for (const sending of [{ headers: { origin } }, { headers: { origin }, claims: { ath: 'wrong' } }]) {
      const said = await call(house, own, '/me', sending);
      t.is(said.headers.get('access-control-allow-origin'), origin);
      t.regex(said.headers.get('access-control-expose-headers') ?? '', /WWW-Authenticate/);
      t.is(said.headers.get('access-control-allow-credentials'), null);
    }
    const preflight = await ask(`${house.issuer}/me/consents/${randomUUID()}/withdraw`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,dpop,content-type' }, // prettier-ignore
    });
    t.is(preflight.status, 204);
    t.is(preflight.headers.get('access-control-allow-origin'), origin);
    t.is(preflight.headers.get('access-control-allow-headers'), 'authorization,dpop,content-type');
    t.is(preflight.headers.get('access-control-allow-methods'), 'GET, POST, DELETE');
  });
}

for (const origin of [
  'https://h5.zdn.vn.evil.example',
  'null',
  'zbrowser://h5.zdn.vn/',
  'http://h5.zdn.vn',
]) {
  test(`a page of ${origin} may not read anything`, async (t) => {
    const own = await openOwn(house);
    const said = await call(house, own, '/me', { headers: { origin } });
    t.is(said.headers.get('access-control-allow-origin'), null);
    t.is(said.headers.get('vary'), 'Origin');
  });
}

test('without a token, with a broken one or a bearer scheme nothing is told', async (t) => {
  const own = await openOwn(house);
  const { token } = own;
  const refused = [
    await call(house, own, '/me', { headers: { authorization: '' } }),
    await call(house, own, '/me', { headers: { authorization: `Bearer ${token}` } }),
    await call(house, own, '/me', { headers: { authorization: `DPoP ${token.slice(0, -4)}AAAA` } }),
    await call(house, own, '/me', { headers: { authorization: 'DPoP x.y.z', origin: ORIGINS[0] } }),
    await ask(`${house.issuer}/me`, { headers: { authorization: `DPoP ${token}` } }),
    await ask(`${house.issuer}/me?access_token=${token}`),
  ];
  for (const said of refused) {
    t.true([400, 401].includes(said.status), said.text);
    t.regex(said.headers.get('content-type') ?? '', PROBLEM);
    t.false(said.text.includes(own.person.name));
  }
});

test('a proof of another key, address, method or token opens nothing, and no proof counts twice', async (t) => {
  const own = await openOwn(house);
  const thief = await openLaunch(house.issuer);
  const other = await openOwn(house);
  for (const sending of [
    { launch: thief },
    { claims: { htu: `${house.issuer}/me/consents` } },
    { claims: { htm: 'POST' } },
    { claims: { ath: createHash('sha256').update(other.token).digest('base64url') } },
  ]) {
    const said = await call(house, own, '/me', sending);
    t.is(said.status, 401, JSON.stringify(sending));
    t.regex(said.headers.get('www-authenticate') ?? '', /invalid_dpop_proof/);
  }
  const claims = { jti: randomUUID() };
  t.is((await call(house, own, '/me', { claims })).status, 200);
  t.is((await call(house, own, '/me', { claims })).status, 401);
});

test('a token for a service does not open the account', async (t) => {
  const own = await openOwn(house);
  const token = await tokenFor(house, own, REPORT);
  const said = await call(house, { ...own, token }, '/me');
  t.is(said.status, 401);
  t.regex(said.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
});

test('a token of the account does not open another endpoint of ours', async (t) => {
  const own = await openOwn(house);
  for (const path of ['/revocations', '/userinfo']) {
    const said = await call(house, own, path);
    t.true([401, 403].includes(said.status), `${path} ${said.status}`);
  }
});

test('the launch ends in the database, and its token with it', async (t) => {
  const own = await openOwn(house);
  const accountId = await accountOf(house, own);
  await house.db.run(sql`update login_family set ended_at = now() where account_id = ${accountId}`);
  const said = await call(house, own, '/me');
  t.is(said.status, 401);
  t.regex(said.headers.get('www-authenticate') ?? '', /error="invalid_token", error_description="ended"/);
  t.is(said.body['type'], `${house.issuer}/problems/ended`);
});

test('what was proven in the launch is taken back, and its token with it', async (t) => {
  const own = await openOwn(house);
  const { session } = claimsIn(own.token);
  await house.db.run(sql`update level_fact set revoked_at = now() where session_uid = ${String(session)}`);
  t.is((await call(house, own, '/me')).status, 401);
});

test('a locked account is closed at once, and stays closed to the launch of before when it opens again', async (t) => {
  const own = await openOwn(house);
  const accountId = await accountOf(house, own);
  const vault = await openVault(house.db, openEnvelope(house.config.TNID_KEK), new Date());
  const lock = { db: house.db, vault, origin: 'localhost', grants: createGrants(house.db) };
  await lockAccount(lock, { accountId, reason: 'not_me', by: { kind: 'self' } }, new Date());
  t.is((await call(house, own, '/me')).status, 401);
  await house.db.run(sql`update account set locked_at = null, lock_reason = null where id = ${accountId}`);
  t.is((await call(house, own, '/me')).status, 401);
  const left = await house.db.rows(sql`select id from login_family where account_id = ${accountId} and ended_at is null`); // prettier-ignore
  t.is(left.length, 0);
  t.is((await own.launch.begin(ME(house))).body['error'], 'invalid_session');
});

test('the token of one app is not that of another app, even for the same launch', async (t) => {
  await house.addClient(miniAppClient(house.issuer, 'miniapp-2'));
  const own = await openOwn(house);
  const { session } = claimsIn(own.token);
  await house.db.run(
    sql`update login_family set client_id = 'miniapp-2' where session_uid = ${String(session)}`,
  );
  t.is((await call(house, own, '/me')).status, 401);
});

test('the answer is in the language asked for', async (t) => {
  const own = await openOwn(house);
  const missing = `/me/receipts/${randomUUID()}`;
  const vi = await call(house, own, missing);
  const en = await call(house, own, missing, { headers: { 'accept-language': 'en' } });
  t.like(vi.body, { status: 404, title: 'Không tìm thấy', type: `${house.issuer}/problems/missing` });
  t.is(en.body['title'], 'Not found');
  t.regex(vi.headers.get('content-type') ?? '', PROBLEM);
  t.regex(String(vi.body['reference']), /^[A-Z2-9]{8}$/);
});

test('a body that is too large, is no JSON or has another shape is refused, and nothing happens', async (t) => {
  const own = await openOwn(house);
  const path = `/me/consents/${randomUUID()}/withdraw`;
  for (const body of [
    '',
    '{',
    '[]',
    '{"version":"1"}',
    '{"version":1,"more":2}',
    '{"version":0}',
    '{"version":1e99}',
    `{"version":1,"x":"${'a'.repeat(20_000)}"}`,
  ]) {
    const said = await post(house, own, path, body);
    t.is(said.status, 400, body.slice(0, 30));
    t.regex(said.headers.get('content-type') ?? '', PROBLEM);
  }
  const form = await post(house, own, path, 'version=1', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }); // prettier-ignore
  t.is(form.status, 400);
});

test('an id that is none of ours is not there', async (t) => {
  const own = await openOwn(house);
  for (const path of [
    '/me/receipts/1',
    '/me/receipts/%00',
    `/me/receipts/${randomUUID().toUpperCase()}`,
    "/me/receipts/'or'1",
  ]) {
    t.is((await call(house, own, path)).status, 404, path);
  }
});
