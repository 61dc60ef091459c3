import test from 'ava';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { sql } from '../../database.ts';
import { wordsOf } from '../../views/words/words.ts';
import { atPhonePage, typeCode, typePhone, wrongFor } from '../support/code-page.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { startTwoBrokers } from '../support/two-brokers.ts';
import type { TwoBrokers } from '../support/two-brokers.ts';
import { accountOf, countEvents, LEVEL_TWO, visitorAs } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

// Case 8: at most 5 guesses a code; 10 an account in 24 h, then an hour's lock on every path; 50 disables.

let two: TwoBrokers;
let portals: readonly [Rp, Rp];
test.before(async () => {
  two = await startTwoBrokers();
  portals = [await createPortal(two.house, 'cong-mot'), await createPortal(two.house, 'cong-hai')];
});
test.after.always(() => two?.stop());

const words = wordsOf('vi');

async function atCodePage(rp: Rp) {
  const visitor = await atPhonePage(two.house, rp);
  await typePhone(visitor, visitor.person.phone);
  return { visitor, code: await newestCode(two.house.sms.url, visitor.person.phone) };
}
/** The same person in another browser, through another portal. */
async function again({ person }: Visitor, rp: Rp) {
  let stopping = true;
  const visitor = visitorAs(two.house, person, (url) => stopping && url.pathname.endsWith('/nhap-ma'));
  await visitor.go(await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource));
  stopping = false;
  return { visitor, code: await newestCode(two.house.sms.url, person.phone) };
}
const status = (arrival: Awaited<ReturnType<typeof typeCode>>) =>
  arrival.at === 'page' ? arrival.page.status : 0;
const compared = async (visitor: Visitor) => {
  const accountId = await accountOf(two.house, visitor);
  const row = await two.house.db.row<{ n: number }>(
    sql`select sum(attempts) as n from otp where account_id = ${accountId}`,
  );
  return { accountId, compared: row?.n };
};
const levels = async (accountId: string) =>
  (
    await two.house.db.row<{ n: number }>(
      sql`select count(*) as n from level_fact where account_id = ${accountId} and level = 2`,
    )
  )?.n;

test.serial('ten wrong codes over two portals lock the step on every path and broker, also for the right one', async (t) => {
  const first = await atCodePage(portals[0]);
  for (let turn = 0; turn < 5; turn += 1) await typeCode(first.visitor, wrongFor(first.code, turn));
  const second = await again(first.visitor, portals[1]);
  for (let turn = 0; turn < 5; turn += 1) await typeCode(second.visitor, wrongFor(second.code, turn));
  const third = await again(first.visitor, portals[0]);
  t.is(status(await typeCode(third.visitor, third.code, two.second.at)), 429);
  const { accountId, compared: n } = await compared(first.visitor);
  t.is(n, 10, 'the right one was not even compared');
  t.is(await levels(accountId), 0);
  t.is(await countEvents(two.house, 'stepup.code', accountId), 11, 'every refusal stands in the log');
}); // prettier-ignore

test.serial('a new code by resending gives no more than the account has', async (t) => {
  const { visitor, code } = await atCodePage(portals[0]);
  for (let turn = 0; turn < 5; turn += 1) await typeCode(visitor, wrongFor(code, turn));
  const { accountId } = await compared(visitor);
  await two.house.db.run(sql`update otp set resend_after = created_at where account_id = ${accountId}`); // a minute passes
  await visitor.browser.press(words.code.resend);
  const second = await newestCode(two.house.sms.url, visitor.person.phone);
  for (let turn = 0; turn < 5; turn += 1) await typeCode(visitor, wrongFor(second, turn));
  await two.house.db.run(sql`update otp set resend_after = created_at where account_id = ${accountId}`);
  await visitor.browser.press(words.code.resend);
  const third = await newestCode(two.house.sms.url, visitor.person.phone);
  t.is(status(await typeCode(visitor, third)), 429);
  t.is((await compared(visitor)).compared, 10);
});

test.serial('the fiftieth wrong code in a row ends codes for the account, until VNeID says who it is', async (t) => {
  const first = await atCodePage(portals[0]);
  const { accountId } = await compared(first.visitor);
  await two.house.db.run(sql`insert into code_trouble (account_id, wrong) values (${accountId}, 46)`); // over the days before
  for (let turn = 0; turn < 3; turn += 1) await typeCode(first.visitor, wrongFor(first.code, turn));
  t.true(first.visitor.browser.hasButton(words.code.button));
  const last = await typeCode(first.visitor, wrongFor(first.code, 3));
  t.is(last.at === 'page' && last.page.title, words.code.stoppedTitle);
  t.false(first.visitor.browser.hasButton(words.code.button), 'no code is asked for any more');
  t.false(first.visitor.browser.hasButton(words.code.resend), 'and none is sent');
  t.is(await levels(accountId), 0);
  t.is(await countEvents(two.house, 'stepup.code_disabled', accountId), 1);
  const row = await two.house.db.row<{ disabled_at: Date | null }>(sql`select disabled_at from code_trouble where account_id = ${accountId}`);
  t.true(row?.disabled_at instanceof Date);
  const second = await again(first.visitor, portals[1]);
  await typeCode(second.visitor, second.code);
  t.is(await levels(accountId), 1, 'identified anew, the right code counts again');
}); // prettier-ignore

test.serial(
  '300 guesses at once over three transactions of one account: at most ten are compared',
  async (t) => {
    const first = await atCodePage(portals[0]);
    const others = [await again(first.visitor, portals[1]), await again(first.visitor, portals[0])];
    const all = [first, ...others];
    const ends = await two.race(300, (at, turn) => {
      const { visitor, code } = all[turn % 3] ?? first;
      return typeCode(visitor, wrongFor(code, turn), at);
    });
    const { accountId, compared: n } = await compared(first.visitor);
    t.true((n ?? 99) <= 10, `${n} were compared`);
    t.is(await levels(accountId), 0);
    t.true(ends.every((end) => status(end) < 500));
  },
);
