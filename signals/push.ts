// Pushing (RFC 8935). Streams run beside each other and each sends its events in order, so a slow
// receiver delays itself alone. A lease makes one worker of all processes the one that pushes a stream;
// a worker that dies between sending and marking leaves the event undone, and it goes again, same `jti`.

import { randomInt } from 'node:crypto';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { currentKey } from '../keys/signing-keys.ts';
import type { SigningKey } from '../keys/signing-keys.ts';
import type { Vault } from '../keys/vault.ts';
import type { Pushed, PushReceiver } from './receiver.ts';
import { cleanWords } from './receiver-words.ts';
import { signSet } from './set.ts';
import type { Transmitter } from './set.ts';
import * as store from './store.ts';
import * as streams from './stream-store.ts';
import type { LeasedStream } from './stream-store.ts';

const MOST_STREAMS = 50;
/** Then the stream lets others in and takes its turn again. */
const MOST_A_RUN = 20;
const LONGEST_RUN_MS = 10_000;
/** Longer than one push may take: nobody else sends what is under way. */
const LEASE_MS = 8_000;
const LONGEST_BACKOFF_MS = 3_600_000;
/** A receiver that is down is asked at least this often whether it is back. */
const LONGEST_SILENCE_MS = 60_000;
export const GIVE_UP_MS = 24 * 3_600_000;
/** After so many failures in a row a success means that the receiver is back: nothing waits longer. */
const WAS_DOWN = 3;
// Refusals that a correction at either side ends (a key not fetched yet, a wrong secret): tried again.
const MENDABLE: readonly string[] = ['invalid_key', 'authentication_failed', 'access_denied'];

export type PushHouse = Transmitter & {
  readonly db: Database;
  readonly vault: Vault;
  readonly origin: string;
  readonly receiver: PushReceiver;
  readonly keys: () => Promise<readonly SigningKey[]>;
  readonly clock: () => Date;
  readonly log: (level: 'warn' | 'error', event: string, facts: Readonly<Record<string, unknown>>) => void;
};

export type Pusher = {
  /** Starts whatever is due and does not wait for it. */
  turn(): Promise<void>;
  /** Waits until nothing is under way. */
  idle(): Promise<void>;
  /** The same, and starts nothing more. */
  stop(): Promise<void>;
};

export const authorizationLabel = (streamId: string) => `signal_stream/${streamId}/authorization`;

export function createPusher(house: PushHouse): Pusher {
  const { db, clock, log } = house;
  const running = new Map<string, Promise<void>>();
  let stopped = false;
  let crowded = false;

  async function turn(): Promise<void> {
    const room = MOST_STREAMS - running.size;
    crowded = room <= 0;
    if (stopped || crowded) return;
    const now = clock();
    const leased = await streams.leaseStreams(db, { most: room, until: later(now, LEASE_MS) }, now); // prettier-ignore
    crowded = leased.length >= room;
    for (const stream of leased) {
      const run = runStream(house, stream, () => stopped)
        .catch((error: unknown) => {
          log('warn', 'signals.run_failed', { service: stream.service_id, message: String(error) });
          return false;
        })
        .then((more) => {
          running.delete(stream.id);
          if (more || crowded) void turn().catch(() => {}); // the next tick looks as well
        });
      running.set(stream.id, run);
    }
  }

  const idle = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running.values());
  };
  return {
    turn,
    idle,
    async stop() {
      stopped = true;
      await idle();
    },
  };
}

/** @returns true when it stopped with more to do */
async function runStream(house: PushHouse, stream: LeasedStream, isStopped: () => boolean): Promise<boolean> {
  const { db, clock } = house;
  const end = clock().getTime() + LONGEST_RUN_MS;
  let { failures, leased_until: lease } = stream;
  for (let sent = 0; sent < MOST_A_RUN && clock().getTime() < end && !isStopped(); sent += 1) {
    const until = later(clock(), LEASE_MS);
    if ((await streams.renewLease(db, stream.id, { from: lease, until })) !== 1) return false;
    lease = until;
    const row = await store.takeNext(db, stream.id, clock());
    if (row === undefined) {
      await streams.endLease(db, { id: stream.id, from: lease, nextPushAt: clock(), failures }, clock());
      return false;
    }
    const pauseMs = Math.min(backoffMs(failures + 1), LONGEST_SILENCE_MS);
    if (!(await pushOne(house, stream, row, pauseMs))) {
      failures += 1;
      const nextPushAt = later(clock(), pauseMs);
      await streams.endLease(db, { id: stream.id, from: lease, nextPushAt, failures }, clock());
      return false;
    }
    if (failures >= WAS_DOWN) await store.hurry(db, stream.id, clock());
    failures = 0;
  }
  await streams.endLease(db, { id: stream.id, from: lease, nextPushAt: clock(), failures }, clock());
  return true;
}

