import test from 'ava';
import { sql } from '../../database.ts';
import { internationalNumber } from '../../sandbox/citizen/people.ts';
import { wordsOf } from '../../views/words/words.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { atPhonePage, typeCode, typePhone } from '../support/code-page.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, countEvents } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

// A citizen whose SMS does not come, proven by VNeID, gets the code through Zalo (decision 0014).

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());
test.beforeEach(() => house.sms.setKnobs({ reject: 'none', lose: false, report: 'prompt' }));

const words = wordsOf('vi').code;
const reload = ({ browser }: Visitor) =>
  browser.open(browser.page().url.pathname.replace(/(\/interaction\/[^/]+).*/, '$1'));
const within = async (what: () => Promise<boolean>) => {
  for (let i = 0; i < 80; i += 1) {
    if (await what()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
};
const amrOf = async (visitor: Visitor) => {
  const accountId = await accountOf(house, visitor);
  return (await house.db.row<{ amr: string[] }>(sql`select amr from level_fact where account_id = ${accountId} and level = 2`))?.amr; // prettier-ignore
};
const offered = async (visitor: Visitor) => {
  await reload(visitor);
  return visitor.browser.hasButton(words.zalo);
};

test.serial(
  'the gateway refuses the SMS: the page offers Zalo, the code comes there, and amr says so',
  async (t) => {
    house.sms.setKnobs({ reject: 'unreachable_number' });
    const visitor = await atPhonePage(house, rp);
    const phone = internationalNumber(visitor.person.phone);
    await typePhone(visitor, visitor.person.phone);
    t.true(await within(() => offered(visitor)));
    await visitor.browser.press(words.zalo);
    t.true(await within(async () => house.zalo.znsInbox(phone).length === 1));
    t.is(house.sms.inbox(phone).length, 0);
    t.true(visitor.browser.page().document.text.includes(words.sentByZalo));
    await typeCode(visitor, house.zalo.znsInbox(phone)[0]?.data['otp'] ?? '');
    const amr = (await amrOf(visitor)) ?? [];
    for (const method of ['vneid', 'otp', 'zns']) t.true(amr.includes(method), method);
    t.false(amr.includes('sms'));
    t.is(await countEvents(house, 'stepup.code_sent', await accountOf(house, visitor)), 2);
  },
);

test.serial('the gateway reports a failure: the page offers Zalo', async (t) => {
  house.sms.setKnobs({ report: 'failed' });
  const visitor = await atPhonePage(house, rp);
  await typePhone(visitor, visitor.person.phone);
  t.true(await within(() => offered(visitor)));
});

test.serial('a delivered SMS: Zalo is not offered, and a forged request for it changes nothing', async (t) => {
  const visitor = await atPhonePage(house, rp);
  const phone = internationalNumber(visitor.person.phone);
  await typePhone(visitor, visitor.person.phone);
  t.true(await within(async () => house.sms.inbox(phone).length === 1));
  t.false(await offered(visitor));
  const { document, url } = visitor.browser.page();
  const resend = document.querySelectorAll('form').find((form) => form.getAttribute('action')?.endsWith('/gui-lai'));
  t.truthy(resend);
  resend?.setAttribute('action', `${url.pathname}/gui-zalo`);
  await visitor.browser.press(words.resend);
  t.is(visitor.browser.page().status, 200);
  const rows = await house.db.rows(sql`select 1 from otp where account_id = ${await accountOf(house, visitor)}`);
  t.is(rows.length, 1);
  t.is(house.zalo.znsInbox(phone).length, 0);
}); // prettier-ignore
