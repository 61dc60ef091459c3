// The phone and the code sent to it, in the app.

import test from 'ava';
import { sql } from '../../database.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { CARD, goOn, meetInZalo, signIn, tokenFor, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts'; // prettier-ignore
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { wrongFor } from '../support/code-page.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, openLaunch } from '../support/launch.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
// Every citizen of these tests stands behind one address.
test.beforeEach(() => house.db.run(sql`delete from rate_limit`).then(() => {}));
test.afterEach.always(() => house.zalo.resetKnobs());
test.after.always(() => house?.stop());

async function atPhone(): Promise<AppCitizen> {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await signIn(house, citizen, VIEW);
  await launch.call({ step: 'brake', guided: 'no' });
  await launch.call({ choice: 'card_register' });
  const said = await launch.call(CARD(citizen.person));
  if (challengeOf(said).type !== 'phone') throw new Error(JSON.stringify(said.body));
  return citizen;
}
async function atCode() {
  const citizen = await atPhone();
  await citizen.launch.call({ phone: citizen.person.phone });
  return { ...citizen, code: await newestCode(house.sms.url, citizen.person.phone) };
}
const say = async ({ launch }: AppCitizen, fields: Record<string, string>) => challengeOf(await launch.call(fields)); // prettier-ignore
const otpRows = ({ person }: AppCitizen, set: 'expire' | 'resend' | 'count') => {
  const { zaloId } = person;
  if (set === 'resend') return house.db.rows(sql`update otp set resend_after = created_at where account_id = (select account_id from zalo_link where zalo_id = ${zaloId}) returning id`); // prettier-ignore
  if (set === 'expire') return house.db.rows(sql`update otp set created_at = created_at - interval '10 minutes', expires_at = expires_at - interval '10 minutes', resend_after = resend_after - interval '10 minutes' where account_id = (select account_id from zalo_link where zalo_id = ${zaloId}) returning id`); // prettier-ignore
  return house.db.rows(sql`select attempts from otp where account_id = (select account_id from zalo_link where zalo_id = ${zaloId})`); // prettier-ignore
};
const level2 = ({ person }: AppCitizen) => house.db.rows(sql`select 1 from level_fact f join zalo_link z using (account_id) where z.zalo_id = ${person.zaloId} and f.level = 2`); // prettier-ignore

test.serial('a number that is none, no mobile or not of Vietnam is said so, and nothing is sent', async (t) => {
  const citizen = await atPhone();
  for (const [phone, error] of [
    ['abc', 'not_a_number'],
    ['+1 202 555 0143', 'not_vietnam'],
    ['0276 3822 233', undefined],
    ['1022', undefined],
    ['01234567890', undefined],
    ['091234567', undefined],
  ] as const) {
    const said = await say(citizen, { phone });
    t.is(said.type, 'phone', phone);
    t.regex(String(said['error']), error === undefined ? /^[a-z_]+$/ : new RegExp(`^${error}$`), phone);
  }
  t.deepEqual(await otpRows(citizen, 'count'), []);
  const old = await say(citizen, { phone: '01219123456' });
  t.like(old, { type: 'phone', error: 'old_eleven_digit_mobile', suggestion: '+84799123456' });
}); // prettier-ignore

test.serial('the code’s step tells what a person needs and no more of the number than its end', async (t) => {
  const citizen = await atPhone();
  const said = await say(citizen, { phone: citizen.person.phone });
  const end = citizen.person.phone.slice(-3);
  t.like(said, { type: 'otp', channel: 'sms', destination: `***${end}`, length: 6, attempts_left: 5, sends_left: 2, zns_offered: false, number_editable: true, error: undefined }); // prettier-ignore
  t.true(Number(said['expires_in']) > 160 && Number(said['expires_in']) <= 180);
  t.true(Number(said['resend_after']) > 50 && Number(said['resend_after']) <= 60);
  t.false(JSON.stringify(said).includes(citizen.person.phone.slice(1)));
});

