import test from 'ava';
import { sql } from '../../database.ts';
import { internationalNumber } from '../../sandbox/citizen/people.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { wordsOf } from '../../views/words/words.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { atPhonePage, typeCode, typePhone } from '../support/code-page.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_TWO, accountOf, ageProofs, meet, signIn } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

// A phone number with a slip of the finger: corrected where it is noticed, on the page that waits for the code.

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const words = wordsOf('vi');
const title = ({ browser }: Visitor) => browser.page().title;
const MISTYPED = '0912345698';
const waitIsOver = async (visitor: Visitor) =>
  house.db.run(
    sql`update otp set resend_after = now() - interval '1 second' where account_id = ${await accountOf(house, visitor)}`,
  );
const messagesTo = async (phone: string) =>
  (await (await fetch(`${house.sms.url}/phone/${internationalNumber(phone)}.json`)).text()).split(
    'la ma xac nhan',
  ).length - 1;

test('a mistyped number is shown again, corrected, and the person ends with the right one', async (t) => {
  const visitor = await atPhonePage(house, rp);
  const { phone } = visitor.person;
  await typePhone(visitor, MISTYPED);
  await visitor.browser.press(words.code.otherNumber);
  t.is(title(visitor), words.phone.title);
  t.is(visitor.browser.page().document.querySelector('#phone')?.getAttribute('value'), MISTYPED);
  await waitIsOver(visitor);
  await typePhone(visitor, phone);
  t.is(title(visitor), words.code.title);
  t.true(visitor.browser.page().document.text.includes(`***${phone.slice(-3)}`));
  await typeCode(visitor, await newestCode(house.sms.url, phone));
  const row = await house.db.row<{ n: number }>(sql`
    select count(*)::int as n from level_fact where level = 2 and account_id = ${await accountOf(house, visitor)}`);
  t.is(row?.n, 1);
});

test('a correction waits like any other send, and keeps what was typed', async (t) => {
  const visitor = await atPhonePage(house, rp);
  const { phone } = visitor.person;
  await typePhone(visitor, MISTYPED);
  await visitor.browser.press(words.code.otherNumber);
  await typePhone(visitor, phone);
  t.true(visitor.browser.page().document.text.includes(words.phone.errors.too_soon));
  t.is(visitor.browser.page().document.querySelector('#phone')?.getAttribute('value'), phone);
  t.is(await messagesTo(phone), 0);
});

test('the number on record cannot be swapped for another one', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  await ageProofs(house, await accountOf(house, visitor), 3_600);
  await visitor.open((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  await visitor.browser.press(words.stepUp.methods.otp.button);
  t.is(title(visitor), words.code.title);
  t.false(visitor.browser.hasButton(words.code.otherNumber));
  await waitIsOver(visitor);
  const uid = /\/interaction\/[^/?]+/.exec(visitor.browser.page().url.pathname)?.[0] ?? '';
  const stranger = '0912345697';
  await sendTo(visitor, `${uid}/sua-so`, {});
  t.is(title(visitor), words.code.title);
  await sendTo(visitor, `${uid}/dien-thoai`, { phone: stranger });
  t.is(title(visitor), words.code.title);
  t.is(await messagesTo(stranger), 0);
});

/** The code page's own form, sent to another of our addresses. */
const sendTo = ({ browser }: Visitor, address: string, fields: Record<string, string>) => {
  browser.page().document.querySelector('form:has(#code)')?.setAttribute('action', address);
  return browser.press(words.code.button, fields);
};
