// Counts tries in PostgreSQL, so that a limit holds over every process. A try is taken before
// anything is compared, in one statement: however many come at once, no more get through.

import type { Database } from './database.ts';
import { sql } from './database.ts';

export type TryLimit = { readonly name: string; readonly most: number; readonly seconds: number };

/** Takes one of the tries of `key` (a keyed hash or an id of ours, never what a person typed). False: none were left. */
export const takeTry = async (db: Database, limit: TryLimit, key: string, now: Date): Promise<boolean> =>
  (await triesLeft(db, limit, key, now)) !== undefined;

/** The same, and how many are left after this one; undefined: none were. */
export async function triesLeft(
  db: Database,
  { name, most, seconds }: TryLimit,
  key: string,
  now: Date,
): Promise<number | undefined> {
  const nowMs = now.getTime();
  // Apart: a request that is refused must not take its try back.
  const row = await db.apart(() =>
    db.row<{ points: number }>(sql`
      insert into rate_limit (key, points, expire) values (${`${name}:${key}`}, 1, ${nowMs + seconds * 1000}::bigint)
      on conflict (key) do update set
        points = case when rate_limit.expire <= ${nowMs}::bigint then 1 else rate_limit.points + 1 end,
        expire = case when rate_limit.expire <= ${nowMs}::bigint then excluded.expire else rate_limit.expire end
      returning points`),
  );
  return row === undefined || row.points > most ? undefined : most - row.points;
}

/** Gives a try back: it was right. */
export async function returnTry(db: Database, { name }: TryLimit, key: string): Promise<void> {
  await db.apart(() =>
    db.run(sql`update rate_limit set points = points - 1 where key = ${`${name}:${key}`} and points > 0`),
  );
}
