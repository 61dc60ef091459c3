import test from 'ava';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { isUniqueViolation, openDatabase, sql } from '../database.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { useDatabase } from './support/database.ts';

let url: string;
let db: Database;
let second: Database;
let admin: pg.Pool;

test.before(async () => {
  ({ url } = await useDatabase());
  db = openDatabase(url, { maxConnections: 4 });
  second = openDatabase(url, { maxConnections: 2 });
  admin = new pg.Pool({ connectionString: url, max: 2 });
  admin.on('error', () => {});
  await admin.query(`create table note (id integer constraint note_id primary key, text text, at timestamptz);
    create unique index note_text on note (text)`);
});
test.after.always(async () => {
  await Promise.all([db.close(), second.close(), admin.end()]);
});

let nextId = 0;
const fresh = () => (nextId += 1);
const add = (id: number, on: Database = db) => on.run(sql`insert into note (id) values (${id})`);
const isThere = async (id: number) =>
  (await admin.query('select from note where id = $1', [id])).rowCount === 1;
const boom = new Error('boom');
test('a transaction commits when its work returns and gives back what it returned', async (t) => {
  const id = fresh();
  t.is(
    await db.transaction(async () => {
      await add(id);
      t.true(db.inTransaction());
      t.false(await isThere(id), 'others do not see it yet');
      return 'done';
    }),
    'done',
  );
  t.true(await isThere(id));
  t.false(db.inTransaction());
});

test('a throw takes everything back', async (t) => {
  const id = fresh();
  const work = db.transaction(async () => {
    await add(id);
    throw boom;
  });
  await t.throwsAsync(work, { is: boom });
  t.false(await isThere(id));
});

test('a transaction inside a transaction joins it: the outer throw takes the inner back', async (t) => {
  const [outer, inner] = [fresh(), fresh()];
  await t.throwsAsync(
    db.transaction(async () => {
      await add(outer);
      await db.transaction(() => add(inner));
      throw boom;
    }),
  );
  t.false(await isThere(outer));
  t.false(await isThere(inner));
});

