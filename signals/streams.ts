// The stream of one service, as the service manages it (SSF 1.0, 8.1). A service has one; that of
// another is not there for it.

import { randomUUID } from 'node:crypto';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { takeTry } from '../tries.ts';
import type { TryLimit } from '../tries.ts';
import { KINDS, kindsOf } from './change.ts';
import { authorizationLabel } from './push.ts';
import type { PushReceiver } from './receiver.ts';
import * as store from './store.ts';
import * as streams from './stream-store.ts';
import type { StreamRow, StreamStatus, StreamTerms } from './stream-store.ts';

/** Each change is kept in the audit log for years: a service in a loop must not fill it. */
export const CHANGES: TryLimit = { name: 'signals-change', most: 200, seconds: 3_600 };
/** Between two verifications, seconds. */
export const MIN_VERIFICATION_INTERVAL = 30;

export type StreamHouse = {
  readonly db: Database;
  readonly vault: Vault;
  readonly issuer: string;
  readonly origin: string;
  readonly receiver: PushReceiver;
};
export type Subscriber = { readonly clientId: string; readonly service: { readonly id: string; readonly sector: string } }; // prettier-ignore

/** What a receiver supplies. Absent: deleted or default; nothing of ours is in it. */
export type Wanted = {
  readonly delivery?:
    | {
        readonly method: 'push';
        readonly url: string;
        /** Absent: kept while the address stays the same. Empty: taken away. */
        readonly authorization?: string | undefined;
      }
    | { readonly method: 'poll' }
    | undefined;
  readonly events?: readonly string[] | undefined;
  readonly description?: string | undefined;
};

/** @throws Refusal conflict when there is one already, invalid for an address we do not call, throttled */
export async function createStream(
  house: StreamHouse,
  { clientId, service }: Subscriber,
  wanted: Wanted,
  now: Date,
): Promise<StreamRow> {
  const { db } = house;
  await takeChange(db, service.id, now);
  const id = randomUUID();
  return db.transaction(async () => {
    const row = { id, serviceId: service.id, sector: service.sector, clientId };
    const terms = termsOf(house, id, undefined, wanted);
    if ((await streams.insertStream(db, { ...row, ...terms }, now)) !== 1)
      throw new Refusal('conflict', 'this service has a stream', { reason: 'stream' });
    return changed(house, { clientId, service }, 'created', now);
  });
}

export const findStream = (db: Database, serviceId: string) => streams.findStream(db, serviceId);

/** @throws Refusal missing */
export async function getStream(db: Database, serviceId: string, streamId: string): Promise<StreamRow> {
  const row = await streams.findStream(db, serviceId);
  if (row === undefined || row.id !== streamId) throw notThere();
  return row;
}

/**
 * `change` is given what stands and answers with all that is wanted.
 * @throws Refusal missing, invalid, throttled
 */
export async function changeStream(
  house: StreamHouse,
  subscriber: Subscriber,
  streamId: string,
  change: (row: StreamRow) => Wanted,
  now: Date,
): Promise<StreamRow> {
  return onOwn(house, subscriber, streamId, now, async (row) => {
    await streams.updateStream(house.db, row.id, termsOf(house, row.id, row, change(row)), now);
    return changed(house, subscriber, 'changed', now);
  });
}

/** What waits goes with it. @throws Refusal missing, throttled */
export async function deleteStream(
  house: StreamHouse,
  subscriber: Subscriber,
  streamId: string,
  now: Date,
): Promise<void> {
  await onOwn(house, subscriber, streamId, now, async (row) => {
    await streams.deleteStream(house.db, row.id);
    await store.dropWaiting(house.db, row.id, now);
    await record(house, subscriber, 'deleted', now);
  });
}

/** @throws Refusal missing, throttled */
export async function setStatus(
  house: StreamHouse,
  subscriber: Subscriber,
  { streamId, status, reason }: { streamId: string; status: StreamStatus; reason: string | undefined },
  now: Date,
): Promise<void> {
  const { db } = house;
  await onOwn(house, subscriber, streamId, now, async (row) => {
    await streams.updateStatus(db, { id: row.id, status, reason }, now);
    if (status === 'disabled') await store.dropWaiting(db, row.id, now);
    if (status === 'enabled' && row.status !== 'enabled') await begin(db, row.id, now);
    await record(house, subscriber, status, now);
  });
}

