import test from 'ava';
import { sql } from '../../database.ts';
import type { VneidKnobs } from '../../sandbox/vneid/knobs.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, LEVEL_TWO, meet, visitorAs } from '../support/visitor.ts';

// Case 4.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.afterEach.always(() => house.vneid.resetKnobs());
test.after.always(() => house?.stop());

async function atVneid() {
  const { person } = await meet(house);
  let catching = true;
  const visitor = visitorAs(house, person, (url) => catching && url.pathname === '/vneid/ve');
  const { callback } = await visitor.go(await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource));
  catching = false;
  return { visitor, callback };
}

const tokenCalls = () => house.vneid.requests().filter((line) => line === 'POST /oauth2/token').length;
const bindings = async () =>
  (await house.db.row<{ n: number }>(sql`select count(*) as n from identity_binding`))?.n;

const forged = [
  { 'idToken.nonce': 'absent' },
  { 'idToken.nonce': 'wrong' },
  { 'idToken.set': { iss: 'https://evil.example' } },
  { 'idToken.drop': ['iss'] },
  { 'idToken.set': { aud: 'khac' } },
  { 'idToken.signing': 'none' },
  { 'idToken.signing': 'HS256_with_public_key' },
  { 'idToken.signing': 'other_key' },
  { 'userinfo.sub': 'other' },
  { 'userinfo.sub': 'absent' },
] satisfies Partial<VneidKnobs>[];
for (const knobs of forged) {
  test.serial(`an answer of VNeID with ${JSON.stringify(knobs)} proves nothing`, async (t) => {
    const { visitor, callback } = await atVneid();
    house.vneid.setKnobs(knobs);
    const arrival = await visitor.open(callback);
    const page = arrival.at === 'page' ? arrival.page : undefined;
    t.true(page !== undefined && [200, 503].includes(page.status), `${page?.status} ${page?.title}`);
    t.is(page?.title, 'Cần thêm bước xác minh');
    t.deepEqual(await house.db.rows(sql`select 1 from step_fact where step = 'vneid' and account_id = ${await accountOf(house, visitor)}`), []); // prettier-ignore
  });
}

test.serial(
  'an answer that names another issuer, or two, is refused before anything is exchanged',
  async (t) => {
    for (const extra of [
      'iss=https%3A%2F%2Fevil.example',
      `iss=${encodeURIComponent(house.vneid.issuer)}&iss=x`,
    ]) {
      const { visitor, callback } = await atVneid();
      const calls = tokenCalls();
      const arrival = await visitor.open(`${callback}&${extra}`);
      t.is(arrival.at === 'page' ? arrival.page.status : undefined, 400, extra);
      t.is(tokenCalls(), calls);
    }
    const { visitor, callback } = await atVneid();
    const arrival = await visitor.open(`${callback}&iss=${encodeURIComponent(house.vneid.issuer)}`);
    t.is(arrival.at === 'page' ? arrival.page.title : undefined, 'Số điện thoại nhận mã');
  },
);

test.serial('a state of VNeID at Zalo\'s callback is refused before anything is exchanged', async (t) => {
  const { visitor, callback } = await atVneid();
  const calls = [tokenCalls(), house.zalo.requests().length];
  const arrival = await visitor.open(callback.href.replace('/vneid/ve', '/zalo/ve'));
  t.is(arrival.at === 'page' ? arrival.page.status : 0, 400);
  t.deepEqual([tokenCalls(), house.zalo.requests().length], calls);
  t.is(await bindings(), 0);
}); // prettier-ignore
