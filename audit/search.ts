// The list an auditor reads: both logs in one order, without names or numbers.

import type { Database } from '../database.ts';

export type ListedEvent = {
  readonly eventId: string;
  readonly at: Date;
  readonly log: 'access' | 'consent';
  readonly kind: string;
  readonly outcome: string;
  readonly actor: string;
  readonly clientId: string | null;
  readonly serviceId: string | null;
  readonly purposeId: string | null;
  readonly stream: string;
  readonly n: number;
};

export type Search = {
  readonly log?: 'access' | 'consent' | undefined;
  readonly kind?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly since?: Date | undefined;
  readonly limit: number;
};

const LISTED = ['eventId', 'at', 'log', 'kind', 'outcome', 'actor', 'clientId', 'serviceId', 'purposeId', 'stream', 'n']; // prettier-ignore
// One request writes several events with one time: within a log `seq` tells which came first.
const NEWEST_FIRST = ['at', 'seq', 'eventId'].map((column) => ({ column, order: 'desc' as const }));

/** Newest first. */
export async function listEvents(db: Database, search: Search): Promise<readonly ListedEvent[]> {
  const columns = { eventId: 'event_id', at: 'event_time', kind: 'kind', actor: 'actor_kind', clientId: 'client_id', serviceId: 'service_id', stream: 'stream_id', n: 'n', seq: 'seq' }; // prettier-ignore
  const { build } = db;
  const access = build('access_event').select({ ...columns, outcome: 'outcome', purposeId: build.raw('null::text'), log: build.raw("'access'") }); // prettier-ignore
  const consent = build('consent_event').select({ ...columns, outcome: build.raw("'ok'"), purposeId: 'purpose_id', log: build.raw("'consent'") }); // prettier-ignore
  const all = build.queryBuilder().from(build.unionAll([access, consent]).as('event')).select(LISTED).orderBy(NEWEST_FIRST).limit(search.limit); // prettier-ignore
  if (search.log !== undefined) all.where('log', search.log);
  if (search.kind !== undefined) all.whereLike('kind', `${search.kind}%`);
  if (search.serviceId !== undefined) all.where('serviceId', search.serviceId);
  if (search.since !== undefined) all.where('at', '>=', search.since);
  return db.built<ListedEvent>(all);
}
