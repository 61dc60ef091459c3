import test from 'ava';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { openDatabase, sql } from '../database.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { useDatabase } from './support/database.ts';

let url: string;
let db: Database;
let admin: pg.Pool;

test.before(async () => {
  ({ url } = await useDatabase());
  db = openDatabase(url, { maxConnections: 4 });
  admin = new pg.Pool({ connectionString: url, max: 2 });
  admin.on('error', () => {});
  await admin.query(`create table note (id integer constraint note_id primary key, text text, at timestamptz);
`);
});
test.after.always(async () => {
  await Promise.all([db.close(), admin.end()]);
});

let nextId = 0;
const fresh = () => (nextId += 1);
const add = (id: number, on: Database = db) => on.run(sql`insert into note (id) values (${id})`);
const isThere = async (id: number) =>
  (await admin.query('select from note where id = $1', [id])).rowCount === 1;
const refusal = async (work: Promise<unknown>): Promise<Refusal> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

const outages: readonly [title: string, work: () => Promise<unknown>][] = [
  ['nobody listens', () => withDatabase('postgres://x@127.0.0.1:9/x', (one) => one.row(sql`select 1`))],
  [
    'no such host',
    () => withDatabase('postgres://x@no-such-host.invalid/x', (one) => one.row(sql`select 1`)),
  ],
  ['the server hangs up', () => withHangingUp((one) => one.row(sql`select 1`))],
  ['a transaction cannot begin', () => withHangingUp((one) => one.transaction(() => one.row(sql`select 1`)))],
  ['a request cannot write', () => withHangingUp((one) => one.request(async () => { await one.run(sql`select 1`); return 'commit'; }))], // prettier-ignore
  ['the backend is ended in mid-statement', () => killed('select pg_sleep(5)')],
  ['the statement takes too long', () => withDatabase(url, (one) => one.transaction(async () => { await one.run(sql`set local statement_timeout = 50`); await one.row(sql`select pg_sleep(5)`); }))], // prettier-ignore
  ['two transactions wait for each other', deadlocked],
];
for (const [title, work] of outages) {
  test(`${title}: one refusal, unavailable, with a time to try again`, async (t) => {
    const refused = await refusal(work());
    t.is(refused.kind, 'unavailable');
    t.is(refused.reason, 'database');
    t.is(refused.retryAfterSeconds, 2);
    t.not(refused.cause, undefined);
  });
}

test('when every connection is taken the wait is short and ends in unavailable', async (t) => {
  await withDatabase(
    url,
    async (one) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      const holder = one.transaction(() => held);
      const refused = await refusal(one.row(sql`select 1`));
      release();
      await holder;
      t.is(refused.kind, 'unavailable');
      t.truthy(await one.row(sql`select 1`));
    },
    1,
  );
});

test('after a lost connection the next statement works', async (t) => {
  await withDatabase(url, async (one) => {
    const row = await one.row<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    await admin.query('select pg_terminate_backend($1)', [row?.pid]);
    await pause(50);
    t.truthy(await one.row(sql`select 1`));
  });
});

test('a transaction whose connection dies leaves nothing and refuses', async (t) => {
  const id = fresh();
  await withDatabase(url, async (one) => {
    const refused = await refusal(
      one.transaction(async () => {
        await add(id, one);
        const row = await one.row<{ pid: number }>(sql`select pg_backend_pid() as pid`);
        await admin.query('select pg_terminate_backend($1)', [row?.pid]);
        await pause(50);
      }),
    );
    t.is(refused.kind, 'unavailable');
    t.false(await isThere(id));
    t.truthy(await one.row(sql`select 1`));
  });
});

test('a listener hears, and after its connection died listens again, once', async (t) => {
  const heard: string[] = [];
  const stop = await db.listen('test_news', (payload) => void heard.push(payload));
  const listeners = async () =>
    (await admin.query<{ pid: number }>(`select pid from pg_stat_activity where application_name = 'tayninh-id listen' and datname = current_database()`)).rows; // prettier-ignore
  await admin.query(`select pg_notify('test_news', 'one')`);
  await until(() => heard.includes('one'));
  t.deepEqual(heard, ['', 'one']);

  for (const { pid } of await listeners()) await admin.query('select pg_terminate_backend($1)', [pid]);
  await until(() => heard.length === 3);
  await pause(300);
  t.is((await listeners()).length, 1);
  t.deepEqual(heard, ['', 'one', ''], 'it looks once for what it missed');
  await admin.query(`select pg_notify('test_news', 'two')`);
  await until(() => heard.includes('two'));
  t.is(heard.filter((payload) => payload === 'two').length, 1);
  await stop();
  await until(async () => (await listeners()).length === 0);
  t.deepEqual(await listeners(), []);
});

async function withDatabase<T>(
  where: string,
  work: (one: Database) => Promise<T>,
  maxConnections = 2,
): Promise<T> {
  const one = openDatabase(where, { maxConnections });
  try {
    return await work(one);
  } finally {
    await one.close();
  }
}

async function withHangingUp(work: (one: Database) => Promise<unknown>): Promise<unknown> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  try {
    return await withDatabase(`postgres://x@127.0.0.1:${port}/x`, work);
  } finally {
    server.close();
  }
}

function killed(statement: string): Promise<unknown> {
  return withDatabase(url, (one) =>
    one.transaction(async () => {
      const row = await one.row<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      setTimeout(() => void admin.query('select pg_terminate_backend($1)', [row?.pid]), 50);
      await one.run({ name: '', text: statement, values: [] });
    }),
  );
}

async function deadlocked(): Promise<unknown> {
  const [a, b] = [fresh(), fresh()];
  await add(a);
  await add(b);
  const lock = (id: number) => db.row(sql`select id from note where id = ${id} for update`);
  let locked = 0;
  let go = () => {};
  const both = new Promise<void>((resolve) => (go = resolve));
  const cross = (first: number, then: number) =>
    db.transaction(async () => {
      await lock(first);
      if ((locked += 1) === 2) go();
      await both;
      await lock(then);
    });
  return Promise.all([cross(a, b), cross(b, a)]);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await condition()) return;
    await pause(50);
  }
  throw new Error('it did not happen in five seconds');
}
