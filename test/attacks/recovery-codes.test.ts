import test from 'ava';
import { recoveryCodesLeft } from '../../authenticators/recovery-codes.ts';
import { sql } from '../../database.ts';
import { recentNotices } from '../../safety/notices.ts';
import { wordsOf } from '../../views/words/words.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal } from '../support/rp.ts';
import type { AuthRequest, Rp } from '../support/rp.ts';
import {
  accountOf,
  ageProofs,
  countEvents,
  LEVEL_ONE,
  LEVEL_TWO,
  meet,
  signIn,
  visitorAs,
} from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

const words = wordsOf('vi');
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

/** A citizen at level 2 with a sheet of codes, made on their own page. */
async function withCodes(): Promise<{ visitor: Visitor; accountId: string; codes: string[] }> {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  await visitor.open(`${house.issuer}/toi/ma-khoi-phuc`);
  await visitor.browser.press(words.recoveryCodes.make);
  const codes = visitor.browser
    .page()
    .document.querySelectorAll('.paper-codes .paper-code')
    .map(({ text }) => text);
  return { visitor, accountId: await accountOf(house, visitor), codes };
}

/** Somebody at an empty browser types a code in place of the Zalo login. */
async function tryCode(
  visitor: Visitor,
  code: string,
  wanted: typeof LEVEL_ONE = LEVEL_ONE,
): Promise<AuthRequest> {
  const request = await rp.begin(wanted.scope, wanted.resource);
  await visitor.open(request.url);
  await visitor.browser.follow(words.recovery.link);
  await visitor.browser.press(words.recovery.button, { code });
  return request;
}
const says = ({ browser }: Visitor) => browser.page().document.text;

test.serial('a code opens the account at level 1, once, and the services hear how', async (t) => {
  const { accountId, codes, visitor } = await withCodes();
  t.is(codes.length, 10);
  const heard = await recentNotices(house.db, accountId, new Date());
  t.deepEqual(heard.map(({ kind }) => kind), ['recovery_made'], 'whoever made them, the person hears of it'); // prettier-ignore
  const fresh = visitorAs(house, visitor.person);
  const request = await tryCode(fresh, codes[0] ?? '');
  const arrival = await fresh.browser.press(words.consent.submit, { 'purpose.phananh.bao-ket-qua': 'given' });
  if (arrival.at !== 'door') return t.fail(fresh.browser.page().title);
  const tokens = await rp.redeem(request, arrival.url);
  t.like(claimsOf(tokens.body['id_token']), { acr: `${house.config.TNID_ACR_BASE}1`, amr: ['recovery'] });
  t.is(await countEvents(house, 'login.recovery', accountId), 1);
  t.is((await recoveryCodesLeft(house.db, { kind: 'account', id: accountId })).left, 9);

  const again = visitorAs(house, visitor.person);
  await tryCode(again, codes[0] ?? '');
  t.is(again.browser.page().status, 400);
  t.true(says(again).includes(words.recovery.errors.wrong));
});

test.serial('a code is never level 2: the verification step is asked for as of anybody', async (t) => {
  const { accountId, codes, visitor } = await withCodes();
  await ageProofs(house, accountId, 3_600);
  const fresh = visitorAs(house, visitor.person);
  await tryCode(fresh, codes[0] ?? '', LEVEL_TWO);
  // A browser that nobody has seen before, and an action of high risk: first the notice.
  t.is(fresh.browser.page().title, words.hold.title);
  const facts = await house.db.rows(sql`
    select level from level_fact where account_id = ${accountId} and at > now() - interval '30 minutes'`);
  t.deepEqual(facts, [{ level: 1 }]);
});

