import test from 'ava';
import { createBudgets } from '../../codes/budgets.ts';
import type { SendFacts } from '../../codes/budgets.ts';
import { sql } from '../../database.ts';
import { NOW, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { codesOf, newStep } from './codes.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

let count = 0;
const different = (): SendFacts => {
  count += 1;
  return { addressKey: `a${count}`, networkKey: `n${count}`, accountId: `acc${count}`, deviceKey: `dev${count}`, prefix: `pre${count}`, phoneKey: `ph${count}`, channel: 'sms' }; // prettier-ignore
};
const budgetsOf = (channelPerHour = 100_000, db = house.db) => createBudgets(db, { channelPerHour });
const pointsOf = (key: string) =>
  house.db.rows<{ key: string; points: number }>(
    sql`select key, points from rate_limit where key like ${`%:${key}`}`,
  );

const limits: readonly [budget: string, most: number, shared: keyof SendFacts, seconds: number][] = [
  ['phone-hour', 5, 'phoneKey', 3_600],
  ['account-day', 10, 'accountId', 86_400],
  ['address-hour', 20, 'addressKey', 3_600],
  ['device-hour', 10, 'deviceKey', 3_600],
  ['prefix-hour', 50, 'prefix', 3_600],
  ['network-day', 100, 'networkKey', 86_400],
];
for (const [budget, most, shared, seconds] of limits) {
  test(`${budget}: ${most} sends and no more, whatever else differs`, async (t) => {
    const budgets = budgetsOf();
    const facts = () => ({ ...different(), [shared]: `shared-${budget}` });
    for (let i = 0; i < most; i += 1)
      t.deepEqual(await budgets.chargeSend(facts(), NOW), { outcome: 'charged' });
    const refused = await budgets.chargeSend(facts(), NOW);
    t.like(refused, { outcome: 'used_up', budget });
    if (refused.outcome !== 'used_up') return t.fail();
    t.true(refused.retryAfterSeconds > seconds - 60 && refused.retryAfterSeconds <= seconds);
  });
}

test('phone-day: ten a day, over several hours', async (t) => {
  const budgets = budgetsOf();
  const facts = () => ({ ...different(), phoneKey: 'patient' });
  for (let i = 0; i < 10; i += 1) {
    t.deepEqual(await budgets.chargeSend(facts(), NOW), { outcome: 'charged' });
    await house.db.run(sql`update rate_limit set expire = 1 where key = 'phone-hour:patient'`); // an hour passes
  }
  t.like(await budgets.chargeSend(facts(), NOW), { outcome: 'used_up', budget: 'phone-day' });
});

test.serial('channel-hour: what all citizens together may cost', async (t) => {
  const budgets = budgetsOf(3);
  await house.db.run(sql`delete from rate_limit where key like 'channel-hour:%'`);
  const zns = () => ({ ...different(), channel: 'zns' as const });
  for (let i = 0; i < 3; i += 1) t.deepEqual(await budgets.chargeSend(zns(), NOW), { outcome: 'charged' });
  t.like(await budgets.chargeSend(zns(), NOW), { outcome: 'used_up', budget: 'channel-hour' });
});

test('a send that is refused charges no other budget', async (t) => {
  const budgets = budgetsOf();
  for (let i = 0; i < 5; i += 1) await budgets.chargeSend({ ...different(), phoneKey: 'busy' }, NOW);
  const refused = different();
  t.like(await budgets.chargeSend({ ...refused, phoneKey: 'busy' }, NOW), {
    outcome: 'used_up',
    budget: 'phone-hour',
  });
  for (const key of [refused.addressKey, refused.networkKey, refused.accountId, refused.prefix])
    t.deepEqual(await pointsOf(key), []);
});

test('twenty sends at once over two brokers stay within the budget, and the refused ones are given back', async (t) => {
  const [one, two] = [budgetsOf(), budgetsOf(100_000, house.second)];
  const address = 'crowd-address';
  const answers = await times(20, (i) => (i % 2 === 0 ? one : two).chargeSend({ ...different(), phoneKey: 'crowd', addressKey: address }, NOW)); // prettier-ignore
  const charged = answers.filter(({ outcome }) => outcome === 'charged').length;
  t.true(charged <= 5, `${charged} were charged`);
  t.is((await pointsOf(address))[0]?.points, charged);
});

test('what is charged stays charged when the request around it rolls back', async (t) => {
  const facts = different();
  await house.db.request(async () => {
    await house.db.run(sql`update account set lock_reason = lock_reason`);
    await budgetsOf().chargeSend(facts, NOW);
    return 'rollback';
  });
  t.is((await pointsOf(facts.phoneKey)).length, 2);
});

test('a used-up budget sends nothing, and looks like a code that was sent', async (t) => {
  const codes = codesOf(house, budgetsOf());
  const phone = { e164: '+84912345678' };
  for (let i = 0; i < 5; i += 1)
    t.deepEqual(await codes.send(await newStep(house, phone)), { outcome: 'sent' });
  const sixth = await newStep(house, phone);
  t.deepEqual(await codes.send(sixth), { outcome: 'held_back', budget: 'phone-hour' });
  const kept = await house.db.rows(
    sql`select id, message_id from otp where transaction_id = ${sixth.transactionId}`,
  );
  t.like(kept, { length: 1, 0: { message_id: null } }, 'what stands there was never sent');
});

test('no limiter key holds a phone number', async (t) => {
  const codes = codesOf(house);
  const step = await newStep(house, { e164: '+84987654321' });
  await codes.send(step);
  const keys = await house.db.rows<{ key: string }>(sql`select key from rate_limit`);
  t.false(keys.some(({ key }) => /987654321|98765/.test(key)));
});

test.serial('channel-day: what all citizens together may cost in a day', async (t) => {
  const budgets = createBudgets(house.second, { channelPerHour: 100_000, channelPerDay: 2 });
  await house.db.run(sql`delete from rate_limit where key = 'channel-day:zns'`);
  const zns = () => ({ ...different(), channel: 'zns' as const });
  for (let i = 0; i < 2; i += 1) t.deepEqual(await budgets.chargeSend(zns(), NOW), { outcome: 'charged' });
  t.like(await budgets.chargeSend(zns(), NOW), { outcome: 'used_up', budget: 'channel-day' });
});

test('a known device behind a crowded address is not held up by the strangers there', async (t) => {
  const budgets = budgetsOf();
  const crowd = { addressKey: 'cgnat', networkKey: 'cgnat-net' };
  for (let i = 0; i < 20; i += 1) await budgets.chargeSend({ ...different(), ...crowd }, NOW);
  t.like(await budgets.chargeSend({ ...different(), ...crowd }, NOW), { budget: 'address-hour' });
  const known = () => budgets.chargeSend({ ...different(), ...crowd, knownDevice: true }, NOW);
  for (let i = 0; i < 30; i += 1) t.deepEqual(await known(), { outcome: 'charged' });
});

test('the alarm rings once a minute for what concerns everybody, never for one person', async (t) => {
  const rung: [string, boolean][] = [];
  const budgets = createBudgets(house.db, { channelPerHour: 100_000, onBlocked: (...said) => void rung.push(said) }); // prettier-ignore
  const facts = () => ({ ...different(), prefix: 'ringing' });
  for (let i = 0; i < 52; i += 1) await budgets.chargeSend(facts(), NOW);
  await budgets.chargeSend(facts(), after(59));
  await budgets.chargeSend(facts(), after(60));
  for (let i = 0; i < 6; i += 1) await budgets.chargeSend({ ...different(), phoneKey: 'ring' }, NOW);
  t.deepEqual(rung, [
    ['prefix-hour', true],
    ['prefix-hour', false],
    ['prefix-hour', false],
    ['prefix-hour', true],
    ['phone-hour', false],
  ]);
});
