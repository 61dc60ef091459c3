import { hash } from 'node:crypto';
import type { Adapter } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { Database } from '../../database.ts';
import { sql } from '../../database.ts';

// The library asks "seen before?" and then saves. Only the insert decides, so the question is
// never sent, and it commits on its own, whatever becomes of the request: a proof or client
// assertion counts once however many requests carry it at a time.
export function replayAdapter(db: Database): Adapter {
  return {
    find: async () => undefined,
    async upsert(id, _payload, expiresIn) {
      if (expiresIn === undefined) throw new Error('a replay entry without an end'); // the library always gives one
      const entry = { id: hash('sha256', id, 'buffer'), lifeSeconds: expiresIn };
      const isNew = await db.apart(() => db.together(insertEntries, entry));
      if (!isNew) throw new errors.InvalidGrant('jti was already used');
    },
    destroy: async () => {},
    consume: async () => {},
    revokeByGrantId: async () => {},
    findByUserCode: async () => undefined,
    findByUid: async () => undefined,
  };
}

/** For the guard of our own endpoints: a proof shown to one broker is used up at all of them. */
export function createReplayStore(db: Database): { insert(key: string, ttlMs: number): Promise<boolean> } {
  return {
    async insert(key, ttlMs) {
      // The library's own ids never begin so.
      const id = hash('sha256', `guard|${key}`, 'buffer');
      return db.apart(() => db.together(insertEntries, { id, lifeSeconds: Math.ceil(ttlMs / 1000) }));
    },
  };
}

type Entry = { readonly id: Buffer; readonly lifeSeconds: number };

/** Says of each entry whether it went in. */
async function insertEntries(db: Database, entries: readonly Entry[]): Promise<readonly boolean[]> {
  const inserted = await db.rows<{ id: Buffer }>(sql`
    insert into oidc_replay (id, expires_at)
    select id, now() + life * interval '1 second'
    from unnest(${entries.map(({ id }) => id)}::bytea[], ${entries.map(({ lifeSeconds }) => lifeSeconds)}::int[]) as fresh (id, life)
    on conflict (id) do nothing returning id`);
  const fresh = new Set(inserted.map(({ id }) => id.toString('latin1')));
  // Of two entries with one id in this statement the first takes the name out of the set.
  return entries.map(({ id }) => fresh.delete(id.toString('latin1')));
}