test.serial('five wrong codes use a code up, and the right one comes too late', async (t) => {
  const citizen = await atCode();
  for (let turn = 0; turn < 4; turn += 1)
    t.like(await say(citizen, { otp: wrongFor(citizen.code, turn) }), { type: 'otp', error: 'wrong', attempts_left: 4 - turn }); // prettier-ignore
  t.like(await say(citizen, { otp: wrongFor(citizen.code, 4) }), { error: 'used_up', attempts_left: 0 });
  t.like(await say(citizen, { otp: citizen.code }), { type: 'otp', error: 'used_up' });
  t.deepEqual(await level2(citizen), []);
});

test.serial('what cannot be a code costs no guess', async (t) => {
  const citizen = await atCode();
  for (const otp of ['12345', '1234567', 'abcdef', '١٢٣٤٥٦', '12 34', "' or 1=1"])
    t.like(await say(citizen, { otp }), { type: 'otp', error: 'wrong', attempts_left: 5 }, otp);
  t.is((await say(citizen, { otp: `${citizen.code.slice(0, 3)} ${citizen.code.slice(3)}` })).type, 'consent');
});

test.serial(
  'a code that is past its three minutes is expired, and a new one is sent on asking',
  async (t) => {
    const citizen = await atCode();
    await otpRows(citizen, 'expire');
    const late = await say(citizen, { otp: citizen.code });
    t.is(late.type, 'otp');
    t.regex(String(late['error']), /expired|wrong|used_up/);
    t.deepEqual(await level2(citizen), []);
    t.like(await say(citizen, { step: 'otp_resend' }), { type: 'otp', attempts_left: 5, sends_left: 1, error: undefined }); // prettier-ignore
    const fresh = await newestCode(house.sms.url, citizen.person.phone);
    t.is((await say(citizen, { otp: fresh })).type, 'consent');
  },
);

test.serial('a new code waits its minute, kills the one before, and there are three', async (t) => {
  const citizen = await atCode();
  t.like(await say(citizen, { step: 'otp_resend' }), { type: 'otp', error: 'sent_too_often', sends_left: 2 });
  t.is((await otpRows(citizen, 'count')).length, 1);
  await otpRows(citizen, 'resend');
  t.like(await say(citizen, { step: 'otp_resend' }), { error: undefined, sends_left: 1 });
  t.like(await say(citizen, { otp: citizen.code }), { error: 'wrong' }, 'the first code is dead');
  await otpRows(citizen, 'resend');
  t.like(await say(citizen, { step: 'otp_resend' }), { error: undefined, sends_left: 0, number_editable: false }); // prettier-ignore
  await otpRows(citizen, 'resend');
  t.like(await say(citizen, { step: 'otp_resend' }), { error: 'sent_too_often' });
  const said = await citizen.launch.call({ phone: '0912345678' });
  t.is(said.body['error'], 'invalid_session', 'nor is the number changed any more');
});

test.serial('ten wrong codes lock the step for an hour in every launch, with the value kept', async (t) => {
  const first = await atCode();
  for (let turn = 0; turn < 5; turn += 1) await say(first, { otp: wrongFor(first.code, turn) });
  await otpRows(first, 'resend');
  await say(first, { step: 'otp_resend' });
  const second = await newestCode(house.sms.url, first.person.phone);
  for (let turn = 0; turn < 5; turn += 1) await first.launch.call({ otp: wrongFor(second, turn) });
  const value = first.launch.session();
  await otpRows(first, 'resend');
  await first.launch.call({ step: 'otp_resend' });
  const third = await newestCode(house.sms.url, first.person.phone);
  const shown = first.launch.session();
  const locked = await first.launch.call({ otp: third });
  t.like(locked, { status: 429, body: { error: 'slow_down' } });
  t.true(Number(locked.headers.get('retry-after')) > 0);
  t.not(value, shown);
  t.is(first.launch.session(), shown);
  t.is(challengeOf(await first.launch.call({ step: 'hold' })).type, 'otp', 'the same value is good');
  t.deepEqual(await level2(first), []);
});

