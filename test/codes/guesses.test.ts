import { randomUUID } from 'node:crypto';
import test from 'ava';
import { reserveGuess, returnGuess } from '../../codes/guesses.ts';
import { checkCode } from '../../codes/otp.ts';
import { sql } from '../../database.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { codesOf, newStep, unlimitedGuesses, wrongFor } from './codes.ts';

let house: Domain;
let codes: ReturnType<typeof codesOf>;
test.before(async () => {
  house = await openDomain();
  codes = codesOf(house);
});
test.after.always(() => house.close());

const either = (i: number) => (i % 2 === 0 ? house.db : house.second);
const sent = async (accountId: string) => {
  const step = await newStep(house, { accountId });
  await codes.send(step);
  return { step, code: await codes.code(step) };
};

test('guesses at once over two brokers: exactly ten are given, and what is given back can be taken again', async (t) => {
  const accountId = await house.citizen();
  const take = (db = house.db) =>
    reserveGuess(db, { transactionId: randomUUID(), accountId, perDay: 10 }, NOW);
  const answers = await times(40, (i) => take(either(i)));
  t.is(answers.filter(({ outcome }) => outcome === 'dead').length, 10);
  t.is((await take()).outcome, 'locked');
  const other = await house.citizen();
  for (let i = 0; i < 30; i += 1) {
    const given = await reserveGuess(
      house.db,
      { transactionId: randomUUID(), accountId: other, perDay: 10 },
      NOW,
    );
    t.is(given.outcome, 'dead');
    await returnGuess(house.db, other);
  }
});

test('right and wrong codes of one account at once never wait for each other', async (t) => {
  for (let round = 0; round < 8; round += 1) {
    const accountId = await house.citizen();
    const steps = await times(4, () => sent(accountId));
    const answers = await times(24, (i) => {
      const { step, code } = steps[i % 4] ?? t.fail();
      const { transactionId } = step;
      const budgets = unlimitedGuesses(codes.budgets);
      const typed = i % 3 === 0 ? wrongFor(code) : code;
      return checkCode({ db: either(i), vault: house.vault, budgets, origin: ORIGIN }, { transactionId, accountId, code: typed }, async () => {}, NOW); // prettier-ignore
    });
    t.is(answers.filter(({ outcome }) => outcome === 'right').length, 4);
  }
});

test('a new day of guesses begins 24 hours after the first one', async (t) => {
  const accountId = await house.citizen();
  const take = (now: Date) =>
    reserveGuess(house.db, { transactionId: randomUUID(), accountId, perDay: 10 }, now);
  const key = `guess-day:${accountId}`;
  const points = async () => (await house.db.row<{ points: number }>(sql`select points from rate_limit where key = ${key}`))?.points; // prettier-ignore
  for (let i = 0; i < 9; i += 1) await take(after(i));
  t.is(await points(), 9);
  await take(after(86_399));
  t.is(await points(), 10);
  await take(after(86_400));
  t.is(await points(), 1);
});
