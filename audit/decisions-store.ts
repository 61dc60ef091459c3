import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import type { Decided } from './decisions.ts';

export type DecisionRow = Decided & {
  readonly cause: string | undefined;
  readonly countedAction: string;
  readonly bucket: number | undefined;
};

/**
 * Inserts what is new and adds it to the hours it belongs to; a record that is known adds nothing.
 * Both in key order, so that two brokers with overlapping batches wait for each other and never in a
 * circle. Records that were dropped count unless the whole batch is known: then it is a second sending.
 */
export async function insertDecisions(
  db: Database,
  { serviceId, rows, dropped }: { serviceId: string; rows: readonly DecisionRow[]; dropped: number },
  now: Date,
): Promise<number> {
  const column = <T>(pick: (row: DecisionRow) => T) => rows.map(pick);
  const answer = await db.row<{ accepted: number }>(sql`
    with given as (
      select * from unnest(${column((row) => row.decisionId)}::text[], ${column((row) => row.at)}::timestamptz[],
        ${column((row) => row.action)}::text[], ${column((row) => row.allow)}::boolean[], ${column((row) => row.failed.join(' '))}::text[],
        ${column((row) => row.subHash ?? null)}::bytea[], ${column((row) => row.clientId ?? null)}::text[], ${column((row) => row.acr ?? null)}::text[],
        ${column((row) => row.ageSeconds ?? null)}::int[], ${column((row) => row.catalogueVersion ?? null)}::text[],
        ${column((row) => row.jtiHash ?? null)}::bytea[], ${column((row) => (row.tookMs === undefined ? null : Math.round(row.tookMs * 1000)))}::int[],
        ${column((row) => row.cause ?? null)}::text[], ${column((row) => row.countedAction)}::text[], ${column((row) => row.bucket ?? null)}::int[])
        as r (decision_id, at, action, allow, failed, sub_hash, client_id, acr, age_seconds, catalogue_version, jti_hash, took_us, cause, counted, bucket)),
    fresh as (
      insert into decision_record (service_id, decision_id, at, received_at, action, allow, failed, sub_hash, client_id, acr, age_seconds, catalogue_version, jti_hash, took_us)
      select ${serviceId}, decision_id, at, ${now}::timestamptz, action, allow, string_to_array(failed, ' '), sub_hash, client_id, acr, age_seconds, catalogue_version, jti_hash, took_us
      from given order by decision_id
      on conflict (service_id, decision_id) do nothing
      returning decision_id),
    -- A decision id that came twice in one batch is one record.
    counted as (
      select distinct on (decision_id) date_trunc('hour', at) as hour, at, allow, cause, counted, bucket
      from given join fresh using (decision_id) order by decision_id),
    counts as (
      select hour, case when allow then 'allowed' else 'refused' end as kind, '' as name, count(*) as n, max(at) as last_at from counted group by 1, 2
      union all select hour, 'cause', cause, count(*), max(at) from counted where cause is not null group by 1, 3
      union all select hour, 'latency', bucket::text, count(*), max(at) from counted where bucket is not null group by 1, 3
      union all select hour, case when allow then 'action_allowed' else 'action_refused' end, counted, count(*), max(at) from counted group by 1, 2, 3
      union all select date_trunc('hour', ${now}::timestamptz), 'dropped', '', ${dropped}::bigint, ${now}::timestamptz
        where ${dropped}::bigint > 0 and (exists (select from fresh) or not exists (select from given))),
    added as (
      insert into service_hour as h (service_id, hour, kind, name, n, last_at)
      select ${serviceId}, hour, kind, name, n, last_at from counts order by hour, kind, name
      on conflict (service_id, hour, kind, name) do update set n = h.n + excluded.n, last_at = greatest(h.last_at, excluded.last_at))
    select count(*) as accepted from fresh`);
  return answer?.accepted ?? 0;
}