/** @throws Refusal missing, throttled */
export async function askVerification(
  { db }: StreamHouse,
  { service }: Subscriber,
  { streamId, state }: { streamId: string; state: string | undefined },
  now: Date,
): Promise<void> {
  await db.transaction(async () => {
    const row = await getStream(db, service.id, streamId);
    const since = new Date(now.getTime() - MIN_VERIFICATION_INTERVAL * 1000);
    if ((await streams.takeVerification(db, row.id, since, now)) !== 1)
      throw new Refusal('throttled', 'verified a moment ago', { reason: 'verification', retryAfterSeconds: MIN_VERIFICATION_INTERVAL }); // prettier-ignore
    await store.insertStreamNews(db, row.id, { kind: 'verification', ...(state === undefined ? {} : { state }) }, now); // prettier-ignore
  });
}

/**
 * The operator sends again what waits or was given up, and enables the stream if we had paused it.
 * @returns how many events; undefined: the service has no stream
 */
export async function retryStream(
  { db, origin }: { db: Database; origin: string },
  serviceId: string,
  now: Date,
): Promise<number | undefined> {
  return db.transaction(async () => {
    const row = await streams.lockStream(db, serviceId);
    if (row === undefined) return undefined;
    if (row.status === 'paused' && row.status_reason === 'delivery_failed') {
      await streams.updateStatus(db, { id: row.id, status: 'enabled', reason: undefined }, now);
      await store.insertStreamNews(db, row.id, { kind: 'stream-updated', status: 'enabled', reason: 'operator' }, now); // prettier-ignore
    }
    const count = await begin(db, row.id, now);
    await recordAccess(db, origin, { kind: 'signals.retried', outcome: 'ok', actor: 'operator', serviceId, details: { count } }, now); // prettier-ignore
    return count;
  });
}

async function takeChange(db: Database, serviceId: string, now: Date): Promise<void> {
  if (await takeTry(db, CHANGES, serviceId, now)) return;
  throw new Refusal('throttled', 'a stream changed too often', { reason: 'changes', retryAfterSeconds: CHANGES.seconds }); // prettier-ignore
}

async function begin(db: Database, streamId: string, now: Date): Promise<number> {
  const count = await store.retryAll(db, streamId, now);
  await store.announce(db, streamId);
  return count;
}

/** Changes a service's own stream: counted against its limit, on the locked row, in one transaction. */
async function onOwn<T>(
  { db }: StreamHouse,
  { service }: Subscriber,
  streamId: string,
  now: Date,
  change: (row: StreamRow) => Promise<T>,
): Promise<T> {
  await takeChange(db, service.id, now);
  return db.transaction(async () => {
    const row = await streams.lockStream(db, service.id);
    if (row === undefined || row.id !== streamId) throw notThere();
    return change(row);
  });
}

async function changed(
  house: StreamHouse,
  subscriber: Subscriber,
  how: string,
  now: Date,
): Promise<StreamRow> {
  await record(house, subscriber, how, now);
  const row = await streams.findStream(house.db, subscriber.service.id);
  if (row === undefined) throw new Error('a stream vanished');
  return row;
}

const record = (
  { db, origin }: StreamHouse,
  { clientId, service }: Subscriber,
  how: string,
  now: Date,
) =>
  recordAccess(db, origin, { kind: 'signals.stream_changed', outcome: 'ok', actor: 'service', clientId, serviceId: service.id, details: { how } }, now); // prettier-ignore

function termsOf(
  { vault, issuer, receiver }: StreamHouse,
  id: string,
  before: StreamRow | undefined,
  { delivery = { method: 'poll' }, events, description }: Wanted,
): StreamTerms {
  const shared = {
    eventsRequested: events,
    // Nothing asked for by name is everything we have.
    kinds: events === undefined ? KINDS : kindsOf(events, issuer),
    description,
  };
  if (delivery.method === 'poll')
    return { method: 'poll', endpointUrl: undefined, authorizationSealed: undefined, ...shared };
  const { url, authorization } = delivery;
  if (!receiver.allows(url))
    throw new Refusal('invalid', 'not an address that events are sent to', { reason: 'endpoint_url' });
  // A secret for one address is never sent to another.
  const kept = before?.endpoint_url === url ? (before.authorization_sealed ?? undefined) : undefined;
  const sealed =
    authorization === undefined || authorization === ''
      ? undefined
      : vault.seal(authorizationLabel(id), authorization);
  return {
    method: 'push',
    endpointUrl: url,
    authorizationSealed: authorization === undefined ? kept : sealed,
    ...shared,
  };
}

const notThere = () => new Refusal('missing', 'no such stream', { reason: 'stream' });
