import test from 'ava';
import { bindPhone } from '../../accounts/phone.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { keepDevice, knownDevice, listDevices, removeDevice } from '../../safety/devices.ts';
import { beginHold, HOLD_SECONDS, holdState, rememberDevice } from '../../safety/hold.ts';
import { after, NOW, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { acceptMessages, boundCitizen, eventsOf, houseOf, messagesTo } from './people.ts';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain?.close());

let count = 0;
const newKey = () => domain.vault.keyOf('device', `device-${(count += 1)}`);
const DAY = 86_400;
const high = { highRisk: true, boundSince: NOW };
const state = (device: { accountId: string; deviceKey: Buffer }, now: Date, more: object = {}) =>
  holdState(domain.db, { ...device, ...high, ...more }, now);

// The outbox is one for all accounts: one test after the other.
test.serial('a new machine waits until the notice was accepted and three minutes have passed', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  const device = { accountId, deviceKey: newKey() };
  t.is(await state(device, after(60)), 'held');
  await beginHold(houseOf(domain), device, after(60));
  t.is(await state(device, after(61)), 'held', 'the gateway has not taken the notice');
  const [notice] = await messagesTo(domain, phone);
  t.regex(
    notice?.text ?? '',
    /Co may la .*Khong phai ban\? Khoa ngay: https:\/\/id\.tayninh\.gov\.vn\/k\/[\w-]{20}$/,
  );
  t.true((notice?.text.length ?? 999) <= 160);
  await acceptMessages(domain, after(100));
  t.deepEqual(await state(device, after(101)), { until: after(100 + HOLD_SECONDS) });
  t.deepEqual(await state(device, after(100 + HOLD_SECONDS - 1)), { until: after(100 + HOLD_SECONDS) });
  t.is(await state(device, after(100 + HOLD_SECONDS)), 'none');
});

test.serial('small acts, first bindings and known machines do not wait', async (t) => {
  const { accountId } = await boundCitizen(domain);
  const device = { accountId, deviceKey: newKey() };
  t.is(await state(device, after(60), { highRisk: false }), 'none');
  t.is(await state(device, after(60), { boundSince: undefined }), 'none');
  await keepDevice(domain.db, { ...device, kind: 'android' }, after(60));
  t.is(await state(device, after(61)), 'none');
  t.is(await state({ ...device, deviceKey: newKey() }, after(61)), 'held');
  t.is(await state(device, after(401 * DAY)), 'held', 'a machine not seen for 400 days is new again');
});

test.serial('a machine known to one account is new to another', async (t) => {
  const deviceKey = newKey();
  const [one, other] = [await boundCitizen(domain), await boundCitizen(domain)];
  await keepDevice(domain.db, { accountId: one.accountId, deviceKey, kind: 'iphone' }, NOW);
  t.is(await state({ accountId: other.accountId, deviceKey }, after(1)), 'held');
});

test.serial('without any phone only a proof of identity goes on', async (t) => {
  const { accountId } = await boundCitizen(domain);
  await domain.db.run(sql`update phone set ended_at = ${after(-40 * DAY)} where account_id = ${accountId}`);
  const device = { accountId, deviceKey: newKey() };
  await beginHold(houseOf(domain), device, after(60));
  t.is(await state(device, after(61)), 'identity_only');
  t.is(await state(device, after(3_600)), 'identity_only', 'waiting does not help');
  const facts = { ...device, kind: 'other', provenSince: after(70) } as const;
  await rememberDevice(domain.db, { ...facts, identified: false }, after(80));
  t.false(await knownDevice(domain.db, device, after(81)));
  await rememberDevice(domain.db, { ...facts, identified: true }, after(90));
  t.true(await knownDevice(domain.db, device, after(91)));
});

test.serial('a notice that no gateway takes opens nothing', async (t) => {
  const { accountId } = await boundCitizen(domain);
  const device = { accountId, deviceKey: newKey() };
  await beginHold(houseOf(domain), device, after(60));
  await domain.db.run(sql`update message_outbox set done_at = ${after(70)}, outcome = 'rejected:unreachable' where done_at is null`); // prettier-ignore
  t.is(await state(device, after(71)), 'identity_only');
});

