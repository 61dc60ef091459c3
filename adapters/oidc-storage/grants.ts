import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Database } from '../../database.ts';
import { sql } from '../../database.ts';
import type { Grants } from '../../consent/stop.ts';
import type { LaunchAccess } from '../../safety/launches.ts';
import type { Access } from '../../safety/lock.ts';
import { takeFromHand } from './grant-at-hand.ts';
import { inOrder } from './in-order.ts';
import { endSessionsOf } from './sessions.ts';

export function grantAdapter(db: Database): Adapter {
  return {
    async upsert(id, payload, expiresIn) {
      await db.run(sql`
        insert into oidc_grant (id, account_id, client_id, payload, expires_at)
        values (${id}, ${payload.accountId}, ${payload.clientId}, ${JSON.stringify(payload)}, now() + ${expiresIn}::int * interval '1 second')
        on conflict (id) do update set payload = excluded.payload, expires_at = excluded.expires_at`);
    },
    // In a transaction the row is locked in share mode: a withdrawal that commits first is seen here,
    // one that comes later waits.
    async find(id) {
      if (!db.inTransaction()) return takeFromHand(id) ?? (await db.together(findGrants, id))?.payload;
      const locked = sql`select payload from oidc_grant where id = ${id} and expires_at > now() for share`;
      return (await db.row<{ payload: AdapterPayload }>(locked))?.payload;
    },
    async destroy(id) {
      await db.run(sql`delete from oidc_grant where id = ${id}`);
    },
    consume: async () => {},
    revokeByGrantId: async () => {},
    findByUserCode: async () => undefined,
    findByUid: async () => undefined,
  };
}

type Found = { readonly n: number; readonly payload: AdapterPayload };

async function findGrants(db: Database, ids: readonly string[]): Promise<readonly (Found | undefined)[]> {
  const found = await db.rows<Found>(sql`
    select key.n, g.payload from unnest(${ids}::text[]) with ordinality as key (id, n)
    cross join lateral (select payload from oidc_grant o where o.id = key.id and o.expires_at > now() limit 1) g`);
  return inOrder(ids, found);
}

/** Ends a grant and everything issued under it. */
export async function revokeGrant(db: Database, grantId: string): Promise<void> {
  await db.run(sql`delete from oidc_artifact where grant_id = ${grantId}`);
  await db.run(sql`delete from oidc_grant where id = ${grantId}`);
}

/** Ends all grants of an account. */
export async function revokeGrantsOf(db: Database, accountId: string): Promise<void> {
  await db.run(
    sql`delete from oidc_artifact where grant_id in (select id from oidc_grant where account_id = ${accountId})`,
  );
  await db.run(sql`delete from oidc_grant where account_id = ${accountId}`);
}

type GrantRow = { id: string; payload: AdapterPayload & { resources?: Record<string, string> } };

/** The ports through which consent/ takes scopes back and safety/ everything. */
export function createGrants(db: Database): Grants & Access & LaunchAccess {
  return {
    end: (grantId) => revokeGrant(db, grantId),
    async endAll(accountId) {
      await revokeGrantsOf(db, accountId);
      await endSessionsOf(db, accountId);
    },
    async narrow({ accountId, serviceId, keepScopes }) {
      const rows = await db.rows<GrantRow>(sql`
        select id, payload from oidc_grant
        where account_id = ${accountId} and payload->'resources' ? ${serviceId} order by id for update`);
      for (const { id, payload } of rows) {
        const resources = { ...payload.resources };
        const before = (resources[serviceId] ?? '').split(' ').filter(Boolean);
        const after = before.filter((scope) => keepScopes.includes(scope));
        if (after.length === before.length) continue;
        if (after.length === 0) delete resources[serviceId];
        else resources[serviceId] = after.join(' ');
        await db.run(sql`
          delete from oidc_artifact where grant_id = ${id} and (payload->>'aud' = ${serviceId} or payload->>'resource' = ${serviceId})`);
        if (Object.keys(resources).length === 0) await revokeGrant(db, id);
        else
          await db.run(
            sql`update oidc_grant set payload = ${JSON.stringify({ ...payload, resources })} where id = ${id}`,
          );
      }
    },
  };
}
