// Proofs seen by any node of a service, in its own PostgreSQL. Creates nothing: run `replayTableDdl`
// with the service's migrations.

import type { ReplayStore } from '../sources/replay.ts';

/** `pool.query` of pg fits. Must reject when the statement did not run. */
export type Query = (
  text: string,
  values: readonly unknown[],
) => Promise<{ readonly rowCount: number | null }>;

export type PostgresReplayStore = ReplayStore & {
  /** Deletes what no clock could accept any more; also done now and then by `insert`. */
  removeExpired(now: Date): Promise<number>;
};

export type PostgresReplayOptions = {
  /** Default `tn_guard_replay`; letters, digits, `_` and one `.` only. */
  readonly table?: string;
};

const defaultTable = 'tn_guard_replay';
const tableName = /^[a-z_][a-z0-9_]{0,50}(\.[a-z_][a-z0-9_]{0,50})?$/;
const removalPauseMs = 60_000;
// A bounded statement, so that clearing up never holds many rows at once.
const removalLimit = 5000;

/** The table, and the index that clearing up uses. */
export function replayTableDdl(table = defaultTable): string {
  const name = checked(table);
  const index = `${name.split('.').at(-1)}_expiry`;
  return [
    `create table if not exists ${name} (key text primary key, expires_at timestamptz not null);`,
    `create index if not exists ${index} on ${name} (expires_at);`,
  ].join('\n');
}

export function createPostgresReplayStore(
  query: Query,
  { table = defaultTable }: PostgresReplayOptions = {},
): PostgresReplayStore {
  const name = checked(table);
  const insertText = `insert into ${name} (key, expires_at) values ($1, $2) on conflict (key) do nothing`;
  const removeText =
    `delete from ${name} where key in ` +
    `(select key from ${name} where expires_at < $1 order by expires_at limit ${removalLimit} for update skip locked)`;
  let removedAtMs = -Infinity;

  async function removeExpired(now: Date): Promise<number> {
    const { rowCount } = await query(removeText, [now]);
    return rowCount ?? 0;
  }

  return {
    removeExpired,
    async insert(key, ttlMs, now) {
      // The unique index decides between nodes that insert at the same moment.
      const { rowCount } = await query(insertText, [key, new Date(now.getTime() + ttlMs)]);
      if (rowCount === null) throw new Error('guard: the replay table did not say whether it took the key');
      if (now.getTime() - removedAtMs >= removalPauseMs) {
        removedAtMs = now.getTime();
        // Nobody waits for it; what is left over goes with the next one.
        removeExpired(now).catch(() => undefined);
      }
      return rowCount === 1;
    },
  };
}

function checked(table: string): string {
  if (!tableName.test(table)) throw new Error('guard: the name of the replay table is not acceptable');
  return table;
}
