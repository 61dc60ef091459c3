// How delivery goes, for the owner's page and the command line: which services were told, and how soon.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';

/** As long as the watermark feed tells of a change: who has not heard by then hears it nowhere else. */
export const OVERDUE_SECONDS = 900;

export type SignalDelivery = {
  /** Not acknowledged yet, whatever their age. */
  readonly pending: number;
  /** Of those the ones older than the feed remembers, and what was given up. */
  readonly overdue: number;
  /** Acknowledged since then. */
  readonly delivered: number;
  /** From the commit to the acknowledgement; undefined when nothing was delivered. */
  readonly medianMs: number | undefined;
  readonly p95Ms: number | undefined;
};

/** One service's deliveries; `since` bounds what is counted as delivered. */
export async function signalDelivery(
  db: Database,
  serviceId: string,
  since: Date,
  now: Date,
): Promise<SignalDelivery> {
  const row = await db.row<{ pending: number; overdue: number; delivered: number; median: number | null; p95: number | null }>(sql`
    select count(*) filter (where done_at is null) as pending,
      count(*) filter (where outcome = 'failed' or (done_at is null and created_at < ${overdueSince(now)})) as overdue,
      count(*) filter (where outcome = 'delivered' and acknowledged_at >= ${since}) as delivered,
      percentile_cont(0.5) within group (order by extract(epoch from acknowledged_at - created_at) * 1000) filter (where acknowledged_at >= ${since})::float8 as median,
      percentile_cont(0.95) within group (order by extract(epoch from acknowledged_at - created_at) * 1000) filter (where acknowledged_at >= ${since})::float8 as p95
    from signal_event where service_id = ${serviceId} and (done_at is null or outcome = 'failed' or acknowledged_at >= ${since})`); // prettier-ignore
  return {
    pending: row?.pending ?? 0,
    overdue: row?.overdue ?? 0,
    delivered: row?.delivered ?? 0,
    medianMs: row?.median ?? undefined,
    p95Ms: row?.p95 ?? undefined,
  };
}

export type Overdue = {
  readonly service_id: string;
  readonly overdue: number;
  readonly oldest_at: Date;
};

/** Services with overdue deliveries, the longest waiting first. `serviceId`: only that one. */
export const deliveriesOverdue = (db: Database, serviceId: string | undefined, now: Date) =>
  db.rows<Overdue>(sql`
    select service_id, count(*) as overdue, min(created_at) as oldest_at from signal_event
    where (outcome = 'failed' or (done_at is null and created_at < ${overdueSince(now)})) and (${serviceId}::text is null or service_id = ${serviceId}::text)
    group by service_id order by oldest_at`);

const overdueSince = (now: Date) => new Date(now.getTime() - OVERDUE_SECONDS * 1000);
