// Answers that a stranger could learn something from take the same time whatever happened: nobody
// should be able to tell by the clock whether a number is known, a code live or a message sent.

import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from 'koa';

const JITTER_MS = 50;

// A "no" leaves at the end of a whole number of these, and a little after: what the register knew
// must not be told by how long it thought.
const BEAT_MS = 600;
const BEAT_JITTER_MS = 200;

/** Protocol design 9. */
export const SEND_FLOOR_MS = 250;

/**
 * Waits until `floorMs` and a little more have passed since `startedAt` (of `performance.now()`). The
 * request log says how long, so that waiting on purpose is not taken for a slow answer.
 */
export async function evenly(ctx: Context, startedAt: number, floorMs: number): Promise<void> {
  const leftMs = startedAt + floorMs + randomInt(0, JITTER_MS) - performance.now();
  if (leftMs > 0) await pause(ctx, leftMs);
}

/** Waits on purpose: on nothing but the clock. */
export async function pause(ctx: Context, ms: number): Promise<void> {
  const startedAt = performance.now();
  await wait(ms);
  const before: unknown = ctx.state['waitedMs'];
  ctx.state['waitedMs'] = (typeof before === 'number' ? before : 0) + performance.now() - startedAt;
}

/** How long to wait so that the answer leaves on a beat. */
export const untilBeat = (elapsedMs: number): number =>
  Math.ceil((elapsedMs + 1) / BEAT_MS) * BEAT_MS - elapsedMs + randomInt(BEAT_JITTER_MS);
