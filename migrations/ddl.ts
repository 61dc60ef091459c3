// DDL is written as plain SQL in which each column ends with its privacy label:
//     phone_key bytea not null, -- personal: pseudonym, keyed hash to count sends; life of the account
// The label becomes the column's comment, so the register of personal data is a query
// and test/schema.test.ts can refuse a silent column.

import type { Knex } from 'knex';

/** Runs the statements and turns trailing `-- personal:` labels into column comments. */
export async function apply(knex: Knex, ddl: string): Promise<void> {
  await raw(knex, ddl);
  for (const statement of columnComments(ddl)) await raw(knex, statement);
}

/** `comment on column` statements for every labelled column of every `create table`. */
export function columnComments(ddl: string): string[] {
  const comments: string[] = [];
  for (const [, table, body] of ddl.matchAll(/create (?:unlogged )?table (\w+) \(\n(.*?)\n\)/gs)) {
    for (const line of (body ?? '').split('\n')) {
      const column = /^\s+(\w+) .*-- (personal: .+)$/.exec(line);
      if (column === null) continue;
      const text = (column[2] ?? '').replaceAll("'", "''");
      comments.push(`comment on column ${table}.${column[1]} is '${text}'`);
    }
  }
  return comments;
}

// knex.raw reads a bare question mark as a binding, even inside a literal.
async function raw(knex: Knex, statement: string): Promise<void> {
  await knex.raw(statement.replaceAll('?', '\\?'));
}