test.serial('a wrong number is corrected without losing what was proven', async (t) => {
  const citizen = await atPhone();
  await say(citizen, { phone: '0987654321' });
  t.like(await say(citizen, { step: 'phone' }), { type: 'otp', number_editable: true, destination: '***321' });
  t.like(await say(citizen, { phone: citizen.person.phone }), { error: 'sent_too_often' }, 'at the pace of codes');
  await otpRows(citizen, 'resend');
  const end = citizen.person.phone.slice(-3);
  t.like(await say(citizen, { phone: citizen.person.phone }), { type: 'otp', destination: `***${end}`, error: undefined }); // prettier-ignore
  const done = await goOn(house, citizen, await citizen.launch.call({ step: 'hold' }));
  t.is(done.status, 200);
}); // prettier-ignore

test.serial('the number on record is not replaced in passing: a bound person gets the code there', async (t) => {
  const citizen = await meetInZalo(house);
  await tokenFor(house, citizen, VIEW);
  const launch = await openLaunch(house.issuer);
  const again = { person: citizen.person, launch };
  t.like(challengeOf(await signIn(house, again, VIEW)), { type: 'choose', again: true });
  for (const odd of ['card_register', 'counter', 'cccd_nfc', 'passkey_web'])
    t.is((await launch.call({ choice: odd })).body['error'], 'invalid_request', odd);
  t.like(challengeOf(await launch.call({ choice: 'otp' })), { type: 'otp', number_editable: false, destination: `***${citizen.person.phone.slice(-3)}` }); // prettier-ignore
  t.is((await launch.call({ phone: '0987654321' })).body['error'], 'invalid_session');
}); // prettier-ignore

test.serial('the number may come from Zalo: of the person signed in, once', async (t) => {
  const citizen = await atPhone();
  const { person, launch } = citizen;
  const tokens = (who: AppCitizen['person']) => {
    const { accessToken, phoneToken = '' } = zaloToken(house, who, ['scope.userPhonenumber']);
    return { zalo_access_token: accessToken, zalo_phone_token: phoneToken };
  };
  const other = await meetInZalo(house);
  const mine = tokens(person);
  for (const [what, fields] of [
    ['another person’s', tokens(other.person)],
    ['another person’s phone', { ...mine, zalo_phone_token: tokens(other.person).zalo_phone_token }],
    ['an invented one', { ...mine, zalo_phone_token: 'x' }],
    ['an invented access', { ...mine, zalo_access_token: 'x' }],
  ] as const)
    t.like(challengeOf(await launch.call(fields)), { type: 'phone', error: 'zalo_failed' }, what);
  t.is((await launch.call({ zalo_phone_token: mine.zalo_phone_token })).body['error'], 'invalid_request');
  t.deepEqual(await otpRows(citizen, 'count'), []);
  const good = tokens(person);
  t.like(challengeOf(await launch.call(good)), { type: 'otp', destination: `***${person.phone.slice(-3)}` });
  t.deepEqual(await level2(citizen), [], 'what Zalo says is a claim; the code proves it');
  await otpRows(citizen, 'resend');
  t.like(challengeOf(await launch.call(good)), { error: 'zalo_failed' }, 'used');
}); // prettier-ignore

test.serial('Zalo away while it is asked for a number: 503, and the number can be typed with the same value', async (t) => {
  const citizen = await atPhone();
  const { accessToken, phoneToken } = zaloToken(house, citizen.person, ['scope.userPhonenumber']);
  house.zalo.setKnobs({ 'net.fault': 'html502' });
  const value = citizen.launch.session();
  const said = await citizen.launch.call({ zalo_access_token: accessToken, zalo_phone_token: phoneToken ?? '' });
  t.like(said, { status: 503, body: { error: 'temporarily_unavailable', auth_session: undefined } });
  t.is(citizen.launch.session(), value);
  house.zalo.resetKnobs();
  t.is((await say(citizen, { phone: citizen.person.phone })).type, 'otp');
}); // prettier-ignore
