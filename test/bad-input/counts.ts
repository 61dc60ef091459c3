// How many rows every table holds: what a refused request must not change.

import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';

// A proof or assertion that was understood is spent even when the request is refused.
const SPENT_ANYHOW = new Set(['oidc_replay']);

export type Counts = Readonly<Record<string, number>>;

export async function countRows(db: Database): Promise<Counts> {
  const tables = await db.rows<{ name: string }>(sql`
    select tablename as name from pg_tables where schemaname = 'public' order by 1`);
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    if (SPENT_ANYHOW.has(name)) continue;
    const [row] = await db.built<{ n: string | number }>(db.build(name).count({ n: '*' }));
    counts[name] = Number(row?.n);
  }
  return counts;
}

/** What has changed between two counts, as `table: +n`. */
export const changes = (before: Counts, after: Counts): readonly string[] =>
  Object.keys(after)
    .filter((table) => after[table] !== before[table])
    .map((table) => `${table}: ${(after[table] ?? 0) - (before[table] ?? 0)}`);

/** Waits for the events of issued tokens, which are gathered and written a moment after the answer. */
export async function settle(db: Database): Promise<void> {
  let [before, after] = [-1, 0];
  while (before !== after) {
    before = after;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const row = await db.row<{ n: number }>(sql`select count(*) as n from access_event`);
    after = (row?.n ?? 0) + 1;
  }
}
