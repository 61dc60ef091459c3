// Polling (RFC 8936): the receiver asks, and in the same breath says what it has taken or refuses.

import type { Database } from '../database.ts';
import { currentKey } from '../keys/signing-keys.ts';
import type { SigningKey } from '../keys/signing-keys.ts';
import { cleanWords } from './receiver-words.ts';
import { signSet } from './set.ts';
import type { Transmitter } from './set.ts';
import * as store from './store.ts';
import type { Waiting } from './waiting.ts';

/** Under the minute after which proxies close a silent connection. */
export const LONGEST_WAIT_MS = 20_000;
export const MOST_EVENTS = 100;
const USUAL_EVENTS = 50;
/** Handed out and not acknowledged: it comes again after this. */
const AGAIN_MS = 10_000;

export type PollHouse = Transmitter & {
  readonly db: Database;
  readonly keys: () => Promise<readonly SigningKey[]>;
  readonly waiting: Waiting;
  readonly clock: () => Date;
};

export type Poll = {
  readonly maxEvents?: number | undefined;
  readonly returnImmediately?: boolean | undefined;
  readonly ack?: readonly string[] | undefined;
  readonly setErrs?: Readonly<Record<string, { err: string; description?: string | undefined }>> | undefined;
};
export type Polled = { readonly sets: Readonly<Record<string, string>>; readonly moreAvailable: boolean };

/** `gone` fires when the receiver hangs up. */
export async function pollStream(
  house: PollHouse,
  streamId: string,
  poll: Poll,
  gone: AbortSignal,
): Promise<Polled> {
  const { db, waiting, clock } = house;
  await settle(db, streamId, poll, clock());
  const most = Math.min(poll.maxEvents ?? USUAL_EVENTS, MOST_EVENTS);
  if (most === 0) return { sets: {}, moreAvailable: await isMore(db, streamId, clock()) };
  const deadline = clock().getTime() + LONGEST_WAIT_MS;
  for (;;) {
    const leftMs = deadline - clock().getTime();
    // Before looking: what comes between the look and the wait must wake us.
    const woken = poll.returnImmediately === true || leftMs <= 0 ? undefined : waiting.wait(streamId, leftMs, gone); // prettier-ignore
    const now = clock();
    const rows = await store.takeMany(db, { streamId, most, again: new Date(now.getTime() + AGAIN_MS) }, now);
    if (rows.length === 0 && woken !== undefined && !gone.aborted) {
      await woken;
      continue;
    }
    const key = rows.length === 0 ? undefined : currentKey(await house.keys());
    const sets: Record<string, string> = {};
    for (const row of rows.toSorted((a, b) => a.seq - b.seq))
      if (key !== undefined) sets[row.jti] = await signSet(house, row, key);
    return { sets, moreAvailable: rows.length === most && (await isMore(db, streamId, clock())) };
  }
}

async function settle(db: Database, streamId: string, { ack = [], setErrs = {} }: Poll, now: Date) {
  // Anything else was never an id of ours.
  const known = ack.filter(isId);
  if (known.length > 0) await store.acknowledge(db, streamId, known, now);
  for (const [jti, { err, description }] of Object.entries(setErrs))
    if (isId(jti))
      await store.markRejected(db, { streamId, jti, error: err, text: cleanWords(description) }, now);
}

const isMore = async (db: Database, streamId: string, now: Date) =>
  (await store.hasDue(db, streamId, now)) !== undefined;

const isId = (text: string) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
