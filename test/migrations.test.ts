import test from 'ava';
import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { openDatabase } from '../database.ts';
import { columnComments } from '../migrations/ddl.ts';
import { dumpSchema } from '../migrations/dump.ts';
import { isMigrated, migrate } from '../migrations/migrate.ts';
import { useDatabase } from './support/database.ts';

let migrated: string;
const made: string[] = [];
test.before(async () => {
  ({ url: migrated } = await useDatabase());
});
test.after.always(async () => {
  const admin = new pg.Client({ connectionString: migrated });
  await admin.connect();
  for (const name of made) await admin.query(`drop database if exists ${name} with (force)`);
  await admin.end();
});

/** An empty database beside the migrated one. */
async function emptyDatabase(): Promise<string> {
  const name = `empty_${process.pid}_${made.length}`;
  made.push(name);
  const admin = new pg.Client({ connectionString: migrated });
  await admin.connect();
  await admin.query(`create database ${name} template template0`);
  await admin.end();
  return Object.assign(new URL(migrated), { pathname: name }).href;
}

test('every migration file is applied, in order', async (t) => {
  const files = (await readdir(new URL('../migrations', import.meta.url))).filter((name) => /^\d{4}-.*\.ts$/.test(name));
  t.deepEqual(await migrate(await emptyDatabase()), files.map((name) => name.replace(/\.ts$/, '')).toSorted());
}); // prettier-ignore

test('migrating again does nothing', async (t) => {
  t.deepEqual(await migrate(migrated), []);
});

test('several brokers that start at once on an empty database all end with the whole schema', async (t) => {
  const url = await emptyDatabase();
  await t.notThrowsAsync(Promise.all([migrate(url), migrate(url), migrate(url)]));
  t.is(await dumpSchema(url), await dumpSchema(migrated));
});

test('a migration that was killed does not keep the next one out', async (t) => {
  const url = await emptyDatabase();
  await migrate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('update knex_migrations_lock set is_locked = 1');
  await client.end();
  t.deepEqual(await migrate(url), []);
});

test('a broker knows whether its database is ready', async (t) => {
  const [ready, empty] = [openDatabase(migrated), openDatabase(await emptyDatabase())];
  t.true(await isMigrated(ready));
  t.false(await isMigrated(empty));
  await Promise.all([ready.close(), empty.close()]);
});

test('a column’s label becomes its comment, quotes and question marks and all', (t) => {
  const ddl = `
create table person (
  id uuid primary key, -- personal: no
  name text not null default 'a?b', -- personal: yes, the person's name; until erased?
  plain integer
);
create index person_name on person (name);`;
  t.deepEqual(columnComments(ddl), [
    `comment on column person.id is 'personal: no'`,
    `comment on column person.name is 'personal: yes, the person''s name; until erased?'`,
  ]);
});

test('every table that must not change refuses an update, a delete and a truncate', async (t) => {
  const client = new pg.Client({ connectionString: migrated });
  await client.connect();
  const { rows } = await client.query<{ table: string; refused: number }>(`
    select c.relname as table, bit_or(g.tgtype & (8 | 16 | 32))::int as refused from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_proc p on p.oid = g.tgfoid
    where p.proname = 'refuse_change' group by 1 order by 1`);
  await client.end();
  // A proposal of a catalogue ends once: its update has a trigger of its own.
  const [proposal, ...never] = [...rows.filter(({ table }) => table === 'catalogue_proposal'), ...rows.filter(({ table }) => table !== 'catalogue_proposal')];
  t.is(proposal?.refused, 8 | 32);
  t.deepEqual(never.map(({ table }) => table), ['access_event', 'catalogue_approval', 'catalogue_version', 'consent_event', 'counter_decision', 'decision_record', 'notice', 'purpose', 'step_fact']);
  t.true(never.every(({ refused }) => refused === (8 | 16 | 32)), 'delete, update, truncate (pg_trigger.h)');
}); // prettier-ignore
