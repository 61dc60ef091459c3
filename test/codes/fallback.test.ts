import test from 'ava';
import { sendCodeByZalo, checkCode } from '../../codes/otp.ts';
import { insertStepFact } from '../../assurance/store.ts';
import { recordDelivery } from '../../codes/delivery.ts';
import { sql } from '../../database.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { codesOf, newStep, wrongFor } from './codes.ts';
import type { Step } from './codes.ts';

// Protocol design 9: SMS first, Zalo when it was not delivered, beside VNeID only (decision 0014).

let house: Domain;
let codes: ReturnType<typeof codesOf>;
test.before(async () => {
  house = await openDomain();
  codes = codesOf(house);
});
test.after.always(() => house.close());

const OFFERED = { znsOffered: true, smsReports: true };
const byZalo = (step: Step, now = NOW, db = house.db, fallback = OFFERED, proven = ['vneid']) =>
  sendCodeByZalo({ db, vault: house.vault, budgets: codes.budgets, origin: ORIGIN, fallback }, { ...step.request, proven: new Set(proven) }, now); // prettier-ignore
const guess = (step: Step, code: string) =>
  checkCode({ db: house.db, vault: house.vault, budgets: codes.budgets, origin: ORIGIN }, { ...step, code }, async () => {}, NOW); // prettier-ignore
async function sent(step = 'vneid') {
  const one = await newStep(house);
  const { transactionId, accountId } = one;
  await insertStepFact(house.db, { transactionId, step, accountId, upstreamRef: undefined }, NOW);
  await codes.send(one);
  return one;
}
const messageOf = async (step: Step) =>
  (await house.db.row<{ message_id: string }>(sql`
    select message_id from otp where transaction_id = ${step.transactionId} and superseded_at is null`))?.message_id ?? ''; // prettier-ignore
const end = async (step: Step, outcome: string) =>
  house.db.run(sql`update message_outbox set done_at = ${NOW}, outcome = ${outcome} where id = ${await messageOf(step)}`); // prettier-ignore
const live = (step: Step) =>
  house.db.rows<{ channel: string; attempts: number; send_number: number }>(sql`
    select channel, attempts, send_number from otp where transaction_id = ${step.transactionId} and superseded_at is null`);

test('a refused SMS opens the way through Zalo: a new code, the old one dead, the guesses kept', async (t) => {
  const step = await sent();
  const first = await codes.code(step);
  for (const left of [4, 3]) t.deepEqual(await guess(step, wrongFor(first)), { outcome: 'wrong', attemptsLeft: left });
  await end(step, 'rejected:unreachable');
  t.deepEqual(await byZalo(step), { outcome: 'sent' });
  t.deepEqual(await live(step), [{ channel: 'zns', attempts: 2, send_number: 1 }]);
  const second = await codes.text(step);
  t.regex(second, /^\d{6}$/, 'the code alone: the words around it stand in the template');
  if (first !== second) t.deepEqual(await guess(step, first), { outcome: 'wrong', attemptsLeft: 2 }, 'the code of the SMS is dead');
  t.like(await guess(step, second), { outcome: 'right', channel: 'zns', e164: step.request.e164 });
}); // prettier-ignore

test('inherited guesses end as the others do: no five more', async (t) => {
  const step = await sent();
  const code = await codes.code(step);
  for (let i = 0; i < 5; i += 1) await guess(step, wrongFor(code));
  await end(step, 'rejected:unreachable');
  t.deepEqual(await byZalo(step), { outcome: 'not_open' });
});

test('after a reported failure, and after twenty seconds of silence', async (t) => {
  const failed = await sent();
  await end(failed, 'accepted');
  t.deepEqual(await byZalo(failed, after(19)), { outcome: 'not_open' });
  await recordDelivery(house.db, { messageId: await messageOf(failed), state: 'failed', reason: 'other', at: NOW }); // prettier-ignore
  t.deepEqual(await byZalo(failed), { outcome: 'sent' });
  const silent = await sent();
  await end(silent, 'accepted');
  t.deepEqual(await byZalo(silent, after(20), house.db, { ...OFFERED, smsReports: false }), {
    outcome: 'not_open',
  });
  t.deepEqual(await byZalo(silent, after(20)), { outcome: 'sent' });
});

test('not after a delivery, not while nobody has waited, not where Zalo is not offered', async (t) => {
  const step = await sent();
  t.deepEqual(await byZalo(step), { outcome: 'not_open' });
  await end(step, 'accepted');
  await recordDelivery(house.db, { messageId: await messageOf(step), state: 'delivered', reason: undefined, at: NOW }); // prettier-ignore
  t.deepEqual(await byZalo(step, after(60)), { outcome: 'not_open' });
  const other = await sent();
  await end(other, 'rejected:blocked');
  t.deepEqual(await byZalo(other, NOW, house.db, { ...OFFERED, znsOffered: false }), { outcome: 'not_open' });
});

for (const step of ['zalo', 'card', 'chip', 'counter'])
  test(`never after ${step} alone: nothing independent of Zalo would be left`, async (t) => {
    const one = await sent(step);
    await end(one, 'rejected:unreachable');
    t.deepEqual(await byZalo(one, NOW, house.db, OFFERED, [step]), { outcome: 'not_open' });
    t.like(await live(one), { length: 1, 0: { channel: 'sms' } });
  });

test('ten taps at once over two brokers send one message', async (t) => {
  const step = await sent();
  await end(step, 'rejected:unreachable');
  const answers = await times(10, (i) => byZalo(step, NOW, i % 2 === 0 ? house.db : house.second));
  t.is(answers.filter(({ outcome }) => outcome === 'sent').length, 1, JSON.stringify(answers));
  t.like(await live(step), { length: 1, 0: { channel: 'zns' } });
  const messages = await house.db.rows(sql`select 1 from message_outbox where account_id = ${step.accountId} and channel = 'zns'`); // prettier-ignore
  t.is(messages.length, 1);
});

test('a resend after the fallback is the next attempt, by SMS again', async (t) => {
  const step = await sent();
  await end(step, 'rejected:unreachable');
  await byZalo(step);
  t.deepEqual(await codes.send(step, after(60)), { outcome: 'sent' });
  t.deepEqual(await live(step), [{ channel: 'sms', attempts: 0, send_number: 2 }]);
});

test('a report twice changes nothing, and a delivery is not taken back', async (t) => {
  const step = await sent();
  const messageId = await messageOf(step);
  const tell = (state: 'delivered' | 'failed') =>
    recordDelivery(house.db, { messageId, state, reason: undefined, at: NOW });
  t.true(await tell('failed'));
  t.false(await tell('failed'));
  t.true(await tell('delivered'), 'it came after all');
  t.false(await tell('delivered'));
  t.false(await tell('failed'));
});
