// Rounds: a closed loop of virtual users against one server for some seconds, then the other
// server, and so on. Interleaved, so that a neighbour on the machine disturbs both alike.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ground, Scenario, User, Work } from './scenarios.ts';

export type Round = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What one unit of work cost the server process, whoever else used the machine. */
  readonly serverMs: number;
  /** Share of a core the server process used, and the load generator, and everything on each core. */
  readonly serverCpu: number;
  readonly loadCpu: number;
  readonly cores: readonly number[];
};

/** One measured round. `expected`: a guess at its requests per second, to make enough proofs before. */
export async function runRound(
  scenario: Scenario,
  ground: Ground,
  { seconds, expected }: { seconds: number; expected: number },
): Promise<Round> {
  const { target, users } = ground;
  const work = await scenario.prepare(ground, Math.ceil(expected * seconds * 1.25));
  await sleep(150); // what the last round left to be written is written
  globalThis.gc?.();
  const before = { server: await target.stand(), cpu: process.cpuUsage(), cores: coreTimes() };
  const startedAt = performance.now();
  const latencies = await loop(work, users, startedAt + seconds * 1000);
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before.cpu);
  const coresBefore = before.cores;
  const cores = coreTimes().map((now, index) => busyShare(coresBefore[index], now));
  const server = await target.stand();
  const sorted = latencies.toSorted((a, b) => a - b);
  return {
    perSecond: (sorted.length / elapsedMs) * 1000,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    serverMs: (server.cpuMs - before.server.cpuMs) / sorted.length,
    serverCpu: (server.cpuMs - before.server.cpuMs) / elapsedMs,
    loadCpu: (user + system) / 1000 / elapsedMs,
    cores,
  };
}

async function loop(work: Work, users: readonly User[], untilMs: number): Promise<number[]> {
  const latencies: number[] = [];
  await Promise.all(
    users.map(async (user) => {
      for (let at = performance.now(); at < untilMs;) {
        await work(user);
        const done = performance.now();
        latencies.push(done - at);
        at = done;
      }
    }),
  );
  return latencies;
}

export const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export const median = (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

type CoreTime = { readonly busy: number; readonly all: number };

function coreTimes(): CoreTime[] {
  let text: string;
  try {
    text = readFileSync('/proc/stat', 'utf8');
  } catch {
    return []; // not Linux: the table leaves the column out
  }
  return [...text.matchAll(/^cpu\d+ (.+)$/gm)].map(([, line = '']) => {
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, ...rest] = line.split(' ').map(Number);
    const interrupts = rest.slice(0, 3).reduce((sum, one) => sum + one, 0);
    const busy = user + nice + system + interrupts;
    return { busy, all: busy + idle + wait };
  });
}

const busyShare = (before: CoreTime | undefined, now: CoreTime) =>
  before === undefined || now.all === before.all
    ? Number.NaN
    : (now.busy - before.busy) / (now.all - before.all);