test.serial(
  'a wrong code, a used one, one of a locked account and one of nobody are one answer',
  async (t) => {
    const { codes } = await withCodes();
    const locked = await withCodes();
    await house.db.run(sql`update account set locked_at = now() where id = ${locked.accountId}`);
    const [code = '', used = ''] = codes;
    await tryCode(await meet(house), used);
    const answers = [];
    for (const typed of [`${code.slice(0, 15)}AAAA`, used, locked.codes[0] ?? '', 'ABCD-EFGH-JKMN-PQRS']) {
      const stranger = await meet(house);
      await tryCode(stranger, typed);
      answers.push([stranger.browser.page().status, says(stranger).replaceAll(/\s+/g, ' ')]);
    }
    for (const answer of answers) t.deepEqual(answer, answers[0]);
    t.is(answers[0]?.[0], 400);
  },
);

test.serial('one code at four browsers at once signs one of them in', async (t) => {
  const { accountId, codes } = await withCodes();
  const [code = ''] = codes;
  const strangers = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const stranger = await meet(house);
      await stranger.open((await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource)).url);
      await stranger.browser.follow(words.recovery.link);
      return stranger;
    }),
  );
  await Promise.all(strangers.map(({ browser }) => browser.press(words.recovery.button, { code })));
  t.is(strangers.filter(({ browser }) => browser.page().status === 400).length, 3);
  t.is(await countEvents(house, 'login.recovery', accountId), 1);
  t.is((await recoveryCodesLeft(house.db, { kind: 'account', id: accountId })).left, 9);
});

test.serial('somebody signed in does not become somebody else by a code', async (t) => {
  const { codes } = await withCodes();
  const me = await meet(house);
  await signIn(rp, me, LEVEL_ONE);
  await ageProofs(house, await accountOf(house, me), 3_600);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { max_age: '60' });
  await me.open(request.url);
  await me.browser.follow(words.recovery.link);
  await me.browser.press(words.recovery.button, { code: codes[0] ?? '' });
  t.is(me.browser.page().status, 400);
});

test.serial('codes are made only after level 2, by the owner\'s own form', async (t) => {
  const low = await meet(house);
  await signIn(rp, low, LEVEL_ONE);
  await low.open(`${house.issuer}/toi/ma-khoi-phuc`);
  await low.browser.press(words.recoveryCodes.make);
  t.is((await recoveryCodesLeft(house.db, { kind: 'account', id: await accountOf(house, low) })).left, 0);
  const { visitor, accountId } = await withCodes();
  await visitor.open(`${house.issuer}/toi/ma-khoi-phuc`);
  const forged = await visitor.browser.press(words.recoveryCodes.makeAgain, { csrf: 'x' });
  t.is(forged.at === 'page' ? forged.page.status : 0, 403);
  t.is(await countEvents(house, 'recovery.made', accountId), 1);
}); // prettier-ignore

test.serial('an address that goes on guessing is stopped, and told when to come back', async (t) => {
  const own = await startHouse((await useDatabase()).url);
  t.teardown(() => own.stop());
  const portal = await createPortal(own, 'cong-thu');
  const stranger = await meet(own);
  await stranger.open((await portal.begin(LEVEL_ONE.scope, LEVEL_ONE.resource)).url);
  await stranger.browser.follow(words.recovery.link);
  const signs = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  for (let guess = 0; guess < 30; guess += 1) {
    await stranger.browser.press(words.recovery.button, { code: `ABCD-EFG${signs[guess] ?? ''}-JKMN-PQRS` });
    t.is(stranger.browser.page().status, 400);
  }
  const stopped = await stranger.browser.press(words.recovery.button, { code: 'ABCD-EFGZ-2222-2222' });
  t.is(stopped.at === 'page' ? stopped.page.status : 0, 429);
});

test.serial('no code stands in the log', async (t) => {
  const { codes, visitor } = await withCodes();
  await tryCode(visitorAs(house, visitor.person), codes[0] ?? '');
  const log = house.logged.join('\n');
  for (const code of codes) for (const part of [code, code.replaceAll('-', ''), code.slice(10)]) t.false(log.includes(part));
}); // prettier-ignore
