import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { countEvents, LEVEL_ONE, meet, visitorAs } from '../support/visitor.ts';

// Case 2. What a foreign Zalo app's token does at the real Zalo is not known here and blocks release.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.afterEach.always(() => house.zalo.resetKnobs());
test.after.always(() => house?.stop());

const accounts = async () => (await house.db.row<{ n: number }>(sql`select count(*) as n from account`))?.n;

const answers = [
  { 'me.id': 'null' },
  { 'me.id': 'empty' },
  { 'me.id': 'missing' },
  { 'me.id': 'array' },
  { 'me.id': 'words' },
  { 'me.proof': 'require', 'me.proofCode': -242, 'console.active': 'off' },
] as const;

for (const knobs of answers) {
  test.serial(`Zalo answering with ${JSON.stringify(knobs)} opens no account`, async (t) => {
    const before = await accounts();
    const refused = await countEvents(house, 'login.zalo');
    const visitor = await meet(house);
    await visitor.open((await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource)).url);
    await visitor.browser.press('Đăng nhập bằng Zalo');
    await visitor.browser.press(visitor.person.zaloId);
    house.zalo.setKnobs(knobs);
    const arrival = await visitor.browser.press('allow');
    if (arrival.at !== 'page') return t.fail(arrival.url.href);
    if (arrival.page.url.origin === house.issuer) {
      t.regex(arrival.page.document.text, /Zalo (chưa trả lời đúng|đang bận)/, 'one text whatever it was');
      t.true((await countEvents(house, 'login.zalo')) >= refused);
    }
    return t.is(await accounts(), before);
  });
}

test.serial(
  'a code Zalo never gave, brought with a good state, opens no account and is on record',
  async (t) => {
    const before = await accounts();
    const refused = await countEvents(house, 'login.zalo');
    const { person } = await meet(house);
    const caught: URL[] = [];
    let catching = true;
    const visitor = visitorAs(
      house,
      person,
      (url) => catching && url.pathname === '/zalo/ve' && caught.push(url) > 0,
    );
    await visitor.open((await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource)).url);
    await visitor.browser.press('Đăng nhập bằng Zalo');
    await visitor.browser.press(person.zaloId);
    await visitor.browser.press('allow');
    catching = false;
    const forged = new URL(caught[0] ?? house.issuer);
    forged.searchParams.set(
      'code',
      house.zalo.mintCode({ zaloId: person.zaloId, codeChallenge: 'A'.repeat(43) }),
    );
    const arrival = await visitor.open(forged);
    t.is(arrival.at === 'page' ? arrival.page.status : 0, 200);
    t.true(visitor.browser.hasButton('Đăng nhập bằng Zalo'), 'a code bound to another challenge is not ours');
    t.is(await accounts(), before);
    t.is(await countEvents(house, 'login.zalo'), refused + 1);
  },
);

test.serial('the app secret leaves for Zalo only in its own header, never in an address', async (t) => {
  t.true(house.zalo.requests().some(({ endpoint, headers }) => endpoint === 'access_token' && headers.includes('secret_key'))); // prettier-ignore
  const secret = house.config.TNID_ZALO_APP_SECRET;
  const page = await ask(`${house.issuer}/`);
  t.false(page.text.includes(secret));
  t.false(house.logged.some((line) => line.includes(secret)));
});
