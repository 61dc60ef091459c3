import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Database } from '../../database.ts';
import { sql } from '../../database.ts';
import type { Grants } from '../../consent/stop.ts';

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
      const statement = db.inTransaction()
        ? sql`select payload from oidc_grant where id = ${id} and expires_at > now() for share`
        : sql`select payload from oidc_grant where id = ${id} and expires_at > now()`;
      return (await db.row<{ payload: AdapterPayload }>(statement))?.payload;
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

/** Ends a grant and everything issued under it. */
export async function revokeGrant(db: Database, grantId: string): Promise<void> {
  await db.run(sql`delete from oidc_artifact where grant_id = ${grantId}`);
  await db.run(sql`delete from oidc_grant where id = ${grantId}`);
}

/** Ends all grants of an account, or those of one browser session's clients. */
export async function revokeGrantsOf(db: Database, accountId: string): Promise<void> {
  await db.run(
    sql`delete from oidc_artifact where grant_id in (select id from oidc_grant where account_id = ${accountId})`,
  );
  await db.run(sql`delete from oidc_grant where account_id = ${accountId}`);
}

type GrantRow = { id: string; payload: AdapterPayload & { resources?: Record<string, string> } };

/** The port consent/ uses to take scopes back. */
export function createGrants(db: Database): Grants {
  return {
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
