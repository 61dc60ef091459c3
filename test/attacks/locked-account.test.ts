// Row 13 and issue 3.8: a locked account has no live token after ten seconds, on any road.

import test from 'ava';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { sql } from '../../database.ts';
import { lockAccount, unlockAccount } from '../../safety/lock.ts';
import { startDossier } from '../../sandbox/demo-services/dossier.ts';
import type { DemoService } from '../../sandbox/demo-services/serve.ts';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { linkOn, tell, vaultOf } from '../support/notices.ts';
import { ask, claimsOf, createPortal, createService, DOSSIERS, INSURANCE } from '../support/rp.ts';
import type { Reply, Rp } from '../support/rp.ts';
import { accountOf, countEvents, LEVEL_ONE, LEVEL_TWO, meet, signIn, visitorAs } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

// The acr values of the demo services' guard.
const ACR = 'https://id.tayninh.gov.vn/acr';

let house: TestHouse;
let second: string;
let rp: Rp;
let insurance: Rp;
let dossiers: Rp;
let service: DemoService;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { environment: { TNID_ACR_BASE: ACR } });
  second = `http://localhost:${(await house.another()).port}`;
  rp = await createPortal(house, 'cong-thu');
  insurance = await createService(house, 'bhyt', INSURANCE);
  dossiers = await createService(house, 'hoso', DOSSIERS);
  const client = { clientId: dossiers.clientId, privateKey: dossiers.privateJwk };
  service = await startDossier({ issuer: house.issuer, client });
});
test.after.always(async () => {
  await service?.stop();
  await house?.stop();
});

/** Files a dossier with a token, as a portal would. */
async function file(tokens: Reply): Promise<Reply> {
  const accessToken = String(tokens.body['access_token']);
  const htu = `${service.url}/ho-so`;
  const proof = await rp.proof({ method: 'POST', path: '/ho-so', accessToken }, { htu });
  return ask(htu, {
    method: 'POST',
    headers: { authorization: `DPoP ${accessToken}`, dpop: proof, 'content-type': 'application/json' },
    body: JSON.stringify({ loai: 'Đơn', noiDung: 'Xin xác nhận' }),
  });
}

const lockHouse = async () => {
  const { db, issuer } = house;
  return { db, vault: await vaultOf(house), origin: new URL(issuer).host, grants: createGrants(db) };
};
const lock = async (accountId: string) =>
  lockAccount(await lockHouse(), { accountId, reason: 'lost_phone', by: { kind: 'officer' } }, new Date());

async function lockByLink(visitor: Visitor): Promise<void> {
  await tell(house, { accountId: await accountOf(house, visitor), kind: 'new_device', key: 'x', link: true }); // prettier-ignore
  const anybody = openBrowser();
  await anybody.open(await linkOn(house, visitor.person.phone));
  await anybody.press('Khóa tài khoản ngay');
  if (anybody.page().title !== 'Tài khoản đã được khóa')
    throw new Error(`not locked: ${anybody.page().title}`);
}

test.serial(
  'within ten seconds of "not me" no token, session or code of the account is worth anything',
  async (t) => {
    const visitor = await meet(house);
    const high = await signIn(rp, visitor, LEVEL_TWO);
    const health = await signIn(rp, visitor, { scope: 'openid svc:bhyt:xem', resource: INSURANCE });
    const opaque = String(health.tokens.body['access_token']);
    const about = await signIn(rp, visitor, { scope: 'openid' });
    const userinfo = () => rp.withToken('/userinfo', String(about.tokens.body['access_token']));
    const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
    const { callback } = await visitor.go(request);
    const filed = await file(high.tokens);
    t.is(filed.status, 201, `${filed.text} ${filed.headers.get('www-authenticate')}`);
    t.is((await insurance.introspect(opaque)).body['active'], true);
    t.is((await userinfo()).status, 200);

    await lockByLink(visitor);
    const lockedAt = Date.now();
    t.is((await rp.refresh(high.tokens)).body['error'], 'invalid_grant');
    t.is((await rp.refresh(health.tokens, {}, { at: second })).body['error'], 'invalid_grant');
    t.deepEqual((await insurance.introspect(opaque)).body, { active: false });
    t.is((await userinfo()).status, 401);
    t.is((await rp.redeem(request, callback)).body['error'], 'invalid_grant');
    await visitor.open(`${house.issuer}/toi`);
    t.true(visitor.browser.hasButton('Đăng nhập bằng Zalo'), 'the session is gone');

    let answer = await file(high.tokens);
    while (answer.status === 201 && Date.now() - lockedAt < 10_000) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      answer = await file(high.tokens);
    }
    const seconds = (Date.now() - lockedAt) / 1000;
    t.is(answer.status, 401, answer.text);
    t.regex(answer.headers.get('www-authenticate') ?? '', /invalid_token/);
    t.true(seconds < 10, `after ${seconds} s`);
    t.log(`the service refuses after ${seconds.toFixed(1)} s`);
  },
);

