// The counter as the app sees it: a code to show, and what becomes of it.

import test from 'ava';
import { sql } from '../../database.ts';
import { atWork, words, SEEN } from '../counter/people.ts';
import { goOn, meetInZalo, signIn, useMiniApp, VIEW } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, claimsIn, codeOf } from '../support/launch.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

const accountOf = async ({ person }: AppCitizen) =>
  (await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`))?.account_id ?? ''; // prettier-ignore

test.serial('at the counter: a code to show, what the officer does, and the phone afterwards', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch, person } = citizen;
  await signIn(house, citizen, VIEW);
  await launch.call({ step: 'brake', guided: 'no' });
  const shown = challengeOf(await launch.call({ choice: 'counter' }));
  t.like(shown, { type: 'counter', state: 'open', interval: 5 });
  t.regex(String(shown['user_code']), /^[2-9A-Z]{4}-?[2-9A-Z]{4}$/);
  t.is(challengeOf(await launch.call({ step: 'counter' }))['user_code'], shown['user_code']);
  const officer = await atWork(house, 'hoa.nguyen');
  await officer.browser.open(`${house.issuer}/counter`);
  await officer.browser.press(words.counter.codeButton, { code: String(shown['user_code']) });
  t.like(challengeOf(await launch.call({ step: 'counter' })), { type: 'counter', state: 'claimed', user_code: undefined }); // prettier-ignore
  const { personalNumber, name, birthdate } = person;
  const written = `${birthdate.slice(6, 8)}/${birthdate.slice(4, 6)}/${birthdate.slice(0, 4)}`;
  await officer.browser.press(words.counterCard.button, { number: personalNumber, name, birthdate: written });
  await officer.browser.press(words.counterLook.confirm, { ...SEEN, reason: 'no_vneid', note: '' });
  const done = await goOn(house, citizen, await launch.call({ step: 'counter' }));
  const token = await launch.token(codeOf(done), { resource: VIEW.resource });
  const given = claimsIn(String(token.body['access_token']));
  t.like(given, { acr: `${house.issuer}/acr/2`, identity_source: 'counter' });
  t.true((given['amr'] as string[]).includes('counter'));
});

test.serial('a refusal at the counter is told without a reason; a new code is made where it is asked for, or the old is over', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await signIn(house, citizen, VIEW);
  await launch.call({ step: 'brake', guided: 'no' });
  const first = challengeOf(await launch.call({ choice: 'counter' }));
  t.is(challengeOf(await launch.call({ step: 'counter_again' }))['user_code'], first['user_code'], 'open: the same'); // prettier-ignore
  await house.db.run(sql`
    update counter_request set created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour' where account_id = ${await accountOf(citizen)}`);
  const second = challengeOf(await launch.call({ step: 'counter' }));
  t.like(second, { type: 'counter', state: 'open' });
  t.not(second['user_code'], first['user_code']);
  const officer = await atWork(house, 'lan.tran');
  await officer.browser.open(`${house.issuer}/counter`);
  await officer.browser.press(words.counter.codeButton, { code: String(second['user_code']) });
  await officer.browser.follow(words.counterCard.refuse);
  await officer.browser.press(words.counterLook.refuse, { reason: 'under_pressure', note: 'hay nhìn quanh' });
  const told = challengeOf(await launch.call({ step: 'counter' }));
  t.like(told, { type: 'counter', state: 'refused', user_code: undefined });
  t.notRegex(JSON.stringify(told), /under_pressure|nhìn quanh/);
  const third = challengeOf(await launch.call({ step: 'counter_again' }));
  t.like(third, { type: 'counter', state: 'open' });
  t.false([first['user_code'], second['user_code']].includes(third['user_code']));
}); // prettier-ignore
