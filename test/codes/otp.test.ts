import test from 'ava';
import { createBudgets } from '../../codes/budgets.ts';
import { checkCode } from '../../codes/otp.ts';
import type { CodeChecked } from '../../codes/otp.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { codesOf, newStep, unlimitedGuesses, wrongFor } from './codes.ts';
import type { Step } from './codes.ts';

// Protocol design 9; attack case 8.

let house: Domain;
let codes: ReturnType<typeof codesOf>;
test.before(async () => {
  house = await openDomain();
  codes = codesOf(house);
});
test.after.always(() => house.close());

type How = {
  now?: Date;
  db?: Database;
  limited?: boolean;
  accept?: () => Promise<void>;
  vault?: Domain['vault'];
};
function guess(step: Pick<Step, 'transactionId' | 'accountId'>, code: string, how: How = {}): Promise<CodeChecked> {
  const { db = house.db, now = NOW, limited = true, accept = async () => {}, vault = house.vault } = how;
  const budgets = limited ? codes.budgets : unlimitedGuesses(codes.budgets);
  return checkCode({ db, vault, budgets, origin: ORIGIN }, { transactionId: step.transactionId, accountId: step.accountId, code }, accept, now);
} // prettier-ignore
const row = (step: Step) =>
  house.db.row<{ attempts: number; consumed_at: Date | null }>(sql`
    select attempts, consumed_at from otp where transaction_id = ${step.transactionId} order by send_number desc limit 1`);
const sent = async (more: Parameters<typeof newStep>[1] = {}) => {
  const step = await newStep(house, more);
  await codes.send(step);
  return { step, code: await codes.code(step) };
};
const either = (i: number) => (i % 2 === 0 ? house.db : house.second);

test('the right code is right, once', async (t) => {
  const { step, code } = await sent();
  const first = await guess(step, code);
  t.like(first, { outcome: 'right', e164: step.request.e164 });
  t.deepEqual(await guess(step, code), { outcome: 'wrong', attemptsLeft: 0 });
});

test('a wrong code says how many guesses are left, and the fifth ends the code', async (t) => {
  const { step, code } = await sent();
  for (const left of [4, 3, 2, 1, 0])
    t.deepEqual(await guess(step, wrongFor(code)), { outcome: 'wrong', attemptsLeft: left });
  t.deepEqual(await guess(step, code), { outcome: 'wrong', attemptsLeft: 0 }, 'the right one comes too late');
});

for (const limited of [true, false]) {
  test(`of 300 wrong guesses at once over two brokers five are evaluated${limited ? '' : ', even without the account budget'}`, async (t) => {
    const { step, code } = await sent();
    const answers = await times(300, (i) => guess(step, wrongFor(code), { db: either(i), limited }));
    t.is((await row(step))?.attempts, 5);
    t.false(answers.some(({ outcome }) => outcome === 'right'));
    t.is((await guess(step, code, { limited: false })).outcome, 'wrong');
  });
}

test('of twenty right answers at once over two brokers one is right, and what it proves is written once', async (t) => {
  const { step, code } = await sent();
  let accepted = 0;
  const accept = async () => void (accepted += 1);
  const answers = await times(20, (i) => guess(step, code, { db: either(i), limited: false, accept }));
  t.is(answers.filter(({ outcome }) => outcome === 'right').length, 1);
  t.is(accepted, 1);
});

test('a double tap on the right code costs no guess of the account', async (t) => {
  const { step, code } = await sent();
  const answers = await times(2, () => guess(step, code));
  t.is(answers.filter(({ outcome }) => outcome === 'right').length, 1);
  const left = await house.db.row<{ points: number }>(sql`select points from rate_limit where key = ${`guess-day:${step.accountId}`}`); // prettier-ignore
  t.is(left?.points, 0);
});

test('a guess stays counted when the request around it rolls back', async (t) => {
  const { step, code } = await sent();
  for (let i = 0; i < 7; i += 1) {
    await house.db.request(async () => {
      await house.db.run(sql`update authn_tx set state = state where id = ${step.transactionId}`);
      await guess(step, wrongFor(code), { limited: false });
      return 'rollback';
    });
  }
  t.is((await row(step))?.attempts, 5);
});