test.serial('a sign-in that is half-way when the lock comes gets no further', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  const accountId = await accountOf(house, visitor);
  const thief = visitorAs(house, visitor.person);
  const request = await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource);
  // The thief holds the phone, so Zalo opens: they stand before the choice of a second proof.
  await thief.open(request.url);
  await thief.browser.press('Đăng nhập bằng Zalo');
  await thief.browser.press(thief.person.zaloId);
  if (thief.browser.hasButton('allow')) await thief.browser.press('allow');
  const before = await house.db.row<{ n: number }>(sql`select count(*) as n from level_fact where account_id = ${accountId} and level = 2`); // prettier-ignore
  const { url } = thief.browser.page();
  await lock(accountId);
  const arrival = await thief.open(url);
  t.is(arrival.at, 'page');
  t.true(thief.browser.hasButton('Đăng nhập bằng Zalo'), 'as if nobody had signed in');
  const open = await house.db.rows(sql`select state from authn_tx where account_id = ${accountId} and state not in ('done', 'failed', 'expired')`); // prettier-ignore
  t.deepEqual(open, []);
  const since = await house.db.row<{ n: number }>(sql`select count(*) as n from level_fact where account_id = ${accountId} and level = 2`); // prettier-ignore
  t.deepEqual(since, before);
});

test.serial('no token that is issued while the lock commits outlives it', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  const accountId = await accountOf(house, visitor);
  const [, ...refreshed] = await Promise.all([
    lock(accountId),
    ...Array.from({ length: 20 }, async (_, turn) => {
      await new Promise((resolve) => setTimeout(resolve, turn * 8));
      return rp.refresh(tokens, {}, { at: turn % 2 === 0 ? house.issuer : second });
    }),
  ]);
  const floor = await house.db.row<{ min_iat: number }>(sql`select max(min_iat) as min_iat from watermark where account_id = ${accountId} and client_id is null`); // prettier-ignore
  for (const reply of refreshed) {
    if (reply.status === 200)
      t.true(Number(claimsOf(reply.body['access_token'])['iat']) < Number(floor?.min_iat));
    else t.is(reply.body['error'], 'invalid_grant', reply.text);
  }
  t.is((await rp.refresh(tokens)).body['error'], 'invalid_grant');
  const left = await house.db.rows(sql`select id from oidc_grant where account_id = ${accountId}`);
  t.deepEqual(left, []);
});

test.serial('unlocked, the person signs in again and proves everything anew', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_TWO);
  const accountId = await accountOf(house, visitor);
  await lock(accountId);
  await unlockAccount(
    await lockHouse(),
    { accountId, reason: 'person_present', by: { kind: 'officer' } },
    new Date(),
  );
  t.is((await rp.refresh(tokens)).body['error'], 'invalid_grant', 'what was, stays dead');
  await visitor.open(`${house.issuer}/toi`);
  t.true(visitor.browser.hasButton('Đăng nhập bằng Zalo'));
  const again = await signIn(rp, visitor, LEVEL_ONE);
  t.is(again.tokens.status, 200);
  t.is(await accountOf(house, visitor), accountId, 'the same account');
  t.is(claimsOf(again.tokens.body['access_token'])['acr'], `${ACR}/1`);
  t.is(await countEvents(house, 'account.unlocked', accountId), 1);
});
