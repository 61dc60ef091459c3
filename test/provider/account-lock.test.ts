import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, createService, INSURANCE } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const lock = (accountId: string) =>
  house.db.run(sql`update account set locked_at = now(), lock_reason = 'thu' where id = ${accountId}`);

test('a locked account gets nothing more from a refresh token', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  await lock(await accountOf(house, visitor));
  const reply = await rp.refresh(tokens);
  t.is(reply.status, 400);
  t.is(reply.body['error'], 'invalid_grant');
});

test('a code of an account locked a moment ago is worth nothing', async (t) => {
  const visitor = await meet(house);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const { callback } = await visitor.go(request);
  await lock(await accountOf(house, visitor));
  const reply = await rp.redeem(request, callback);
  t.is(reply.status, 400);
  t.is(reply.body['error'], 'invalid_grant');
});

test('the browser of a locked account is asked to sign in, and Zalo does not open it', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_ONE);
  await lock(await accountOf(house, visitor));
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const arrival = await visitor.open(request.url);
  t.is(arrival.at, 'page');
  t.true(visitor.browser.hasButton('Đăng nhập bằng Zalo'));
  await visitor.browser.press('Đăng nhập bằng Zalo');
  await visitor.browser.press(visitor.person.zaloId);
  const refused = await visitor.browser.press('allow');
  t.is(refused.at, 'page');
  if (refused.at === 'page') {
    t.is(refused.page.status, 403);
    t.false(/khóa|lock/i.test(refused.page.document.text), 'the state of an account is not told');
  }
});

test('the page of a locked citizen asks to sign in', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_ONE);
  t.like(await visitor.open(`${house.issuer}/toi`), { at: 'page', page: { status: 200 } });
  await lock(await accountOf(house, visitor));
  const arrival = await visitor.open(`${house.issuer}/toi`);
  t.is(arrival.at === 'page' ? arrival.page.status : 0, 200);
  t.true(visitor.browser.hasButton('Đăng nhập bằng Zalo'));
});

test('a session whose account is gone altogether signs in as somebody new', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_ONE);
  const accountId = await accountOf(house, visitor);
  await house.db.run(sql`
    update oidc_session set account_id = ${'00000000-0000-7000-8000-000000000000'},
      payload = jsonb_set(payload, '{accountId}', '"00000000-0000-7000-8000-000000000000"') where account_id = ${accountId}`);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const arrival = await visitor.open(request.url);
  t.is(arrival.at === 'page' ? arrival.page.status : 0, 200);
  t.true(visitor.browser.hasButton('Đăng nhập bằng Zalo'));
});

test('an opaque token of a locked account is inactive', async (t) => {
  const service = await createService(house, 'dich-vu', INSURANCE);
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, { scope: 'openid svc:bhyt:xem', resource: INSURANCE });
  const token = String(tokens.body['access_token']);
  t.is((await service.introspect(token)).body['active'], true);
  await lock(await accountOf(house, visitor));
  t.deepEqual((await service.introspect(token)).body, { active: false });
});