test('a code is not used up when what it proves cannot be written', async (t) => {
  const { step, code } = await sent();
  const boom = new Error('later');
  await t.throwsAsync(guess(step, code, { accept: () => Promise.reject(boom) }), { is: boom });
  t.is((await row(step))?.consumed_at, null);
  t.is((await guess(step, code)).outcome, 'right');
});

test('a code serves its own transaction, account and phone only', async (t) => {
  const { step, code } = await sent();
  const other = await sent();
  t.is((await guess(other.step, code === other.code ? wrongFor(code) : code)).outcome, 'wrong');
  t.is((await guess({ ...step, accountId: other.step.accountId }, code)).outcome, 'wrong');
  t.is(
    (await guess({ ...step, transactionId: '00000000-0000-7000-8000-000000000000' }, code)).outcome,
    'wrong',
  );
  await house.db.run(sql`update otp set phone_sealed = ${other.step.request.e164} where false`);
  t.is((await guess(step, code)).outcome, 'right');
});

test('what is no code of six digits is just wrong', async (t) => {
  const { step } = await sent();
  for (const odd of ['', ' ', 'abcdef', '12345', '٠١٢٣٤٥', 'x'.repeat(10_000)])
    t.is((await guess(step, odd, { limited: false })).outcome, 'wrong');
});

test('a code lives five minutes', async (t) => {
  const [early, late] = [await sent(), await sent()];
  t.is((await guess(early.step, early.code, { now: after(299) })).outcome, 'right');
  t.deepEqual(await guess(late.step, late.code, { now: after(300) }), { outcome: 'wrong', attemptsLeft: 0 });
});

test('guesses at a code that is not alive cost the account nothing', async (t) => {
  const { step, code } = await sent();
  for (let i = 0; i < 15; i += 1) t.is((await guess(step, code, { now: after(301) })).outcome, 'wrong');
});

test('sending again waits 60, 120 and 300 seconds, replaces the code, and ends after the third', async (t) => {
  const { step, code: first } = await sent();
  t.deepEqual(await codes.send(step, after(59)), { outcome: 'wait', until: after(60) });
  t.deepEqual(await codes.send(step, after(60)), { outcome: 'sent' });
  const second = await codes.code(step);
  t.is((await guess(step, first === second ? wrongFor(first) : first, { now: after(61) })).outcome, 'wrong', 'the first code is dead');
  t.deepEqual(await codes.send(step, after(179)), { outcome: 'wait', until: after(180) });
  t.deepEqual(await codes.send(step, after(180)), { outcome: 'sent' });
  t.deepEqual(await codes.send(step, after(480)), { outcome: 'used_up' });
  t.is((await guess(step, await codes.code(step), { now: after(181) })).outcome, 'right');
}); // prettier-ignore

test('of ten sends at once one message goes out', async (t) => {
  const step = await newStep(house);
  const answers = await times(10, (i) => codes.send(step, NOW, either(i)));
  t.is(answers.filter(({ outcome }) => outcome === 'sent').length, 1, JSON.stringify(answers));
  const live = await house.db.rows(sql`select id from otp where transaction_id = ${step.transactionId} and superseded_at is null`); // prettier-ignore
  t.is(live.length, 1, 'and its code lives');
  const again = await times(10, (i) => codes.send(step, after(60), either(i)));
  t.is(again.filter(({ outcome }) => outcome === 'sent').length, 1, JSON.stringify(again));
  t.is(
    (await guess(step, await codes.code(step), { now: after(61) })).outcome,
    'right',
    'the newest code is the one that counts',
  );
});

test('the message reads as the design says, in plain ASCII that fits one SMS', async (t) => {
  const { step } = await sent();
  const text = await codes.text(step);
  t.regex(text, /^\d{6} la ma xac nhan nop ho so TN-\d\d tren Tay Ninh ID\. Khong dua cho ai\.$/);
  t.true(text.length <= 160);
});

test('codes keep their leading zeros and are not all alike', async (t) => {
  const seen = new Set<string>();
  for (let i = 0; i < 12; i += 1) seen.add((await sent()).code);
  t.true(seen.size > 8);
  for (const code of seen) t.regex(code, /^\d{6}$/);
});

