// The printed card against the register, without leaving the app; what is wrong costs a try or a word.

import test from 'ava';
import { meetInZalo, signIn, useMiniApp, VIEW, CARD, goOn } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { sql } from '../../database.ts';
import { challengeOf } from '../support/launch.ts';
import type { Fields } from '../support/launch.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.afterEach.always(() => house.register.resetKnobs());
test.after.always(() => house?.stop());

async function atCard(given?: AppCitizen): Promise<AppCitizen> {
  const citizen = given ?? (await meetInZalo(house));
  const { launch } = citizen;
  await signIn(house, citizen, VIEW);
  await launch.call({ step: 'brake', guided: 'no' });
  await launch.call({ choice: 'card_register' });
  return citizen;
}
const compare = async ({ launch }: AppCitizen, fields: Fields) => challengeOf(await launch.call(fields));
const qrOf = ({ personalNumber, name, birthdate }: AppCitizen['person']) => {
  const day = `${birthdate.slice(6, 8)}${birthdate.slice(4, 6)}${birthdate.slice(0, 4)}`;
  return `${personalNumber}|123456789|${name}|${day}|Nữ|Số 1, phường Tân Ninh, Tây Ninh|01012022`;
};
const facts = ({ person }: AppCitizen) =>
  house.db.rows(sql`
    select step from step_fact f join zalo_link z using (account_id) where z.zalo_id = ${person.zaloId} and f.step <> 'zalo'`);

test('the choice names every way this house has, the common ones first', async (t) => {
  const citizen = await meetInZalo(house);
  await signIn(house, citizen, VIEW);
  const choice = challengeOf(await citizen.launch.call({ step: 'brake', guided: 'no' }));
  t.like(choice, { again: false, options: ['vneid', 'card_register', 'counter', 'cccd_nfc'], error: undefined }); // prettier-ignore
  for (const odd of ['otp', 'passkey_web', 'card', 'nonsense', '__proto__', 'vneid_redirect'])
    t.is((await citizen.launch.call({ choice: odd })).body['error'], 'invalid_request', odd);
  t.is(challengeOf(await citizen.launch.call({ choice: 'card_register' })).type, 'card_register');
  t.is(challengeOf(await citizen.launch.call({ step: 'choose' })).type, 'choose', 'and back');
});

test('what is typed, or the QR of the card, leads to the phone', async (t) => {
  const typed = await atCard();
  t.is((await compare(typed, CARD(typed.person))).type, 'phone');
  const scanned = await atCard();
  t.is((await compare(scanned, { card_qr: qrOf(scanned.person) })).type, 'phone');
  t.deepEqual(await facts(scanned), [{ step: 'card' }]);
});

test('what cannot be a card is said by field and costs no try', async (t) => {
  const citizen = await atCard();
  const { person } = citizen;
  const cases: readonly (readonly [Fields, RegExp])[] = [
    [{ card_number: '12345', card_name: person.name, card_birthdate: '1960-01-01' }, /number_format/],
    [{ ...CARD(person), card_name: '1234' }, /name_letters/],
    [{ ...CARD(person), card_name: undefined }, /name_empty/],
    [{ ...CARD(person), card_birthdate: '2026-02-31' }, /birthdate/],
    [{ ...CARD(person), card_birthdate: '31/02/1960' }, /birthdate/],
    [{ ...CARD(person), card_birthdate: undefined }, /birthdate_empty/],
    [{ ...CARD(person), card_birthdate: '1901-01-01' }, /birthdate_against_number/],
    [{ card_qr: 'https://example.com' }, /qr_unreadable/],
    [{ card_qr: '|'.repeat(6) }, /qr_/],
  ];
  for (const [fields, word] of cases) {
    const said = await compare(citizen, fields);
    t.like(said, { type: 'card_register', error: 'fields', attempts_left: undefined });
    t.regex(String(said['fields_wrong']), word);
  }
  const left = await compare(citizen, { ...CARD(person), card_name: 'Trần Văn Khác' });
  t.like(left, { error: 'no_match', attempts_left: 2 });
});

test('a number nobody has and a name that does not fit are answered in the same words', async (t) => {
  const [nobody, other] = [await atCard(), await atCard()];
  const born = nobody.person.birthdate.slice(2, 4);
  const free = { ...CARD(nobody.person), card_number: `9991${born}000001` };
  const misfit = { ...CARD(other.person), card_name: 'Trần Thị Khác' };
  const [a, b] = [await compare(nobody, free), await compare(other, misfit)];
  t.deepEqual(a, b);
  t.like(a, { type: 'card_register', error: 'no_match' });
  t.deepEqual([...(await facts(nobody)), ...(await facts(other))], []);
});

test('tries are an account’s, not a launch’s: the fourth is not looked at', async (t) => {
  const citizen = await atCard();
  const wrong = { ...CARD(citizen.person), card_name: 'Trần Thị Khác' };
  const left: unknown[] = [];
  for (let turn = 0; turn < 2; turn += 1) left.push((await compare(citizen, wrong))['attempts_left']);
  const again = await atCard({ person: citizen.person, launch: (await meetInZalo(house, citizen.person)).launch }); // prettier-ignore
  for (let turn = 0; turn < 1; turn += 1) left.push((await compare(again, wrong))['attempts_left']);
  t.deepEqual(left, [2, 1, 0]);
  const late = await compare(again, CARD(citizen.person));
  t.like(late, { type: 'card_register', error: 'too_often' });
  t.deepEqual(await facts(citizen), []);
});

test.serial('a register that is away costs no try, and another way stays open', async (t) => {
  const citizen = await atCard();
  house.register.setKnobs({ fault: 'http503' });
  t.like(await compare(citizen, CARD(citizen.person)), { type: 'card_register', error: 'unavailable' });
  t.is(challengeOf(await citizen.launch.call({ step: 'choose' })).type, 'choose');
  await citizen.launch.call({ choice: 'card_register' });
  house.register.resetKnobs();
  t.is((await compare(citizen, CARD(citizen.person))).type, 'phone');
});

test('a card whose person has an account already is told what a wrong one is told, and binds nobody', async (t) => {
  const owner = await atCard();
  t.is((await goOn(house, owner, await owner.launch.call(CARD(owner.person)))).status, 200);
  const stranger = await atCard();
  const { personalNumber, name, birthdate } = owner.person;
  const said = await compare(stranger, CARD({ ...stranger.person, personalNumber, name, birthdate }));
  t.deepEqual(said, { type: 'card_register', fields: said['fields'], error: 'no_match', attempts_left: 2 });
  const bindings = await house.db.rows(sql`
    select 1 from identity_binding b join zalo_link z using (account_id) where z.zalo_id = ${stranger.person.zaloId}`);
  t.deepEqual(bindings, []);
});
