import { hash } from 'node:crypto';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Database } from '../../database.ts';
import { sql } from '../../database.ts';
import { inOrder } from './in-order.ts';

// Two clients that sign in at the same moment each write the whole session document. Keeping what
// the other one wrote under `authorizations` prevents the lost update (measured: 10 of 10 without).
// The index on uid is not unique: an id is rotated by insert-then-delete and both rows exist briefly.
export function sessionAdapter(db: Database): Adapter {
  return {
    async upsert(id, payload, expiresIn) {
      const { jti: _, ...kept } = payload;
      await db.run(sql`
        insert into oidc_session as s (id, uid, account_id, payload, expires_at)
        values (${idKey(id)}, ${payload.uid}, ${payload.accountId}, ${JSON.stringify(kept)}, now() + ${expiresIn}::int * interval '1 second')
        on conflict (id) do update set uid = excluded.uid, account_id = excluded.account_id, expires_at = excluded.expires_at,
          payload = case
            when s.payload->>'accountId' is not distinct from excluded.payload->>'accountId' and excluded.payload ? 'authorizations'
            then excluded.payload || jsonb_build_object('authorizations', coalesce(s.payload->'authorizations', '{}') || (excluded.payload->'authorizations'))
            else excluded.payload end`);
    },
    async find(id) {
      const row = await db.together(findSessions, idKey(id));
      return row === undefined ? undefined : { ...row.payload, jti: id };
    },
    async findByUid(uid) {
      const row = await db.row<{ payload: AdapterPayload }>(sql`
        select payload from oidc_session where uid = ${uid} and expires_at > now() order by expires_at desc limit 1`);
      return row?.payload;
    },
    async destroy(id) {
      await db.run(sql`delete from oidc_session where id = ${idKey(id)}`);
    },
    consume: async () => {},
    revokeByGrantId: async () => {},
    findByUserCode: async () => undefined,
  };
}

type Found = { readonly n: number; readonly payload: AdapterPayload };

async function findSessions(db: Database, ids: readonly Buffer[]): Promise<readonly (Found | undefined)[]> {
  const found = await db.rows<Found>(sql`
    select key.n, s.payload from unnest(${ids}::bytea[]) with ordinality as key (id, n)
    cross join lateral (select payload from oidc_session o where o.id = key.id and o.expires_at > now() limit 1) s`);
  return inOrder(ids, found);
}

/** Ends every browser session of an account. */
export const endSessionsOf = (db: Database, accountId: string) =>
  db.run(sql`delete from oidc_session where account_id = ${accountId}`);

const idKey = (id: string) => hash('sha256', id, 'buffer');