test('two transactions at once do not see one another', async (t) => {
  const ids = [fresh(), fresh()] as const;
  const both = await Promise.allSettled([
    db.transaction(async () => {
      await add(ids[0]);
      await pause(20);
    }),
    db.transaction(async () => {
      await add(ids[1]);
      await pause(10);
      throw boom;
    }),
  ]);
  t.deepEqual(
    both.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  t.true(await isThere(ids[0]));
  t.false(await isThere(ids[1]));
});

test('a request that only reads takes no transaction', async (t) => {
  await db.request(async () => {
    await db.row(sql`select 1 as one`);
    t.false(db.inTransaction());
    return 'commit';
  });
});

test('a request begins with its first write, and what follows joins it', async (t) => {
  const id = fresh();
  await db.request(async () => {
    t.false(db.inTransaction());
    await add(id);
    t.true(db.inTransaction());
    t.is((await db.rows(sql`select from note where id = ${id}`)).length, 1, 'its own writes are seen');
    t.false(await isThere(id));
    return 'commit';
  });
  t.true(await isThere(id));
});

test('two first writes at once share one transaction', async (t) => {
  const ids = [fresh(), fresh(), fresh()];
  await db.request(async () => {
    await Promise.all(ids.map((id) => add(id)));
    return 'rollback';
  });
  for (const id of ids) t.false(await isThere(id));
});

test('a request ends as its work says, or with a throw', async (t) => {
  const [taken, thrown] = [fresh(), fresh()];
  await db.request(async () => {
    await add(taken);
    return 'rollback';
  });
  await t.throwsAsync(
    db.request(async () => {
      await add(thrown);
      throw boom;
    }),
    { is: boom },
  );
  t.false(await isThere(taken));
  t.false(await isThere(thrown));
});

test('rows locked by a transaction inside a request stay locked until the request ends', async (t) => {
  const id = fresh();
  await add(id);
  await db.request(async () => {
    await db.transaction(() => db.rows(sql`select id from note where id = ${id} for update`));
    const skipped = await second.rows(sql`select id from note where id = ${id} for update skip locked`);
    t.is(skipped.length, 0);
    return 'commit';
  });
  t.is((await second.rows(sql`select id from note where id = ${id} for update skip locked`)).length, 1);
});

test('what is written apart stays when the transaction rolls back', async (t) => {
  const [gone, kept, keptToo] = [fresh(), fresh(), fresh()];
  await t.throwsAsync(
    db.transaction(async () => {
      await add(gone);
      await db.apart(() => add(kept));
      await db.apart(() => db.transaction(() => add(keptToo)));
      throw boom;
    }),
  );
  t.false(await isThere(gone));
  t.true(await isThere(kept));
  t.true(await isThere(keptToo));
});

test('apart does not wait for a connection that its own transactions hold', async (t) => {
  const ids = Array.from({ length: 4 }, () => [fresh(), fresh(), fresh()] as const);
  let inside = 0;
  let open = () => {};
  const everybodyIn = new Promise<void>((resolve) => (open = resolve));
  await Promise.all(
    ids.map(([own, apart, apartTransaction]) =>
      db.transaction(async () => {
        await add(own);
        if ((inside += 1) === ids.length) open(); // all four connections of the pool are taken
        await everybodyIn;
        await db.apart(() => add(apart));
        await db.apart(() => db.transaction(() => add(apartTransaction)));
      }),
    ),
  );
  for (const id of ids.flat()) t.true(await isThere(id));
});

test('work that outlives its transaction never writes on a connection given to somebody else', async (t) => {
  const [own, late] = [fresh(), fresh()];
  let stray: Promise<unknown> = Promise.resolve();
  await db.transaction(async () => {
    await add(own);
    stray = pause(30).then(() => add(late)); // nobody awaits it
  });
  await Promise.all(
    Array.from({ length: 4 }, () =>
      db
        .transaction(async () => {
          await db.row(sql`select 1 as one`);
          await pause(80);
          throw boom;
        })
        .catch(() => {}),
    ),
  );
  await stray;
  t.true(await isThere(late), 'it stands on its own');
});

test('a swallowed failure inside a transaction does not pass for a commit', async (t) => {
  const id = fresh();
  await add(id);
  const other = fresh();
  await t.throwsAsync(
    db.transaction(async () => {
      await add(other);
      await add(id).catch(() => {});
    }),
    { message: /nothing was committed/ },
  );
  t.false(await isThere(other));
  t.is((await db.row<{ one: number }>(sql`select 1 as one`))?.one, 1, 'the connection is clean');
});

test('question marks, quotes and dollars in text and values come back byte for byte', async (t) => {
  const id = fresh();
  const text = `Bạn có đồng ý không? 'có' "không" $1 \\? ?? ; -- ?| ?&`;
  await db.run(sql`insert into note (id, text) values (${id}, ${text})`);
  t.is((await db.row<{ text: string }>(sql`select text from note where id = ${id}`))?.text, text);
  const literal = await db.row<{ text: string; has: boolean }>(
    sql`select 'thật không?' as text, '{"a":1}'::jsonb ? 'a' as has, ${id}::int as id`,
  );
  t.is(literal?.text, 'thật không?');
  t.true(literal?.has);
});

test('one call site is one named statement; another text is another name', (t) => {
  const make = (id: number) => sql`select ${id}::int as id`;
  t.is(make(1).name, make(2).name);
  t.is(make(1).text, 'select $1::int as id');
  t.deepEqual(make(7).values, [7]);
  t.not(make(1).name, sql`select ${1}::int as other`.name);
  t.deepEqual(sql`select ${undefined}`.values, [null]);
});

test('hot statements are prepared once a connection', async (t) => {
  const one = openDatabase(url, { maxConnections: 1 });
  const ask = (n: number) => one.row<{ n: number }>(sql`select ${n}::int + 1000 as n`);
  for (let n = 0; n < 5; n += 1) t.is((await ask(n))?.n, n + 1000);
  const prepared = await one.rows(
    sql`select name from pg_prepared_statements where statement like '%+ 1000%' and statement not like '%pg_prepared%'`,
  );
  t.is(prepared.length, 1);
  await one.close();
});

test('counts come back as numbers, times as dates, bytes as bytes', async (t) => {
  const row = await db.row(
    sql`select 9007199254740991::bigint as big, ${new Date('2026-11-22T00:00:00Z')}::timestamptz as at, ${Buffer.from('x')}::bytea as bytes`,
  );
  t.is(row?.['big'], 9007199254740991);
  t.deepEqual(row?.['at'], new Date('2026-11-22T00:00:00Z'));
  t.deepEqual(row?.['bytes'], Buffer.from('x'));
});

test('run tells how many rows were written', async (t) => {
  const id = fresh();
  t.is(await add(id), 1);
  t.is(await db.run(sql`update note set text = null where id = ${-1}`), 0);
});

test('a statement built from filters joins the running transaction', async (t) => {
  const id = fresh();
  await db.transaction(async () => {
    await add(id);
    t.is((await db.built(db.build('note').where({ id }))).length, 1);
  });
});

test('a unique violation is told by its constraint', async (t) => {
  const id = fresh();
  await add(id);
  const error: unknown = await t.throwsAsync(add(id));
  t.true(isUniqueViolation(error));
  t.true(isUniqueViolation(error, 'note_id'));
  t.false(isUniqueViolation(error, 'note_text'));
  t.true(isUniqueViolation(new Refusal('conflict', 'x', { cause: error })));
  t.false(isUniqueViolation(boom));
  t.false(isUniqueViolation(undefined));
});

test('a mistake of ours stays a mistake, not an outage', async (t) => {
  const error = await t.throwsAsync(db.row(sql`select * from no_such_table`));
  t.false(error instanceof Refusal);
});
