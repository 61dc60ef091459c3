// Attack case 12: one CCCD and two accounts, two CCCDs and one account. Over HTTP, with the clock of
// the broker in our hand; the same in parallel over two brokers is in test/assurance.

import test from 'ava';
import { sql } from '../../database.ts';
import type { Arrival, Browser } from '../../sandbox/citizen/browser.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_TWO, accountOf, countEvents, meet, signIn, visitorAs } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

const DAY_MS = 86_400_000;

let house: TestHouse;
let rp: Rp;
let skippedMs = 0;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { clock: () => new Date(Date.now() + skippedMs) });
  rp = await createPortal(house, 'portal');
});
test.after.always(() => house.stop());

const shown = (arrival: Arrival) => (arrival.at === 'page' ? arrival.page.title : `door ${arrival.url.href}`);
const bound = async (visitor: Visitor) =>
  (
    await house.db.rows(
      sql`select id from identity_binding where account_id = ${await accountOf(house, visitor)} and ended_at is null`,
    )
  ).length;

/** Signs in with their own Zalo and proves, at VNeID, to be the person with this account there. */
async function proveAs(visitor: Visitor, vneidSub: string): Promise<Arrival> {
  const { browser, person } = visitor;
  await visitor.open((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  if (browser.hasButton('Đăng nhập bằng Zalo')) {
    await browser.press('Đăng nhập bằng Zalo');
    if (browser.hasButton(person.zaloId)) await browser.press(person.zaloId);
    if (browser.hasButton('allow')) await browser.press('allow');
  }
  if (browser.hasButton('Không, tôi tự làm')) await browser.press('Không, tôi tự làm');
  await browser.press('Xác minh bằng VNeID');
  return browser.press(vneidSub);
}

async function giveCode(browser: Browser, phone: string): Promise<Arrival> {
  await browser.press('Gửi mã cho tôi', { phone });
  return browser.press('Xác nhận', { code: await newestCode(house.sms.url, phone) });
}

test.serial('a second account of one person learns nothing of the first and gets no level', async (t) => {
  const first = await meet(house);
  await signIn(rp, first, LEVEL_TWO);
  const second = await meet(house);
  const asked = await proveAs(second, first.person.vneidSub);
  t.is(shown(asked), 'Bạn đã có một tài khoản khác');
  const page = second.browser.page().document.text;
  for (const secret of [first.person.name, first.person.phone, first.person.personalNumber.slice(-3), first.person.zaloId])
    t.false(page.includes(secret), 'nothing of the other account');
  t.is(await bound(second), 0);
  t.is(await bound(first), 1);
}); // prettier-ignore

test.serial('moving takes a day, a notice to the old account, and a second proof', async (t) => {
  const first = await meet(house);
  await signIn(rp, first, LEVEL_TWO);
  const second = await meet(house);
  await proveAs(second, first.person.vneidSub);
  await second.browser.press('Chuyển sang tài khoản này');
  t.is(shown(await giveCode(second.browser, second.person.phone)), 'Đã ghi yêu cầu của bạn');
  t.deepEqual([await bound(first), await bound(second)], [1, 0], 'nothing has moved');
  const told = await house.db.rows(sql`select kind from notice_shown where account_id = ${await accountOf(house, first)} and kind = 'moving'`); // prettier-ignore
  t.is(told.length, 1, 'the old account was told');

  // Coming back at once, also with a new sign-in, is of no use.
  const again = visitorAs(house, second.person);
  t.is(shown(await proveAs(again, first.person.vneidSub)), 'Đã ghi yêu cầu của bạn');

  skippedMs = DAY_MS;
  const later = visitorAs(house, second.person);
  t.is(
    shown(await proveAs(later, first.person.vneidSub)),
    'Số điện thoại nhận mã',
    'a new proof, then the code',
  );
  await giveCode(later.browser, second.person.phone);
  t.deepEqual([await bound(first), await bound(second)], [0, 1]);
  t.is(await countEvents(house, 'identity.moved', await accountOf(house, first)), 1);
  t.is(await countEvents(house, 'identity.moved', await accountOf(house, second)), 1);
  const consents = await house.db.rows(sql`
    select c.id from consent c join subject s using (subject_id) where s.account_id = ${await accountOf(house, first)}`);
  t.true(consents.length > 0, 'what was agreed to stays with the account that agreed');
  skippedMs = 0;
});

test.serial('an account that holds one person takes no other', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  const stranger = await meet(house);
  await house.db.run(
    sql`update level_fact set at = at - interval '1 hour' where account_id = ${await accountOf(house, visitor)} and level = 2`,
  );
  const arrival = await proveAs(visitor, stranger.person.vneidSub);
  t.is(shown(arrival), 'Cần xác minh lại');
  t.true(visitor.browser.page().document.text.includes('đang thuộc về một người khác'));
  t.is(await bound(visitor), 1);
});

test.serial('"somebody is calling me" ends the first step before anything is bound', async (t) => {
  const visitor = await meet(house);
  const { browser } = visitor;
  await visitor.open((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  await browser.press('Đăng nhập bằng Zalo');
  await browser.press(visitor.person.zaloId);
  await browser.press('allow');
  t.is(shown(await browser.press('Có người đang gọi tôi')), 'Hãy dừng lại và cúp máy');
  t.false(browser.hasButton('Xác minh bằng VNeID'));
  t.is(await countEvents(house, 'stepup.brake', await accountOf(house, visitor)), 1);
  const door = await browser.press('Dừng lại');
  t.true(door.at === 'door' && door.url.searchParams.get('error') === 'access_denied');
});

test.serial('no answer to the question is a yes to nothing: the question stays', async (t) => {
  const visitor = await meet(house);
  const { browser } = visitor;
  await visitor.open((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  await browser.press('Đăng nhập bằng Zalo');
  await browser.press(visitor.person.zaloId);
  await browser.press('allow');
  t.is(shown(await browser.press('Không, tôi tự làm', { guided: '' })), 'Có ai đang hướng dẫn bạn qua điện thoại không?'); // prettier-ignore
});
