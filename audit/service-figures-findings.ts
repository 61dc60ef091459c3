// What in a service's figures asks for somebody's attention. Pure; the thresholds are ours and stand
// here, so that "why does the page say nothing?" has an answer.

import type { Figures } from './service-figures.ts';

export type Finding =
  | { readonly kind: 'never' }
  | { readonly kind: 'silent'; readonly minutes: number; readonly lastAt: Date }
  | { readonly kind: 'overdue' | 'dropped' | 'unavailable' | 'unknownAction'; readonly n: number }
  | { readonly kind: 'slow'; readonly p95Ms: number }
  | { readonly kind: 'conversion'; readonly reached: number; readonly started: number };

/** A guard sends every 5 s what it has. Nights are quiet, so an hour alone is no alarm yet. */
const SILENT_MINUTES = 120;
/** A check adds this much to every request of a citizen. */
const SLOW_MS = 50;
/** Below this many begun step-ups a share says nothing. */
const FEWEST_STARTED = 20;
const LEAST_SHARE = 0.5;

/** Worst first. */
export function findingsOf(figures: Figures, overdue: number | undefined, now: Date): readonly Finding[] {
  const { lastRecordAt, latency, started, reached, dropped } = figures;
  const caused = (name: string) => figures.causes.find(({ cause }) => cause === name)?.n ?? 0;
  const minutes =
    lastRecordAt === undefined ? 0 : Math.floor((now.getTime() - lastRecordAt.getTime()) / 60_000);
  const [unavailable, unknownAction] = [caused('unavailable'), caused('action')];
  const found: (Finding | false)[] = [
    lastRecordAt === undefined && { kind: 'never' },
    lastRecordAt !== undefined &&
      minutes >= SILENT_MINUTES && { kind: 'silent', minutes, lastAt: lastRecordAt },
    overdue !== undefined && overdue > 0 && { kind: 'overdue', n: overdue },
    unavailable > 0 && { kind: 'unavailable', n: unavailable },
    unknownAction > 0 && { kind: 'unknownAction', n: unknownAction },
    dropped > 0 && { kind: 'dropped', n: dropped },
    latency !== undefined && latency.p95 > SLOW_MS && { kind: 'slow', p95Ms: latency.p95 },
    started >= FEWEST_STARTED && reached / started < LEAST_SHARE && { kind: 'conversion', reached, started },
  ];
  return found.filter((one) => one !== false);
}
