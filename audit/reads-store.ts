import type { Database } from '../database.ts';
import { sql } from '../database.ts';

/** Sealed nowhere and personal nowhere: names of claims, five digits of a commune. */
export type ReadRow = {
  day: string;
  what: string;
  service_id: string | null;
  client_id: string | null;
  claims: string[] | null;
  commune: string | null;
  n: number;
};

// A day is a day in Việt Nam. The inner limit bounds what one busy account can make us count.
const MOST_EVENTS = 5_000;

/** What the access log knows, by the way of its index on (stream_id, n). */
export const findEventReads = (
  db: Database,
  where: { accountId: string; kinds: readonly string[]; since: Date; most: number },
) =>
  db.rows<ReadRow>(sql`
    select to_char(e.event_time at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD') as day, e.kind as what, e.service_id, e.client_id,
      (select array_agg(c order by c) from jsonb_array_elements_text(coalesce(e.said->'claims', '[]')) as c) as claims,
      e.said->>'commune' as commune, count(*)::int as n
    from (
      select kind, service_id, client_id, event_time, convert_from(body, 'UTF8')::jsonb as said
      from access_event
      where stream_id = (select stream_id from audit_stream where account_id = ${where.accountId})
        and kind = any(${where.kinds}) and outcome = 'ok' and event_time > ${where.since}
      order by n desc limit ${MOST_EVENTS}) e
    group by 1, 2, 3, 4, 5, 6 order by 1 desc, 2, 3, 4 limit ${where.most}`);

/**
 * What services' guards allowed. They name a person by the first 128 bits of the hash of the id that their
 * sector knows (packages/guard/steps/record.ts); an array, so that the index on it is used.
 */
export const findDecisionReads = (db: Database, where: { accountId: string; since: Date; most: number }) =>
  db.rows<ReadRow>(sql`
    select to_char(d.at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD') as day, d.action as what, d.service_id, d.client_id,
      null::text[] as claims, null::text as commune, count(*)::int as n
    from (
      select at, action, service_id, client_id from decision_record
      where sub_hash = any(array(
          select substring(sha256(convert_to(sub, 'UTF8')) for 16) from pairwise_subject where account_id = ${where.accountId}))
        and allow and at > ${where.since}
      order by at desc limit ${MOST_EVENTS}) d
    group by 1, 2, 3, 4 order by 1 desc, 2, 3, 4 limit ${where.most}`);
