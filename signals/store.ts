// The outbox of security events. Workers take undone rows, never "seq greater than the last one
// seen": numbers are drawn before their transactions commit.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import type { Change, StreamNews } from './change.ts';

export type EventRow = {
  jti: string;
  seq: number;
  stream_id: string;
  service_id: string;
  sub: string | null;
  txn: string;
  kind: string;
  facts: unknown;
  created_at: Date;
  tries: number;
  tried_since: Date;
};

/** The channel on which new events of a stream are announced; the payload is the stream's id. */
export const CHANNEL = 'tnid_signals';

export const insertChanges = (
  db: Database,
  told: { accountId: string; serviceId: string | undefined; secret: string; changes: readonly Change[] },
  now: Date,
) =>
  db.run(sql`
    with made as (
      insert into signal_event (jti, stream_id, service_id, sub, txn, kind, facts, created_at, next_try_at)
      select gen_random_uuid(), s.id, s.service_id, p.sub, left(encode(sha256(convert_to(${told.secret}::text || s.id, 'UTF8')), 'hex'), 32),
        c.kind, c.facts::json, ${now}::timestamptz, ${now}::timestamptz
      from unnest(${told.changes.map(({ kind }) => kind)}::text[], ${told.changes.map((change) => JSON.stringify(change))}::text[])
        with ordinality as c (kind, facts, n)
      join signal_stream s on s.status <> 'disabled' and c.kind = any(s.kinds)
        and (${told.serviceId}::text is null or s.service_id = ${told.serviceId}::text)
      join pairwise_subject p on p.account_id = ${told.accountId} and p.sector = s.sector
      order by c.n
      returning stream_id)
    select pg_notify('tnid_signals', stream_id::text) from (select distinct stream_id from made) told`);

/** What concerns the stream itself goes to the stream whatever kinds it asks for. */
export const insertStreamNews = (db: Database, streamId: string, news: StreamNews, now: Date) =>
  db.run(sql`
    with made as (
      insert into signal_event (jti, stream_id, service_id, txn, kind, facts, created_at, next_try_at)
      select gen_random_uuid(), id, service_id, encode(sha256(gen_random_uuid()::text::bytea), 'hex'), ${news.kind}::text, ${JSON.stringify(news)}::json, ${now}::timestamptz, ${now}::timestamptz
      from signal_stream where id = ${streamId} returning stream_id)
    select pg_notify('tnid_signals', stream_id::text) from made`);

/** The oldest event that is due, marked as tried. A paused stream still hears that it was paused. */
export const takeNext = (db: Database, streamId: string, now: Date) =>
  db.row<EventRow>(sql`
    update signal_event set tries = tries + 1, first_tried_at = coalesce(first_tried_at, ${now}), tried_since = coalesce(tried_since, ${now})
    where jti = (
      select e.jti from signal_event e join signal_stream s on s.id = e.stream_id
      where e.stream_id = ${streamId} and e.done_at is null and e.next_try_at <= ${now} and (s.status = 'enabled' or e.kind = 'stream-updated')
      order by e.seq limit 1)
    returning jti, seq, stream_id, service_id, sub, txn, kind, facts, created_at, tries, tried_since`);

/** The same for a receiver that polls: up to `most`, which come again after `again` unless acknowledged. */
export const takeMany = (
  db: Database,
  { streamId, most, again }: { streamId: string; most: number; again: Date },
  now: Date,
) =>
  db.rows<EventRow>(sql`
    update signal_event set tries = tries + 1, first_tried_at = coalesce(first_tried_at, ${now}), tried_since = coalesce(tried_since, ${now}),
      delivered_at = coalesce(delivered_at, ${now}), next_try_at = ${again}
    where jti in (
      select e.jti from signal_event e join signal_stream s on s.id = e.stream_id
      where e.stream_id = ${streamId} and e.done_at is null and e.next_try_at <= ${now} and (s.status = 'enabled' or e.kind = 'stream-updated')
      order by e.seq limit ${most} for update of e skip locked)
    returning jti, seq, stream_id, service_id, sub, txn, kind, facts, created_at, tries, tried_since`);

export const hasDue = (db: Database, streamId: string, now: Date) =>
  db.row(sql`
    select e.jti from signal_event e join signal_stream s on s.id = e.stream_id
    where e.stream_id = ${streamId} and e.done_at is null and e.next_try_at <= ${now} and (s.status = 'enabled' or e.kind = 'stream-updated') limit 1`);

export const markDelivered = (db: Database, jti: string, now: Date) =>
  db.run(sql`
    update signal_event set done_at = ${now}, outcome = 'delivered', delivered_at = coalesce(delivered_at, ${now}), acknowledged_at = ${now}, last_error = null, last_error_text = null
    where jti = ${jti} and done_at is null`);

/** Acknowledged by a poll: only what was handed out, and only to this stream. */
export const acknowledge = (db: Database, streamId: string, jtis: readonly string[], now: Date) =>
  db.run(sql`
    update signal_event set done_at = ${now}, outcome = 'delivered', acknowledged_at = ${now}
    where stream_id = ${streamId} and jti = any(${jtis}::uuid[]) and done_at is null and delivered_at is not null`);

export const markRejected = (
  db: Database,
  row: { streamId: string; jti: string; error: string; text: string | undefined },
  now: Date,
) =>
  db.run(sql`
    update signal_event set done_at = ${now}, outcome = 'rejected', last_error = ${row.error}, last_error_text = ${row.text}
    where stream_id = ${row.streamId} and jti = ${row.jti} and done_at is null`);

export const postpone = (
  db: Database,
  row: { jti: string; error: string; text: string | undefined; nextTryAt: Date },
) =>
  db.run(sql`
    update signal_event set next_try_at = ${row.nextTryAt}, last_error = ${row.error}, last_error_text = ${row.text}
    where jti = ${row.jti} and done_at is null`);

/** `failed` is tried again when the stream begins anew. */
export const markGivenUp = (
  db: Database,
  row: { jti: string; outcome: 'failed' | 'dropped'; error: string; text: string | undefined },
  now: Date,
) =>
  db.run(sql`
    update signal_event set done_at = ${now}, outcome = ${row.outcome}, last_error = ${row.error}, last_error_text = ${row.text}
    where jti = ${row.jti} and done_at is null`);

export const hasDeliveredSince = (db: Database, streamId: string, since: Date) =>
  db.row(sql`
    select jti from signal_event where stream_id = ${streamId} and acknowledged_at > ${since} limit 1`);

/** The stream begins anew: what waits and what was given up is due now. @returns how many */
export const retryAll = (db: Database, streamId: string, now: Date) =>
  db.run(sql`
    update signal_event set done_at = null, outcome = null, tried_since = null, next_try_at = ${now}
    where stream_id = ${streamId} and (done_at is null or outcome = 'failed')`);

/** A receiver that answers again gets at once what waited for it. */
export const hurry = (db: Database, streamId: string, now: Date) =>
  db.run(sql`
    update signal_event set next_try_at = ${now} where stream_id = ${streamId} and done_at is null and next_try_at > ${now}`);

/** A disabled or deleted stream holds nothing (SSF 1.0, 8.1.2). */
export const dropWaiting = (db: Database, streamId: string, now: Date) =>
  db.run(sql`
    update signal_event set done_at = ${now}, outcome = 'dropped' where stream_id = ${streamId} and done_at is null`);

/** Whoever pushes or waits for this stream looks again once this has committed. */
export const announce = (db: Database, streamId: string) =>
  db.run(sql`select pg_notify('tnid_signals', ${streamId})`);