test('code and phone stand nowhere in the database in clear', async (t) => {
  const { step, code } = await sent();
  await guess(step, wrongFor(code));
  const columns = await house.db.rows<{ table: string; column: string; type: string }>(sql`
    select table_name as table, column_name as column, data_type as type from information_schema.columns
    where table_schema = 'public' and data_type in ('text', 'character varying', 'bytea', 'json', 'jsonb')`);
  t.true(columns.length > 50);
  for (const secret of [code, step.request.e164.slice(3)]) {
    for (const { table, column, type } of columns) {
      const needle = type === 'bytea' ? `position('\\x${Buffer.from(secret).toString('hex')}'::bytea in "${column}") > 0` : `"${column}"::text like '%${secret}%'`; // prettier-ignore
      const found = await house.db.rows({
        name: '',
        text: `select 1 from "${table}" where ${needle} limit 1`,
        values: [],
      });
      t.is(found.length, 0, `${table}.${column}`);
    }
  }
});

test('a code sent before the key changed is still right after it', async (t) => {
  const { step, code } = await sent();
  const fresh = Buffer.alloc(32, 5).toString('base64url');
  const rotated = await openVault(house.db, openEnvelope(fresh, [house.kek]), NOW);
  t.not(rotated.otpKeys[0]?.id, house.vault.otpKeys[0]?.id);
  t.is((await guess(step, wrongFor(code), { vault: rotated })).outcome, 'wrong');
  t.is((await guess(step, code, { vault: rotated })).outcome, 'right');
});

test('ten wrong guesses of one account, over any codes, lock the step for an hour on every path', async (t) => {
  const accountId = await house.citizen();
  const steps = [await sent({ accountId }), await sent({ accountId }), await sent({ accountId })] as const;
  for (let i = 0; i < 10; i += 1) {
    const { step, code } = steps[i % 2 === 0 ? 0 : 1];
    t.is((await guess(step, wrongFor(code))).outcome, 'wrong');
  }
  const [, , last] = steps;
  t.deepEqual(
    await guess(last.step, last.code),
    { outcome: 'locked' },
    'also the right code of another transaction',
  );
  t.deepEqual(await guess(last.step, last.code, { db: house.second }), { outcome: 'locked' });
  t.is((await row(last.step))?.attempts, 0, 'nothing was compared');
  const lock = await house.db.row<{ expire: number }>(
    sql`select expire from rate_limit where key = ${`guess-day:${accountId}`}`,
  );
  t.true((lock?.expire ?? 0) === NOW.getTime() + 3_600_000, 'for an hour');
  await house.db.run(sql`update rate_limit set expire = 1 where key = ${`guess-day:${accountId}`}`);
  t.is((await guess(last.step, last.code)).outcome, 'right', 'an hour later');
});

test('the lock holds against guesses at many codes of one account at once', async (t) => {
  const accountId = await house.citizen();
  const steps = await times(6, () => sent({ accountId }));
  await times(60, (i) => {
    const { step, code } = steps[i % 6] ?? t.fail();
    return guess(step, wrongFor(code), { db: either(i) });
  });
  const evaluated = await house.db.row<{ n: number }>(
    sql`select sum(attempts) as n from otp where account_id = ${accountId}`,
  );
  t.true((evaluated?.n ?? 99) <= 10, `${evaluated?.n} of 60 were compared`);
});

test('wrong guesses of one account do not lock another', async (t) => {
  const [one, two] = [await sent(), await sent()];
  for (let i = 0; i < 5; i += 1) await guess(one.step, wrongFor(one.code));
  t.is((await guess(two.step, two.code)).outcome, 'right');
});

test('when limits cannot be checked no code is compared and none is sent', async (t) => {
  const { step, code } = await sent();
  const gone = { ...house.db, apart: () => Promise.reject(new Error('gone')) };
  const broken = createBudgets(gone, { channelPerHour: 10 });
  const check = checkCode(
    { db: gone, vault: house.vault, budgets: broken, origin: ORIGIN },
    { ...step, code },
    async () => {},
    NOW,
  );
  await t.throwsAsync(check, { message: 'gone' });
  t.is((await row(step))?.attempts, 0);
  const other = await newStep(house);
  const refused = await t.throwsAsync(codesOf(house, broken).send(other), {
    message: 'limits cannot be checked',
  });
  t.like(refused, { kind: 'unavailable', reason: 'limiter' });
  await t.throwsAsync(codes.text(other));
});
