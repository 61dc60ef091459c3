// Answers that a stranger could learn something from take the same time whatever happened: nobody
// should be able to tell by the clock whether a number is known, a code live or a message sent.

import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

const JITTER_MS = 50;

/** Protocol design 9. */
export const SEND_FLOOR_MS = 250;

/** Waits until `floorMs` and a little more have passed since `startedAt` (of `performance.now()`). */
export async function evenly(startedAt: number, floorMs: number): Promise<void> {
  const leftMs = startedAt + floorMs + randomInt(0, JITTER_MS) - performance.now();
  if (leftMs > 0) await wait(leftMs);
}