test.serial('the phone that was replaced last week hears of a new machine, too', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  await domain.db.transaction(() =>
    bindPhone(domain.db, domain.vault, { accountId, e164: '+84987000001' }, after(60)),
  );
  const device = { accountId, deviceKey: newKey() };
  await beginHold(houseOf(domain), device, after(7 * DAY));
  t.is((await messagesTo(domain, phone)).length, 1);
  t.is((await messagesTo(domain, '+84987000001')).length, 1);
  const late = { accountId, deviceKey: newKey() };
  await beginHold(houseOf(domain), late, after(31 * DAY));
  t.is((await messagesTo(domain, phone)).length, 1, 'after a month it is somebody else who may have it');
  await acceptMessages(domain, after(31 * DAY));
});

test.serial('however often the page is shown, one notice goes out a day', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  const device = { accountId, deviceKey: newKey() };
  const begin = (db: Database, now: Date) => beginHold(houseOf(domain, db), device, now);
  await times(12, (index) => begin(index % 2 === 0 ? domain.db : domain.second, after(60)));
  t.is((await messagesTo(domain, phone)).length, 1);
  t.is((await eventsOf(domain, accountId, 'device.held')).length, 1);
  await acceptMessages(domain, after(61));
  await begin(domain.db, after(3_600));
  t.is(await state(device, after(3_600)), 'none');
  t.is(await state(device, after(60 + DAY + 1)), 'held', 'yesterday’s wait is no warning for today');
  await begin(domain.db, after(60 + DAY + 1));
  t.is((await messagesTo(domain, phone)).length, 1, 'a second notice, the first was delivered');
  await acceptMessages(domain, after(60 + DAY + 2));
});

test.serial(
  'ever new browsers do not fill a phone: after five notices a day only identity helps',
  async (t) => {
    const { accountId, phone } = await boundCitizen(domain);
    const devices = Array.from({ length: 7 }, () => ({ accountId, deviceKey: newKey() }));
    for (const device of devices) await beginHold(houseOf(domain), device, after(60));
    t.is((await messagesTo(domain, phone)).length, 5);
    await acceptMessages(domain, after(61));
    const states = await Promise.all(devices.map((device) => state(device, after(1_000))));
    t.deepEqual(states, ['none', 'none', 'none', 'none', 'none', 'identity_only', 'identity_only']);
  },
);

test.serial('a small act in a new browser does not spare a large one its wait', async (t) => {
  const { accountId } = await boundCitizen(domain);
  const device = { accountId, deviceKey: newKey() };
  const proof = { ...device, kind: 'android', provenSince: after(60), identified: false } as const;
  await rememberDevice(domain.db, proof, after(90));
  t.is(await state(device, after(100)), 'held');
  await beginHold(houseOf(domain), device, after(100));
  await acceptMessages(domain, after(101));
  await rememberDevice(domain.db, proof, after(102));
  t.not(await state(device, after(103)), 'none', 'not before the wait is over');
  await rememberDevice(domain.db, { ...proof, provenSince: after(400) }, after(420));
  t.true(await knownDevice(domain.db, device, after(421)));
});

test.serial('the browser of a first binding is known from then on', async (t) => {
  const { accountId } = await boundCitizen(domain, undefined, after(100));
  const device = { accountId, deviceKey: newKey() };
  await rememberDevice(domain.db, { ...device, kind: 'android', provenSince: after(60), identified: true }, after(100)); // prettier-ignore
  t.is(await state(device, after(101)), 'none');
});

test.serial('a person sees their machines and removes one that is not theirs, once', async (t) => {
  const { accountId } = await boundCitizen(domain);
  const stranger = await boundCitizen(domain);
  const [mine, other] = [newKey(), newKey()];
  await keepDevice(domain.db, { accountId, deviceKey: mine, kind: 'android' }, NOW);
  await keepDevice(domain.db, { accountId, deviceKey: other, kind: 'windows' }, after(60));
  const list = await listDevices(domain.db, { accountId, deviceKey: mine }, after(61));
  t.deepEqual(list.map(({ kind, isThis }) => [kind, isThis]), [['windows', false], ['android', true]]); // prettier-ignore
  const id = list[0]?.id ?? '';
  const house = houseOf(domain);
  t.false(await removeDevice(house, { accountId: stranger.accountId, id }, after(62)), 'not somebody else’s');
  const removed = await times(6, (index) => removeDevice({ ...house, db: index % 2 === 0 ? domain.db : domain.second }, { accountId, id }, after(62))); // prettier-ignore
  t.is(removed.filter(Boolean).length, 1);
  t.is((await listDevices(domain.db, { accountId, deviceKey: mine }, after(63))).length, 1);
  t.is(await state({ accountId, deviceKey: other }, after(63)), 'held');
});
