// Codes, tokens, pushed requests, interactions: rows that live minutes to a day. Ids are stored as
// SHA-256, so a copy of the database redeems nothing. Consumption is a conditional update whose
// row count is checked: the library ignores the result, only a throw stops the loser.

import { hash } from 'node:crypto';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { Database } from '../../database.ts';
import { sql } from '../../database.ts';
import { revokeGrant } from './grants.ts';
import { keepAtHand } from './grant-at-hand.ts';
import { inOrder } from './in-order.ts';

// Numbers are part of the stored data: append only.
const KINDS = {
  AccessToken: 1,
  AuthorizationCode: 2,
  RefreshToken: 3,
  ClientCredentials: 4,
  PushedAuthorizationRequest: 5,
  Interaction: 6,
  BackchannelAuthenticationRequest: 7,
} as const;
export type ArtifactModel = keyof typeof KINDS;
export const isArtifactModel = (model: string): model is ArtifactModel => Object.hasOwn(KINDS, model);

// Nothing is decided by these: a crash that loses one costs its person a second try, so nobody waits
// for the disk. What is decided later is committed to disk, and everything before it with it.
const PASSING: ReadonlySet<ArtifactModel> = new Set(['PushedAuthorizationRequest', 'Interaction']);

// Kept a while after its end, so that the desk hears "expired" and not "no such request" (CIBA Core 11).
const AFTER_END_SECONDS: Readonly<Partial<Record<ArtifactModel, number>>> = {
  BackchannelAuthenticationRequest: 3_600,
};

/** Told when a code or refresh token is used a second time. */
export type ReplayAlarm = (grant: { grantId: string; accountId: string | undefined; clientId: string | undefined; model: string }) => Promise<void>; // prettier-ignore

export function artifactAdapter(db: Database, model: ArtifactModel, onReplay: ReplayAlarm): Adapter {
  const kind = KINDS[model];
  return {
    async upsert(id, payload, expiresIn) {
      const { jti: _, ...kept } = payload;
      const row = { kind, id: idKey(id), grantId: payload.grantId ?? null, payload: JSON.stringify(kept), lifeSeconds: (expiresIn ?? 0) + (AFTER_END_SECONDS[model] ?? 0) }; // prettier-ignore
      if (PASSING.has(model) && !db.inTransaction()) await db.together(savePassing, row);
      else await db.together(saveArtifacts, row, 'write');
    },

    // A consumed code is returned as if it were not: the library would then end the grant by itself,
    // without the watermark and the event, and `consume` below is the one place that judges reuse.
    // Of a pushed request the library must know: it refuses before anything is shown.
    async find(id) {
      const row = await db.together(findArtifacts, { kind, id: idKey(id) });
      if (row === undefined) return undefined;
      if (row.payload.grantId !== undefined && row.grant !== null) keepAtHand(row.payload.grantId, row.grant);
      const consumed =
        row.consumed_at === null || model !== 'PushedAuthorizationRequest'
          ? undefined
          : { consumed: Math.floor(row.consumed_at.getTime() / 1000) };
      return { ...row.payload, jti: id, ...consumed };
    },

    async consume(id) {
      if (await db.together(consumeArtifacts, { kind, id: idKey(id) }, 'write')) return;
      if (model === 'PushedAuthorizationRequest') throw new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used'); // prettier-ignore
      // Only its own client, with its own key, can bring it: a second time is a repeated question and no theft.
      if (model === 'BackchannelAuthenticationRequest') throw new errors.InvalidGrant('the request was already used'); // prettier-ignore
      // Somebody holds a copy: everything that grew from this grant dies, in this transaction,
      // which the request commits even though it answers invalid_grant.
      const row = await db.row<{ grant_id: string | null; payload: AdapterPayload }>(sql`
        select grant_id, payload from oidc_artifact where id = ${idKey(id)} and kind = ${kind}`);
      if (row !== undefined && row.grant_id !== null) {
        await revokeGrant(db, row.grant_id);
        await onReplay({
          grantId: row.grant_id,
          accountId: row.payload.accountId,
          clientId: row.payload.clientId,
          model,
        });
      }
      throw new errors.InvalidGrant('grant is invalid, expired, or was already used');
    },

    async destroy(id) {
      await db.run(sql`delete from oidc_artifact where id = ${idKey(id)} and kind = ${kind}`);
    },

    // Called once for each model, in parallel; one statement ends the artifacts of all of them.
    async revokeByGrantId(grantId) {
      if (model === 'AccessToken') await db.run(sql`delete from oidc_artifact where grant_id = ${grantId}`);
    },

    findByUserCode: async () => undefined,
    findByUid: async () => undefined,
  };
}

