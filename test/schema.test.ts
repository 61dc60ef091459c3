import test from 'ava';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { dumpSchema } from '../migrations/dump.ts';
import { useDatabase } from './support/database.ts';

let url: string;
test.before(async () => {
  ({ url } = await useDatabase());
});

type Column = { table: string; column: string; comment: string | null };

async function columns(): Promise<Column[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Column>(
      `select c.relname as table, a.attname as column, col_description(c.oid, a.attnum) as comment
       from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
         and a.attnum > 0 and not a.attisdropped and c.relname not in ('knex_migrations', 'knex_migrations_lock')
       order by 1, a.attnum`,
    );
    return rows;
  } finally {
    await client.end();
  }
}

test('schema.sql shows what the migrations make', async (t) => {
  const committed = await readFile(new URL('../migrations/schema.sql', import.meta.url), 'utf8').catch(
    () => '',
  );
  t.is(
    committed,
    await dumpSchema(url),
    'the schema has changed: run `bin/tnid migrate --dump` and commit migrations/schema.sql',
  );
});

test('the same schema is dumped to the same bytes', async (t) => {
  const other = await useDatabase();
  t.is(await dumpSchema(other.url), await dumpSchema(url));
});

test('every column says whether it holds personal data, and if so why and how long', async (t) => {
  const found = await columns();
  t.true(found.length > 0);
  const silent = found.filter(
    ({ comment }) => !/^personal: (no\b|(pseudonym|yes), *\S[^;]*; *\S)/.test(comment ?? ''),
  );
  t.deepEqual(
    silent.map(({ table, column, comment }) => `${table}.${column}: ${comment ?? 'no comment'}`),
    [],
    'write `personal: no`, `personal: pseudonym, why; how long` or `personal: yes, why; how long`',
  );
});
