// A thief with a person's Zalo, and even their codes, at a browser of their own: the first act of high
// risk waits until the person was told, and the person can end it.

import test from 'ava';
import { sql } from '../../database.ts';
import { HOLD_SECONDS } from '../../safety/hold.ts';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { linkOn } from '../support/notices.ts';
import { createPortal, DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import {
  accountOf,
  ageProofs,
  countEvents,
  LEVEL_ONE,
  LEVEL_TWO,
  meet,
  passZalo,
  signIn,
  visitorAs,
} from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let shiftMs = 0;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { clock: () => new Date(Date.now() + shiftMs) });
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const HELD = 'Xin đợi một chút';
const titleOf = ({ browser }: Visitor) => browser.page().title;

/** Signs in with Zalo in a new browser, to file a dossier, and stands before whatever comes. */
async function arrive(person: Visitor['person'], scope = LEVEL_TWO.scope): Promise<Visitor> {
  const visitor = visitorAs(house, person);
  await visitor.open((await rp.begin(scope, DOSSIERS)).url);
  await passZalo(visitor);
  return visitor;
}

const accepted = async (accountId: string) => {
  for (let turn = 0; turn < 100; turn += 1) {
    const row = await house.db.row(sql`
      select 1 as yes from message_outbox m join device_hold h on m.id = any(h.message_ids)
      where h.account_id = ${accountId} and m.outcome = 'accepted'`);
    if (row !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the gateway took no notice');
};

test.serial('a new browser waits before any proof; the person hears of it at once', async (t) => {
  const victim = await meet(house);
  await signIn(rp, victim, LEVEL_TWO);
  const accountId = await accountOf(house, victim);
  const thief = await arrive(victim.person);
  t.is(titleOf(thief), HELD);
  t.true((await linkOn(house, victim.person.phone)).startsWith(`${house.issuer}/k/`));
  t.false(thief.browser.page().document.text.includes(victim.person.phone), 'the number is masked');

  // Pressing what is not shown leads back to the wait.
  const { url } = thief.browser.page();
  const csrf = thief.browser.page().document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
  t.truthy(csrf);
  for (const turn of [1, 2, 3]) {
    await thief.open(url);
    t.is(titleOf(thief), HELD, `look ${turn}`);
  }
  t.is(await countEvents(house, 'device.held', accountId), 1, 'however often it is shown');
  const facts = await house.db.rows(sql`select step from step_fact f join authn_tx x on x.id = f.transaction_id where f.account_id = ${accountId} and f.step <> 'zalo' and x.state not in ('done')`); // prettier-ignore
  t.true(facts.length <= 2, 'nothing beyond the first binding was proven');

  await accepted(accountId);
  shiftMs += (HOLD_SECONDS - 5) * 1000;
  await thief.open(url);
  t.is(titleOf(thief), HELD);
  t.regex(thief.browser.page().document.text, /Bạn làm tiếp được từ \d\d:\d\d/);
});

test.serial('"not me" ends the stranger’s sign-in', async (t) => {
  const victim = await meet(house);
  await signIn(rp, victim, LEVEL_TWO);
  const thief = await arrive(victim.person);
  t.is(titleOf(thief), HELD);
  const anybody = openBrowser();
  await anybody.open(await linkOn(house, victim.person.phone));
  await anybody.press('Khóa tài khoản ngay');
  shiftMs += HOLD_SECONDS * 1000 + 5_000;
  await thief.open(thief.browser.page().url);
  t.true(thief.browser.hasButton('Đăng nhập bằng Zalo'));
  await passZalo(thief);
  t.is(thief.browser.page().status, 403);
});

test.serial('the person at a new machine goes on after the wait, and never waits there again', async (t) => {
  const { person, ...first } = await meet(house);
  await signIn(rp, { person, ...first }, LEVEL_TWO);
  const accountId = await accountOf(house, { person, ...first });
  const other = await arrive(person);
  t.is(titleOf(other), HELD);
  await accepted(accountId);
  shiftMs += HOLD_SECONDS * 1000 + 1_000;
  t.is((await signIn(rp, other, LEVEL_TWO)).tokens.status, 200);
  await ageProofs(house, accountId, 3_600);
  t.is((await signIn(rp, other, LEVEL_TWO)).tokens.status, 200);
  t.is(await countEvents(house, 'device.held', accountId), 1);
});

test.serial('signing in and small acts do not wait, and do not make a machine known', async (t) => {
  const victim = await meet(house);
  await signIn(rp, victim, LEVEL_TWO);
  const thief = visitorAs(house, victim.person);
  t.is((await signIn(rp, thief, LEVEL_ONE)).tokens.status, 200);
  t.is((await signIn(rp, thief, { scope: 'openid svc:hoso:xem', resource: DOSSIERS })).tokens.status, 200);
  await ageProofs(house, await accountOf(house, victim), 3_600);
  await thief.open((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  await passZalo(thief);
  t.is(titleOf(thief), HELD);
});

test.serial('a small act a moment ago does not spare a large one its wait', async (t) => {
  const victim = await meet(house);
  await signIn(rp, victim, LEVEL_TWO);
  const accountId = await accountOf(house, victim);
  const thief = visitorAs(house, victim.person);
  const small = await signIn(rp, thief, { scope: 'openid svc:hoso:xem', resource: DOSSIERS });
  t.is(small.tokens.status, 200);
  const silent = await rp.begin(LEVEL_TWO.scope, DOSSIERS, { prompt: 'none' });
  const refused = await thief.open(silent.url);
  t.true(refused.at === 'door' && refused.url.searchParams.has('error'), 'nor without a page');
  await thief.open((await rp.begin(LEVEL_TWO.scope, DOSSIERS)).url);
  t.is(titleOf(thief), HELD);
  t.true((await linkOn(house, victim.person.phone)).startsWith(`${house.issuer}/k/`));
  const { url } = thief.browser.page();
  await accepted(accountId);
  shiftMs += HOLD_SECONDS * 1000 + 1_000;
  const end = await thief.open(url);
  const answer = end.at === 'door' ? end.url.search : '';
  t.true(
    answer.includes('code=') || thief.browser.hasButton('Đồng ý'),
    `after it the proof still counts: ${answer}`,
  );
});

test.serial('a machine known to the thief’s own account is new to the victim’s', async (t) => {
  const [victim, thief] = [await meet(house), await meet(house)];
  await signIn(rp, victim, LEVEL_TWO);
  await signIn(rp, thief, LEVEL_TWO);
  await thief.open(`${house.issuer}/session/end`);
  await thief.browser.press('yes');
  await thief.open((await rp.begin(LEVEL_TWO.scope, DOSSIERS)).url);
  await passZalo({ ...thief, person: victim.person });
  t.is(titleOf(thief), HELD);
});

test.serial('no answer and no log line tells the number of a machine', async (t) => {
  const rows = await house.db.rows<{ key: string }>(
    sql`select encode(device_key, 'hex') as key from known_device`,
  );
  t.true(rows.length > 0);
  const lines = house.logged.join('\n');
  for (const { key } of rows) t.false(lines.includes(key));
  t.false(lines.includes('tnid-device'));
});
