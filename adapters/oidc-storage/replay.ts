import { hash } from 'node:crypto';
import type { Adapter } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { Database } from '../../database.ts';
import { sql } from '../../database.ts';

type Waiting = {
  readonly id: Buffer;
  readonly lifeSeconds: number;
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (error: unknown) => void;
};

/** More rows than this go into the next statement. */
const MOST_ROWS = 200;

// The library asks "seen before?" and then saves. Only the insert decides, so the question is
// never sent, and it commits on its own, whatever becomes of the request: a proof or client
// assertion counts once however many requests carry it at a time.
export function replayAdapter(db: Database): Adapter {
  const insert = insertTogether(db);
  return {
    find: async () => undefined,
    async upsert(id, _payload, expiresIn) {
      if (expiresIn === undefined) throw new Error('a replay entry without an end'); // the library always gives one
      const isNew = await insert(hash('sha256', id, 'buffer'), expiresIn);
      if (!isNew) throw new errors.InvalidGrant('jti was already used');
    },
    destroy: async () => {},
    consume: async () => {},
    revokeByGrantId: async () => {},
    findByUserCode: async () => undefined,
    findByUid: async () => undefined,
  };
}

// Every token request inserts two ids. While one statement is under way the next ones gather, and
// go together: alone they are sent at once, under load ten or more share the price of one. Each
// request learns whether its own row went in.
function insertTogether(db: Database): (id: Buffer, lifeSeconds: number) => Promise<boolean> {
  let waiting: Waiting[] = [];
  let isSending = false;

  const send = async (): Promise<void> => {
    while (waiting.length > 0) {
      const taken = waiting.slice(0, MOST_ROWS);
      waiting = waiting.slice(MOST_ROWS);
      await insertRows(db, taken).catch((error: unknown) => taken.forEach(({ reject }) => reject(error)));
    }
    isSending = false;
  };
  return (id, lifeSeconds) =>
    new Promise((resolve, reject) => {
      waiting.push({ id, lifeSeconds, resolve, reject });
      if (isSending) return;
      isSending = true;
      // At the end of this turn of the event loop: its other requests come along.
      setImmediate(() => void db.apart(send));
    });
}

async function insertRows(db: Database, rows: readonly Waiting[]): Promise<void> {
  const inserted = await db.rows<{ id: Buffer }>(sql`
    insert into oidc_replay (id, expires_at)
    select id, now() + life * interval '1 second' from unnest(${rows.map(({ id }) => id)}::bytea[], ${rows.map((row) => row.lifeSeconds)}::int[]) as fresh (id, life)
    on conflict (id) do nothing returning id`);
  const fresh = new Set(inserted.map(({ id }) => id.toString('latin1')));
  // Of two rows with one id in this statement the first takes the name out of the set.
  for (const { id, resolve } of rows) resolve(fresh.delete(id.toString('latin1')));
}
