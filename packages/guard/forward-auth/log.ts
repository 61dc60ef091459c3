// One JSON object a line on standard output. What is written is chosen word by word: events,
// pseudonymous decision records, counts; never a header, an address bar or a body of a request.

import type { DecisionRecord } from '../guard.ts';

export type Log = (event: string, facts?: Readonly<Record<string, string | number | boolean>>) => void;

export function createLog(write: (line: string) => void, now: () => Date): Log {
  return (event, facts = {}) => write(`${JSON.stringify({ time: now().toISOString(), event, ...facts })}\n`);
}

export function recordLine(record: DecisionRecord): Record<string, string | number | boolean> {
  const { failed, ...rest } = record;
  return { ...rest, failed: failed.join(' ') };
}

/** Says an event at most once a minute, with how often it happened: a flood must not fill the disk. */
export function createSeldom(log: Log, now: () => Date): (event: string, facts?: Parameters<Log>[1]) => void {
  const everyMs = 60_000;
  const said = new Map<string, { atMs: number; unsaid: number }>();
  return (event, facts = {}) => {
    const last = said.get(event);
    const nowMs = now().getTime();
    if (last !== undefined && nowMs - last.atMs < everyMs) {
      last.unsaid += 1;
      return;
    }
    said.set(event, { atMs: nowMs, unsaid: 0 });
    log(event, { ...facts, ...(last === undefined ? {} : { before: last.unsaid }) });
  };
}
