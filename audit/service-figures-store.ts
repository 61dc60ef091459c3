import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type CountKind =
  | 'allowed'
  | 'refused'
  | 'cause'
  | 'latency'
  | 'action_allowed'
  | 'action_refused'
  | 'dropped'
  | 'tokens'
  | 'started'
  | 'reached';

export type SlotCount = { kind: CountKind; name: string; at: Date; n: number };

/**
 * Counts of one service by slot; `at` is the slot's beginning. date_bin stays in integers: the same by
 * seconds since 1970 is numeric and took three times as long.
 */
export const findCounts = (
  db: Database,
  where: { serviceId: string; since: Date; until: Date; slotSeconds: number },
) =>
  db.rows<SlotCount>(sql`
    select kind, name, date_bin(${where.slotSeconds}::int * interval '1 second', hour, ${where.since}::timestamptz) as at, sum(n)::bigint as n
    from service_hour
    where service_id = ${where.serviceId} and hour >= ${where.since}::timestamptz and hour < ${where.until}
    group by 1, 2, 3`);

/** When the newest decision we heard of was made. */
export async function findLastRecord(db: Database, serviceId: string): Promise<Date | undefined> {
  const row = await db.row<{ last_at: Date }>(sql`
    select last_at from service_hour where service_id = ${serviceId} and kind in ('allowed', 'refused')
    order by hour desc, last_at desc limit 1`);
  return row?.last_at;
}

/** In key order: two processes that count the same hours wait for each other and never in a circle. */
export const addTokens = (
  db: Database,
  counts: readonly { readonly serviceId: string; readonly hour: Date; readonly n: number }[],
) =>
  db.run(sql`
    insert into service_hour as h (service_id, hour, kind, name, n, last_at)
    select service_id, hour, 'tokens', '', n, hour
    from unnest(${counts.map(({ serviceId }) => serviceId)}::text[], ${counts.map(({ hour }) => hour)}::timestamptz[],
      ${counts.map(({ n }) => n)}::bigint[]) as c (service_id, hour, n)
    order by service_id, hour
    on conflict (service_id, hour, kind, name) do update set n = h.n + excluded.n`);

/**
 * Counts the step-ups that began since then, and those that reached level 2, again from the start.
 * Done twice or by two processes it says the same: numbers only grow, so the larger one is newer.
 */
export const countStepUps = (
  db: Database,
  scopes: readonly { readonly serviceId: string; readonly scope: string }[],
  since: Date,
) =>
  db.run(sql`
    insert into service_hour as h (service_id, hour, kind, name, n, last_at)
    select service_id, hour, kind, '', n, hour from (
      select s.service_id, date_trunc('hour', t.created_at) as hour, count(*) as started, count(f.transaction_id) as reached
      from authn_tx t
      cross join lateral (
        select distinct o.service_id
        from unnest(${scopes.map(({ serviceId }) => serviceId)}::text[], ${scopes.map(({ scope }) => scope)}::text[]) as o (service_id, scope)
        where o.scope = any (t.scopes)) s
      left join level_fact f on f.transaction_id = t.id and f.level = 2
      where t.want_level = 2 and t.created_at >= ${since}
      group by 1, 2) hours
    cross join lateral (values ('started', started), ('reached', reached)) as c (kind, n)
    where n > 0 order by service_id, hour, kind
    on conflict (service_id, hour, kind, name) do update set n = excluded.n where excluded.n > h.n`);
