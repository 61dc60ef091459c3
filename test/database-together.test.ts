import test from 'ava';
import { openDatabase, sql } from '../database.ts';
import type { Database } from '../database.ts';
import { useDatabase } from './support/database.ts';

let db: Database;
test.before(async () => {
  const { url } = await useDatabase();
  db = openDatabase(url, { maxConnections: 4 });
  await db.run(sql`create table mark (id integer primary key check (id < 1000))`);
});
test.after.always(() => db.close());

/** Asks which ids are there, counting its statements. A key below 0 breaks the statement it is in. */
function newQuestion() {
  const question = { statements: 0, ask };
  async function ask(on: Database, ids: readonly number[]): Promise<readonly boolean[]> {
    question.statements += 1;
    const rows = await on.rows<{ id: number }>(sql`
      select m.id from mark m where m.id = any(${ids}) and 1 / (case when ${Math.min(...ids)}::int < 0 then 0 else 1 end) = 1`);
    return ids.map((id) => rows.some((row) => row.id === id));
  }
  return question;
}

test('questions asked at once share a statement, and each gets its own answer', async (t) => {
  await db.run(sql`insert into mark (id) select generate_series(100, 198, 2)`);
  const question = newQuestion();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => db.together(question.ask, 100 + i)),
  );
  t.deepEqual(
    answers,
    Array.from({ length: 100 }, (_, i) => i % 2 === 0),
  );
  t.true(question.statements < 10, `${question.statements} statements`);
});

test('nothing is remembered after the answer', async (t) => {
  const question = newQuestion();
  t.false(await db.together(question.ask, 300));
  await db.run(sql`insert into mark (id) values (300)`);
  t.true(await db.together(question.ask, 300));
});

test('one bad question does not fail the others', async (t) => {
  await db.run(sql`insert into mark (id) values (400)`);
  const question = newQuestion();
  const settled = await Promise.allSettled([400, -1, 401].map((id) => db.together(question.ask, id)));
  t.deepEqual(
    settled.map((one) => (one.status === 'fulfilled' ? one.value : 'failed')),
    [true, 'failed', false],
  );
});

test('a question inside a transaction sees what the transaction wrote, and nobody else does', async (t) => {
  const question = newQuestion();
  await t.throwsAsync(
    db.transaction(async () => {
      await db.run(sql`insert into mark (id) values (500)`);
      t.true(await db.together(question.ask, 500));
      t.false(await db.apart(() => db.together(question.ask, 500)));
      throw new Error('later');
    }),
    { message: 'later' },
  );
  t.false(await db.together(question.ask, 500));
});

test('a shared write belongs to the request that asked for it', async (t) => {
  const insert = async (on: Database, ids: readonly number[]) => {
    await on.run(sql`insert into mark (id) select unnest(${ids}::int[])`);
    return ids.map(() => true);
  };
  await Promise.all([
    db.request(async () => {
      await db.together(insert, 600, 'write');
      return 'commit';
    }),
    db.request(async () => {
      await db.together(insert, 601, 'write');
      return 'rollback';
    }),
  ]);
  const question = newQuestion();
  t.deepEqual(await Promise.all([600, 601].map((id) => db.together(question.ask, id))), [true, false]);
});
