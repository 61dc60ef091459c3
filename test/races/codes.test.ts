import test from 'ava';
import { sql } from '../../database.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { startTwoBrokers } from '../support/two-brokers.ts';
import type { TwoBrokers } from '../support/two-brokers.ts';
import { accountOf, LEVEL_TWO, meet, visitorAs } from '../support/visitor.ts';
import { wordsOf } from '../../views/words/words.ts';

let two: TwoBrokers;
let rp: Rp;
test.before(async () => {
  two = await startTwoBrokers();
  rp = await createPortal(two.house, 'cong-thu');
});
test.after.always(() => two?.stop());

const { button } = wordsOf('vi').code;

/** Somebody at the page that asks for the code, and what is known of that code. */
async function atCodePage() {
  const { person } = await meet(two.house);
  let stopping = true;
  const visitor = visitorAs(two.house, person, (url) => stopping && url.pathname.endsWith('/nhap-ma'));
  await visitor.go(await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource));
  stopping = false;
  const accountId = await accountOf(two.house, visitor);
  const code = await newestCode(two.house.sms.url, person.phone);
  const otp = async () =>
    (
      await two.house.db.rows<{ attempts: number; consumed: boolean }>(sql`
      select attempts, consumed_at is not null as consumed from otp where account_id = ${accountId}`)
    )[0];
  const count = async (table: 'level_fact' | 'identity_binding') => {
    const statement =
      table === 'level_fact'
        ? sql`select count(*) as n from level_fact where account_id = ${accountId} and level = 2`
        : sql`select count(*) as n from identity_binding where account_id = ${accountId}`;
    return (await two.house.db.row<{ n: number }>(statement))?.n;
  };
  return { visitor, code, otp, count };
}

test.serial('300 wrong codes at once at two brokers: five are compared, none counts', async (t) => {
  const { visitor, code, otp, count } = await atCodePage();
  const wrong = (turn: number) => String((Number(code) + 1 + turn) % 1_000_000).padStart(6, '0');
  await two.race(300, (at, turn) => visitor.browser.press(button, { code: wrong(turn) }, at));
  t.deepEqual(await otp(), { attempts: 5, consumed: false });
  t.is(await count('level_fact'), 0);
  // Also the right one is too late now.
  await visitor.browser.open(visitor.browser.page().url.pathname.replace(/\/nhap-ma$/, ''));
  t.false(visitor.browser.hasButton(button), 'the page asks for no more guesses at this code');
  t.is(await count('identity_binding'), 0);
});

test.serial('20 right codes at once at two brokers prove level 2 once', async (t) => {
  const { visitor, code, otp, count } = await atCodePage();
  const ends = await two.race(20, (at) => visitor.browser.press(button, { code }, at));
  t.true((await otp())?.consumed);
  t.is(await count('level_fact'), 1);
  t.is(await count('identity_binding'), 1);
  t.true(ends.every((end) => end.at === 'page' && end.page.status < 500));
});