/** @returns false when the event has to go again, and the stream pauses for `pauseMs` */
async function pushOne(
  house: PushHouse,
  stream: LeasedStream,
  row: store.EventRow,
  pauseMs: number,
): Promise<boolean> {
  const { db, vault, receiver, clock } = house;
  const set = await signSet(house, row, currentKey(await house.keys()));
  const sealed = stream.authorization_sealed;
  const pushed = await receiver.push({
    url: stream.endpoint_url ?? '',
    authorization: sealed === null ? undefined : vault.open(authorizationLabel(stream.id), sealed),
    set,
  });
  const now = clock();
  if (pushed.outcome === 'accepted') {
    await store.markDelivered(db, row.jti, now);
    return true;
  }
  const why = reasonOf(pushed);
  if (pushed.outcome === 'refused' && !MENDABLE.includes(pushed.error)) {
    await store.markRejected(db, { streamId: stream.id, jti: row.jti, ...why }, now);
    house.log('warn', 'signals.rejected', { service: stream.service_id, reason: why.error });
    return true;
  }
  // What tells of a pause is sent once: the receiver is the one that does not answer.
  const isOver = now.getTime() - row.tried_since.getTime() >= GIVE_UP_MS;
  if (isOver || row.kind === 'stream-updated') await giveUp(house, stream, row, why, now);
  // Once more in its place; after that it lets the next one go first, which it alone may have held up.
  const waitMs = row.tries === 1 ? pauseMs : Math.max(backoffMs(row.tries), 2 * pauseMs);
  if (!isOver) await store.postpone(db, { jti: row.jti, ...why, nextTryAt: later(now, waitMs) });
  return false;
}

// A stream that took nothing else meanwhile is paused: what waits is held, and people are told.
async function giveUp(
  { db, origin, log }: PushHouse,
  { id, service_id: serviceId }: LeasedStream,
  row: store.EventRow,
  why: { error: string; text: string | undefined },
  now: Date,
): Promise<void> {
  const isNews = row.kind === 'stream-updated';
  await db.transaction(async () => {
    await store.markGivenUp(db, { jti: row.jti, outcome: isNews ? 'dropped' : 'failed', ...why }, now);
    if (isNews) return;
    const worksOtherwise = (await store.hasDeliveredSince(db, id, row.tried_since)) !== undefined;
    log('error', 'signals.given_up', { service: serviceId, kind: row.kind, reason: why.error, paused: !worksOtherwise }); // prettier-ignore
    if (worksOtherwise || (await streams.pauseStream(db, id, 'delivery_failed', now)) !== 1) return;
    await store.insertStreamNews(db, id, { kind: 'stream-updated', status: 'paused', reason: 'delivery_failed' }, now); // prettier-ignore
    await recordAccess(db, origin, { kind: 'signals.paused', outcome: 'failed', actor: 'system', serviceId, details: { reason: why.error } }, now); // prettier-ignore
  });
}

const reasonOf = (pushed: Exclude<Pushed, { outcome: 'accepted' }>) =>
  pushed.outcome === 'refused'
    ? { error: pushed.error, text: cleanWords(pushed.text) }
    : { error: pushed.reason, text: undefined };

/** Doubles from two seconds to an hour; between half and all of it, so that receivers do not wake in step. */
function backoffMs(tries: number): number {
  const most = Math.min(1000 * 2 ** Math.min(tries, 20), LONGEST_BACKOFF_MS);
  return randomInt(most / 2, most + 1);
}

const later = (now: Date, ms: number) => new Date(now.getTime() + ms);
