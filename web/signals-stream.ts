// A stream as the Shared Signals Framework shows it, and what a request wants of it (SSF 1.0, 8.1.1).

import { KINDS, eventType } from '../signals/change.ts';
import { MIN_VERIFICATION_INTERVAL } from '../signals/streams.ts';
import type { Wanted } from '../signals/streams.ts';
import type { StreamRow } from '../signals/stream-store.ts';
import { POLL, PUSH, wrong } from './signals-body.ts';
import type { ChangeBody, Creation } from './signals-body.ts';

type Issuer = { readonly issuer: string };

const pollUrl = ({ issuer }: Issuer) => `${issuer}/ssf/poll`;

/** The secret that goes with a push is not shown: it was given to us to be used, not kept for reading. */
export function streamView(site: Issuer, row: StreamRow): Readonly<Record<string, unknown>> {
  const { description, events_requested: requested } = row;
  return {
    stream_id: row.id,
    ...oursOf(site, row),
    delivery:
      row.method === 'push'
        ? { method: PUSH, endpoint_url: row.endpoint_url }
        : { method: POLL, endpoint_url: pollUrl(site) },
    ...(requested === null ? {} : { events_requested: requested }),
    ...(description === null ? {} : { description }),
  };
}

const oursOf = ({ issuer }: Issuer, row: StreamRow) => ({
  iss: issuer,
  aud: row.service_id,
  events_supported: KINDS.map((kind) => eventType(kind, issuer)),
  events_delivered: KINDS.filter((kind) => row.kinds.includes(kind)).map((kind) => eventType(kind, issuer)),
  min_verification_interval: MIN_VERIFICATION_INTERVAL,
});

export function wantedOf(site: Issuer, sent: Creation): Wanted {
  const { delivery, events_requested: events, description } = sent;
  if (delivery === undefined) return { events, description };
  if (delivery.method === POLL) {
    // Ours to say where to poll.
    if (delivery.endpoint_url !== undefined && delivery.endpoint_url !== pollUrl(site))
      throw wrong('endpoint_url');
    return { delivery: { method: 'poll' }, events, description };
  }
  const { endpoint_url: url, authorization_header: authorization } = delivery;
  return { delivery: { method: 'push', url, authorization }, events, description };
}

/** PUT: what is missing is deleted. */
export function replaced(site: Issuer, before: StreamRow, sent: ChangeBody): Wanted {
  checkOurs(site, before, sent);
  return wantedOf(site, sent);
}

/** PATCH: what is missing stays. */
export function patched(site: Issuer, before: StreamRow, sent: ChangeBody): Wanted {
  const { delivery, events, description } = replaced(site, before, sent);
  const stands: Wanted['delivery'] =
    before.endpoint_url === null ? { method: 'poll' } : { method: 'push', url: before.endpoint_url };
  return {
    delivery: delivery ?? stands,
    events: events ?? before.events_requested ?? undefined,
    description: description ?? before.description ?? undefined,
  };
}

/** What is ours may come back with a change, but only as it stands. @throws Refusal invalid */
function checkOurs(site: Issuer, before: StreamRow, sent: ChangeBody): void {
  for (const [name, value] of Object.entries({ ...oursOf(site, before), inactivity_timeout: undefined })) {
    const given = sent[name];
    if (given !== undefined && !isSame(given, value)) throw wrong(name);
  }
}

const isSame = (given: unknown, value: unknown): boolean =>
  Array.isArray(given) && Array.isArray(value)
    ? given.length === value.length && value.every((one) => given.includes(one))
    : given === value;
