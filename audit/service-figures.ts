// How a service fares: counts by hour, read back for a day or a month. No person in them, and nothing
// here reads the records themselves.

import type { Database } from '../database.ts';
import type { AccessEvent } from './record.ts';
import { CAUSES, OTHER_ACTIONS, type Cause } from './decisions.ts';
import { percentile } from './service-figures-latency.ts';
import * as store from './service-figures-store.ts';
import type { CountKind, SlotCount } from './service-figures-store.ts';

export type Period = '24h' | '30d';
export type Latency = { readonly p50: number; readonly p95: number; readonly p99: number };

export type Slot = {
  readonly from: Date;
  readonly allowed: number;
  readonly refused: number;
  readonly started: number;
  readonly reached: number;
  readonly latency: Latency | undefined;
};

export type Figures = {
  readonly period: Period;
  /** Hours or days, oldest first, all of them. */
  readonly slots: readonly Slot[];
  readonly allowed: number;
  readonly refused: number;
  readonly started: number;
  readonly reached: number;
  readonly tokens: number;
  readonly dropped: number;
  readonly latency: Latency | undefined;
  /** Largest first. They add up to `refused`. */
  readonly causes: readonly { readonly cause: Cause; readonly n: number }[];
  /** Most asked first; `*` stands for names that are not the service's own. */
  readonly actions: readonly {
    readonly action: string;
    readonly allowed: number;
    readonly refused: number;
  }[];
  readonly lastRecordAt: Date | undefined;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
// Việt Nam has had one offset, without summer time, since 1975.
const VIETNAM_MS = 7 * HOUR_MS;
const SHAPE = { '24h': { slotMs: HOUR_MS, slots: 24 }, '30d': { slotMs: DAY_MS, slots: 30 } } as const;

/** The figures of a service up to and with the running hour. */
export async function readFigures(
  db: Database,
  { serviceId, period }: { serviceId: string; period: Period },
  now: Date,
): Promise<Figures> {
  const { slotMs, slots } = SHAPE[period];
  const running = Math.floor((now.getTime() + VIETNAM_MS) / slotMs) * slotMs - VIETNAM_MS;
  const since = new Date(running - (slots - 1) * slotMs);
  const until = new Date(running + slotMs);
  const [rows, lastRecordAt] = await Promise.all([
    store.findCounts(db, { serviceId, since, until, slotSeconds: slotMs / 1000 }),
    store.findLastRecord(db, serviceId),
  ]);
  const sumOf = (list: readonly SlotCount[], kind: CountKind) =>
    list.reduce((sum, row) => (row.kind === kind ? sum + row.n : sum), 0);
  const bySlot = Map.groupBy(rows, ({ at }) => (at.getTime() - since.getTime()) / slotMs);
  return {
    period,
    slots: Array.from({ length: slots }, (_, slot) => {
      const own = bySlot.get(slot) ?? [];
      return {
        from: new Date(since.getTime() + slot * slotMs),
        allowed: sumOf(own, 'allowed'),
        refused: sumOf(own, 'refused'),
        started: sumOf(own, 'started'),
        reached: sumOf(own, 'reached'),
        latency: latencyOf(own),
      };
    }),
    allowed: sumOf(rows, 'allowed'),
    refused: sumOf(rows, 'refused'),
    started: sumOf(rows, 'started'),
    reached: sumOf(rows, 'reached'),
    tokens: sumOf(rows, 'tokens'),
    dropped: sumOf(rows, 'dropped'),
    latency: latencyOf(rows),
    causes: causesOf(rows),
    actions: actionsOf(rows),
    lastRecordAt,
  };
}

function latencyOf(rows: readonly SlotCount[]): Latency | undefined {
  const buckets = new Map<number, number>();
  for (const { kind, name, n } of rows)
    if (kind === 'latency') buckets.set(Number(name), (buckets.get(Number(name)) ?? 0) + n);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(buckets, share));
  return p50 === undefined || p95 === undefined || p99 === undefined ? undefined : { p50, p95, p99 };
}

const causesOf = (rows: readonly SlotCount[]): Figures['causes'] =>
  CAUSES.map((cause) => ({
    cause,
    n: rows.reduce((sum, row) => (row.kind === 'cause' && row.name === cause ? sum + row.n : sum), 0),
  }))
    .filter(({ n }) => n > 0)
    .toSorted((a, b) => b.n - a.n);

function actionsOf(rows: readonly SlotCount[]): Figures['actions'] {
  const actions = new Map<string, { allowed: number; refused: number }>();
  for (const { kind, name, n } of rows) {
    if (kind !== 'action_allowed' && kind !== 'action_refused') continue;
    const counts = actions.get(name) ?? { allowed: 0, refused: 0 };
    counts[kind === 'action_allowed' ? 'allowed' : 'refused'] += n;
    actions.set(name, counts);
  }
  const total = (one: { allowed: number; refused: number }) => one.allowed + one.refused;
  return [...actions]
    .map(([action, counts]) => ({ action, ...counts }))
    .toSorted((a, b) => Number(a.action === OTHER_ACTIONS) - Number(b.action === OTHER_ACTIONS) || total(b) - total(a)); // prettier-ignore
}

/** Tokens for people, counted where their events are written. */
export async function countTokens(
  db: Database,
  events: readonly { readonly event: AccessEvent; readonly now: Date }[],
): Promise<void> {
  const counts = new Map<string, { serviceId: string; hour: Date; n: number }>();
  for (const { event, now } of events) {
    const { kind, serviceId } = event;
    if (kind !== 'token.issued' || serviceId === undefined) continue;
    const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);
    const key = `${hour.getTime()} ${serviceId}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { serviceId, hour, n: 1 });
    else known.n += 1;
  }
  if (counts.size > 0) await store.addTokens(db, [...counts.values()]);
}

/** A step-up lives half an hour; six cover a process that was away. */
const STEP_UP_HOURS = 6;

/** Brings the counts of step-ups up to date, from the transactions themselves. */
export async function countStepUps(
  db: Database,
  services: readonly { readonly id: string; readonly scopes: readonly string[] }[],
  now: Date,
): Promise<void> {
  const scopes = services.flatMap(({ id, scopes: own }) => own.map((scope) => ({ serviceId: id, scope })));
  const since = new Date((Math.floor(now.getTime() / HOUR_MS) - STEP_UP_HOURS) * HOUR_MS);
  if (scopes.length > 0) await store.countStepUps(db, scopes, since);
}
