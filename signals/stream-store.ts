import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type StreamStatus = 'enabled' | 'paused' | 'disabled';
export type StreamRow = {
  id: string;
  service_id: string;
  method: 'push' | 'poll';
  endpoint_url: string | null;
  authorization_sealed: Buffer | null;
  events_requested: string[] | null;
  kinds: string[];
  description: string | null;
  status: StreamStatus;
  status_reason: string | null;
  failures: number;
};

/** What the receiver decides about its stream. */
export type StreamTerms = {
  readonly method: 'push' | 'poll';
  readonly endpointUrl: string | undefined;
  readonly authorizationSealed: Buffer | undefined;
  readonly eventsRequested: readonly string[] | undefined;
  readonly kinds: readonly string[];
  readonly description: string | undefined;
};

/** 0 rows: the service has a stream already. */
export const insertStream = (
  db: Database,
  row: StreamTerms & { id: string; serviceId: string; sector: string; clientId: string },
  now: Date,
) =>
  db.run(sql`
    insert into signal_stream (id, service_id, sector, client_id, method, endpoint_url, authorization_sealed, events_requested, kinds, description, status, created_at, changed_at, leased_until, next_push_at)
    values (${row.id}, ${row.serviceId}, ${row.sector}, ${row.clientId}, ${row.method}, ${row.endpointUrl}, ${row.authorizationSealed}, ${row.eventsRequested}, ${row.kinds}, ${row.description}, 'enabled', ${now}, ${now}, ${now}, ${now})
    on conflict (service_id) do nothing`);

export const findStream = (db: Database, serviceId: string) =>
  db.row<StreamRow>(sql`
    select id, service_id, method, endpoint_url, authorization_sealed, events_requested, kinds, description, status, status_reason, failures
    from signal_stream where service_id = ${serviceId}`);

export const lockStream = (db: Database, serviceId: string) =>
  db.row<StreamRow>(sql`
    select id, service_id, method, endpoint_url, authorization_sealed, events_requested, kinds, description, status, status_reason, failures
    from signal_stream where service_id = ${serviceId} for no key update`);

/** Ends the lease: whoever pushes to what stood before stops after the event that is under way. */
export const updateStream = (db: Database, id: string, terms: StreamTerms, now: Date) =>
  db.run(sql`
    update signal_stream set method = ${terms.method}, endpoint_url = ${terms.endpointUrl}, authorization_sealed = ${terms.authorizationSealed},
      events_requested = ${terms.eventsRequested}, kinds = ${terms.kinds}, description = ${terms.description}, changed_at = ${now}, next_push_at = ${now}, leased_until = ${now}, failures = 0
    where id = ${id}`);

export const updateStatus = (
  db: Database,
  row: { id: string; status: StreamStatus; reason: string | undefined },
  now: Date,
) =>
  db.run(sql`
    update signal_stream set status = ${row.status}, status_reason = ${row.reason}, changed_at = ${now}, next_push_at = ${now}, failures = 0
    where id = ${row.id}`);

export const deleteStream = (db: Database, id: string) =>
  db.run(sql`delete from signal_stream where id = ${id}`);

/** 0 rows: the last verification was asked for too short a while ago. */
export const takeVerification = (db: Database, id: string, since: Date, now: Date) =>
  db.run(sql`
    update signal_stream set verified_at = ${now} where id = ${id} and (verified_at is null or verified_at <= ${since})`);

/** Sectors as the catalogue has them today: pairwise ids are found by sector. */
export const refreshSectors = (
  db: Database,
  services: readonly { readonly id: string; readonly sector: string }[],
) =>
  db.run(sql`
    update signal_stream s set sector = c.sector
    from unnest(${services.map(({ id }) => id)}::text[], ${services.map(({ sector }) => sector)}::text[]) as c (id, sector)
    where s.service_id = c.id and s.sector <> c.sector`);

export type LeasedStream = StreamRow & { leased_until: Date };

/** Streams with something to push, each for this worker alone until its lease ends. */
export const leaseStreams = (db: Database, { most, until }: { most: number; until: Date }, now: Date) =>
  db.rows<LeasedStream>(sql`
    update signal_stream set leased_until = ${until} where id in (
      select s.id from signal_stream s
      where s.method = 'push' and s.leased_until <= ${now} and s.next_push_at <= ${now}
        and exists (select from signal_event e where e.stream_id = s.id and e.done_at is null and e.next_try_at <= ${now}
          and (s.status = 'enabled' or e.kind = 'stream-updated'))
      order by s.next_push_at limit ${most} for no key update of s skip locked)
    returning id, service_id, method, endpoint_url, authorization_sealed, events_requested, kinds, description, status, status_reason, failures, leased_until`);

/** 0 rows: the lease was lost, somebody else pushes now. */
export const renewLease = (db: Database, id: string, lease: { from: Date; until: Date }) =>
  db.run(sql`
    update signal_stream set leased_until = ${lease.until} where id = ${id} and leased_until = ${lease.from}`);

export const endLease = (
  db: Database,
  row: { id: string; from: Date; nextPushAt: Date; failures: number },
  now: Date,
) =>
  db.run(sql`
    update signal_stream set leased_until = ${now}, next_push_at = ${row.nextPushAt}, failures = ${row.failures}
    where id = ${row.id} and leased_until = ${row.from}`);

/** 0 rows: it is not enabled (any more). */
export const pauseStream = (db: Database, id: string, reason: string, now: Date) =>
  db.run(sql`
    update signal_stream set status = 'paused', status_reason = ${reason}, changed_at = ${now} where id = ${id} and status = 'enabled'`);

export type StreamOverview = {
  service_id: string;
  method: string;
  status: StreamStatus;
  status_reason: string | null;
  failures: number;
  pending: number;
  given_up: number;
  oldest_at: Date | null;
  last_error: string | null;
};

export const listStreams = (db: Database) =>
  db.rows<StreamOverview>(sql`
    select s.service_id, s.method, s.status, s.status_reason, s.failures,
      count(e.jti) filter (where e.done_at is null) as pending, count(e.jti) filter (where e.outcome = 'failed') as given_up,
      min(e.created_at) filter (where e.done_at is null) as oldest_at,
      (array_agg(e.last_error order by e.seq desc) filter (where e.last_error is not null))[1] as last_error
    from signal_stream s left join signal_event e on e.stream_id = s.id and (e.done_at is null or e.outcome = 'failed')
    group by s.id order by s.service_id`);