type Key = { readonly kind: number; readonly id: Buffer };
type Found = {
  readonly n: number;
  readonly payload: AdapterPayload;
  readonly consumed_at: Date | null;
  readonly grant: AdapterPayload | null;
};

async function findArtifacts(db: Database, keys: readonly Key[]): Promise<readonly (Found | undefined)[]> {
  const found = await db.rows<Found>(sql`
    select key.n, a.payload, a.consumed_at,
      (select g.payload from oidc_grant g where g.id = a.grant_id and g.expires_at > now()) as "grant"
    from unnest(${keys.map(({ id }) => id)}::bytea[], ${keys.map(({ kind }) => kind)}::smallint[]) with ordinality as key (id, kind, n)
    cross join lateral (
      select payload, consumed_at, grant_id from oidc_artifact o where o.id = key.id and o.kind = key.kind and o.expires_at > now() limit 1) a`);
  return inOrder(keys, found);
}

/** Says of each whether it was there to be consumed. */
async function consumeArtifacts(db: Database, keys: readonly Key[]): Promise<readonly boolean[]> {
  const rows = await db.rows<{ kind: number; id: Buffer }>(sql`
    update oidc_artifact o set consumed_at = now()
    from unnest(${keys.map(({ id }) => id)}::bytea[], ${keys.map(({ kind }) => kind)}::smallint[]) as key (id, kind)
    where o.id = key.id and o.kind = key.kind and o.consumed_at is null and o.expires_at > now() returning o.kind, o.id`);
  const nameOf = ({ kind, id }: Key) => `${kind} ${id.toString('latin1')}`;
  const consumed = new Set(rows.map(nameOf));
  // Of two requests with one code in this statement the first takes it out of the set.
  return keys.map((key) => consumed.delete(nameOf(key)));
}

type Saved = Key & {
  readonly grantId: string | null;
  readonly payload: string;
  readonly lifeSeconds: number;
};

// Two saves of one row in one statement are refused by PostgreSQL; each is then done alone.
const saveArtifacts = (db: Database, rows: readonly Saved[]) => save(db, rows, '');

const savePassing = (db: Database, rows: readonly Saved[]) => save(db, rows, 'off');

/** `commit`: synchronous_commit of this statement's own transaction; empty leaves it as it is. */
async function save(db: Database, rows: readonly Saved[], commit: '' | 'off'): Promise<readonly undefined[]> {
  const column = <T>(pick: (row: Saved) => T) => rows.map(pick);
  await db.run(sql`
    insert into oidc_artifact (kind, id, grant_id, payload, expires_at)
    select kind, id, grant_id, payload, now() + life * interval '1 second'
    from (select case when ${commit}::text <> '' then set_config('synchronous_commit', ${commit}::text, true) end) as how,
      unnest(${column((row) => row.kind)}::smallint[], ${column((row) => row.id)}::bytea[], ${column((row) => row.grantId)}::text[],
      ${column((row) => row.payload)}::json[], ${column((row) => row.lifeSeconds)}::int[]) as fresh (kind, id, grant_id, payload, life)
    on conflict (id, kind) do update set payload = excluded.payload, grant_id = excluded.grant_id, expires_at = excluded.expires_at`);
  return rows.map(() => undefined);
}

const idKey = (id: string) => hash('sha256', id, 'buffer');
