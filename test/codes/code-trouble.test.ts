import test from 'ava';
import { createBudgets } from '../../codes/budgets.ts';
import type { Budgets } from '../../codes/budgets.ts';
import { clearCodeTrouble, codeFactorState } from '../../codes/code-trouble.ts';
import { checkCode } from '../../codes/otp.ts';
import { sql } from '../../database.ts';
import { NOW, ORIGIN, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { codesOf, newStep, wrongFor } from './codes.ts';
import type { Step } from './codes.ts';

// Protocol design 9: fifty wrong codes in a row end the factor until the person is identified again.

let house: Domain;
let codes: ReturnType<typeof codesOf>;
test.before(async () => {
  house = await openDomain();
  codes = codesOf(house, patient(createBudgets(house.db, { channelPerHour: 100_000 })));
});
test.after.always(() => house.close());

// The other limits end long before fifty.
const patient = (budgets: Budgets): Budgets => ({
  ...budgets,
  chargeSend: async () => ({ outcome: 'charged' }),
  guessesPerDay: 1_000_000,
});
const guess = ({ transactionId, accountId }: Step, code: string, db = house.db) =>
  checkCode({ db, vault: house.vault, budgets: codes.budgets, origin: ORIGIN }, { transactionId, accountId, code }, async () => {}, NOW); // prettier-ignore
const sent = async (accountId: string) => {
  const step = await newStep(house, { accountId });
  await codes.send(step);
  return { step, code: await codes.code(step) };
};
const wrong = async (accountId: string, count: number) => {
  for (let left = count; left > 0; left -= 5) {
    const { step, code } = await sent(accountId);
    for (let i = 0; i < Math.min(5, left); i += 1) await guess(step, wrongFor(code));
  }
};
const counted = async (accountId: string) =>
  (await house.db.row<{ wrong: number }>(sql`select wrong from code_trouble where account_id = ${accountId}`))?.wrong; // prettier-ignore
const events = async (accountId: string) =>
  (
    await house.db.rows(sql`
    select 1 from access_event e join audit_stream s using (stream_id)
    where e.kind = 'stepup.code_disabled' and s.account_id = ${accountId}`)
  ).length;

test('forty-nine wrong codes in a row are forgiven by a right one', async (t) => {
  const accountId = await house.citizen();
  await wrong(accountId, 49);
  t.is(await codeFactorState(house.db, accountId), 'fine');
  const { step, code } = await sent(accountId);
  t.is((await guess(step, code)).outcome, 'right');
  t.is(await counted(accountId), undefined);
  await wrong(accountId, 5);
  t.is(await counted(accountId), 5);
});

test('the fiftieth ends the factor on every transaction, and says so once', async (t) => {
  const accountId = await house.citizen();
  const earlier = await sent(accountId);
  await wrong(accountId, 50);
  t.is(await codeFactorState(house.db, accountId), 'disabled');
  t.deepEqual(await guess(earlier.step, earlier.code), { outcome: 'disabled' }, 'also the right code of another transaction');
  t.is(await events(accountId), 1);
  const next = await newStep(house, { accountId });
  t.deepEqual(await codes.send(next), { outcome: 'disabled' }, 'nothing is sent any more');
  await t.throwsAsync(codes.text(next));
}); // prettier-ignore

test('a new proof of identity opens it again', async (t) => {
  const accountId = await house.citizen();
  await wrong(accountId, 50);
  await clearCodeTrouble(house.db, accountId, NOW);
  t.is(await codeFactorState(house.db, accountId), 'fine');
  const { step, code } = await sent(accountId);
  t.is((await guess(step, code)).outcome, 'right');
});

test('wrong codes at once over two brokers: exactly fifty are compared, one event', async (t) => {
  const accountId = await house.citizen();
  await wrong(accountId, 35);
  const steps = await times(8, () => sent(accountId));
  const answers = await times(80, (i) => {
    const { step, code } = steps[i % 8] ?? t.fail();
    return guess(step, wrongFor(code), i % 2 === 0 ? house.db : house.second);
  });
  t.is(await counted(accountId), 50);
  t.true(answers.some(({ outcome }) => outcome === 'disabled'));
  t.is(await events(accountId), 1);
});

test('a count that reached the limit disables, even where a process died before it was marked', async (t) => {
  const accountId = await house.citizen();
  await house.db.run(sql`insert into code_trouble (account_id, wrong) values (${accountId}, 50)`);
  t.is(await codeFactorState(house.db, accountId), 'disabled');
});

test('the right code typed twice is no wrong one', async (t) => {
  const accountId = await house.citizen();
  const { step, code } = await sent(accountId);
  const answers = await times(4, (i) => guess(step, code, i % 2 === 0 ? house.db : house.second));
  t.is(answers.filter(({ outcome }) => outcome === 'right').length, 1);
  t.is((await counted(accountId)) ?? 0, 0);
});

test('wrong codes of one account do not disable another', async (t) => {
  const [one, two] = [await house.citizen(), await house.citizen()];
  await wrong(one, 50);
  t.is(await codeFactorState(house.db, two), 'fine');
});
