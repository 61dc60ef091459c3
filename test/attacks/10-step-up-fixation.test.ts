import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { accountOf, countEvents, LEVEL_ONE, LEVEL_TWO, meet, signIn, visitorAs } from '../support/visitor.ts';

// Case 10, for the browser; the mini app's half belongs to the challenge endpoint.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

/** A visitor who has come back from VNeID; the answer was not yet looked at. */
async function backFromVneid() {
  const { person } = await meet(house);
  let catching = true;
  const visitor = visitorAs(house, person, (url) => catching && url.pathname === '/vneid/ve');
  const { callback } = await visitor.go(await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource));
  const page = new URL(
    visitor.browser.hops().findLast(({ url }) => url.includes('/interaction/'))?.url ?? house.issuer,
  );
  catching = false;
  return { visitor, person, callback, uid: page.pathname.split('/')[2] ?? '' };
}

const bindingOf = async (accountId: string) =>
  house.db.rows(sql`select id from identity_binding where account_id = ${accountId}`);
const stepsOf = (accountId: string) =>
  house.db.rows(sql`select step from step_fact where account_id = ${accountId} and step <> 'zalo'`);

test('what a victim proves on an attacker\'s link does not land on the attacker\'s account', async (t) => {
  const attacker = await backFromVneid();
  const victim = await backFromVneid();
  // The victim's browser brings the answer to the attacker's interaction, and to its own.
  for (const uid of [attacker.uid, victim.uid]) {
    const url = new URL(attacker.callback.href.replace('/vneid/ve', `/interaction/${uid}/vneid/ve`));
    await victim.visitor.open(url);
  }
  for (const visitor of [attacker.visitor, victim.visitor]) {
    const accountId = await accountOf(house, visitor);
    t.deepEqual(await bindingOf(accountId), []);
    t.deepEqual(await stepsOf(accountId), []);
  }
  // The attacker's own browser, with the victim's code under the attacker's state.
  const mixed = new URL(attacker.callback);
  mixed.searchParams.set('code', victim.callback.searchParams.get('code') ?? '');
  await attacker.visitor.open(mixed);
  t.deepEqual(await stepsOf(await accountOf(house, attacker.visitor)), [], 'nonce and verifier are of another sign-on');
}); // prettier-ignore

test('a code sent for one sign-in is wrong in every other', async (t) => {
  const walkToCode = async () => {
    const { visitor, person, callback } = await backFromVneid();
    await visitor.open(callback);
    await visitor.browser.press('Gửi mã cho tôi', { phone: person.phone });
    return { visitor, code: await newestCode(house.sms.url, person.phone) };
  };
  const [victim, attacker] = [await walkToCode(), await walkToCode()];
  if (victim.code !== attacker.code) {
    const arrival = await attacker.visitor.browser.press('Xác nhận', { code: victim.code });
    t.is(arrival.at === 'page' ? arrival.page.status : 0, 400);
  }
  t.deepEqual(await bindingOf(await accountOf(house, attacker.visitor)), []);
  const own = await victim.visitor.browser.press('Xác nhận', { code: victim.code });
  t.is(own.at === 'page' ? own.page.status : 200, 200);
  t.is((await bindingOf(await accountOf(house, victim.visitor))).length, 1);
});

test('another person\'s VNeID on a bound account is refused and on record', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  const accountId = await accountOf(house, visitor);
  const stranger = await meet(house);
  await house.db.run(sql`update level_fact set at = at - interval '1 hour' where account_id = ${accountId} and level = 2`);
  await visitor.open((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  await visitor.browser.press('Xác minh bằng VNeID');
  const refusedBefore = await countEvents(house, 'stepup.vneid', accountId);
  const arrival = await visitor.browser.press(stranger.person.vneidSub);
  t.true(arrival.at === 'page' && arrival.page.document.text.includes('đang thuộc về một người khác'));
  t.is(await countEvents(house, 'stepup.vneid', accountId), refusedBefore + 1);
  t.is((await house.db.rows(sql`select id from level_fact where account_id = ${accountId} and level = 2`)).length, 1);
}); // prettier-ignore

test('the id of the browser session changes at login and at step-up, and the old one is dead', async (t) => {
  const ids: string[] = [];
  const { person } = await meet(house);
  const visitor = visitorAs(house, person);
  const sessions = async () => (await house.db.rows<{ id: string }>(sql`select encode(id, 'hex') as id from oidc_session where account_id = ${await accountOf(house, visitor)}`)).map(({ id }) => id); // prettier-ignore
  await signIn(rp, visitor, LEVEL_ONE);
  ids.push(...(await sessions()));
  await signIn(rp, visitor, LEVEL_TWO);
  const after = await sessions();
  t.is(ids.length, 1);
  t.is(after.length, 1);
  t.not(after[0], ids[0]);
  t.is((await ask(`${house.issuer}/toi`, { headers: { cookie: '__Host-tnid=x' } })).status, 303);
});
