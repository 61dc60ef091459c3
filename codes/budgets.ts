// Limits on codes (protocol design 9). Counted in PostgreSQL, so that they hold across processes. All
// budgets are checked before any is charged, cheap ones first, in one statement each; when the
// counter cannot be reached, nothing is sent.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { Refusal } from '../errors.ts';
import { isStopped } from './channel-switch.ts';
import { GUESSES_PER_DAY } from './guesses.ts';
import type { MessageChannel } from './message-gateway.ts';
import { findPumping, PUMPING_WINDOW_SECONDS } from './pumping.ts';

export type SendFacts = {
  /** Keyed hashes and ids: no limiter key holds a phone number or an address. */
  readonly addressKey: string;
  readonly networkKey: string;
  readonly deviceKey?: string | undefined;
  /** This device has proven level 2 for this account before: it shares its address with strangers (CGNAT). */
  readonly knownDevice?: boolean;
  readonly accountId: string;
  readonly prefix: string;
  readonly phoneKey: string;
  readonly channel: MessageChannel;
};

export type Charge =
  | { readonly outcome: 'charged' }
  | { readonly outcome: 'used_up'; readonly budget: string; readonly retryAfterSeconds: number };

export type Budgets = {
  /** Charges every send budget, or none. @returns the budget that was used up */
  chargeSend(facts: SendFacts, now: Date): Promise<Charge>;
  /** Wrong guesses an account has in 24 hours. Counted where they are made (guesses.ts). */
  readonly guessesPerDay: number;
};

export type BudgetOptions = {
  /** How many messages one channel may cost in an hour and in a day, over everybody. */
  readonly channelPerHour: number;
  readonly channelPerDay?: number;
  /** Told of every send that was stopped. `alarm`: somebody must look, said once a minute and budget. */
  readonly onBlocked?: (budget: string, alarm: boolean) => void;
};

const HOUR = 3_600;
const DAY = 86_400;

type Limit = {
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
  /** Undefined: this budget does not concern this send. */
  readonly key: (facts: SendFacts) => string | undefined;
};
const strange = (key: (facts: SendFacts) => string) => (facts: SendFacts) => facts.knownDevice === true ? undefined : key(facts); // prettier-ignore
const known = (key: (facts: SendFacts) => string) => (facts: SendFacts) => facts.knownDevice === true ? key(facts) : undefined; // prettier-ignore
const address = (facts: SendFacts) => facts.addressKey;
const network = (facts: SendFacts) => facts.networkKey;

const SEND_LIMITS: readonly Limit[] = [
  // Apart from the strangers' budget, so that strangers behind the same address cannot use it up.
  { name: 'address-hour', points: 20, seconds: HOUR, key: strange(address) },
  { name: 'address-hour-known', points: 200, seconds: HOUR, key: known(address) },
  { name: 'device-hour', points: 10, seconds: HOUR, key: (facts) => facts.deviceKey },
  { name: 'network-day', points: 100, seconds: DAY, key: strange(network) },
  { name: 'network-day-known', points: 1_000, seconds: DAY, key: known(network) },
  { name: 'account-day', points: 10, seconds: DAY, key: (facts) => facts.accountId },
  { name: 'prefix-hour', points: 50, seconds: HOUR, key: (facts) => facts.prefix },
  { name: 'phone-hour', points: 5, seconds: HOUR, key: (facts) => facts.phoneKey },
  { name: 'phone-day', points: 10, seconds: DAY, key: (facts) => facts.phoneKey },
];

// These say that something is wrong with the channel or the world, not with one person.
const ALARMING = /^(channel-|pumping-|prefix-)/;
const ALARM_EVERY_MS = 60_000;

export function createBudgets(db: Database, options: BudgetOptions): Budgets {
  const { channelPerHour, channelPerDay = channelPerHour * 10, onBlocked = () => {} } = options;
  const money: readonly Limit[] = [
    { name: 'channel-hour', points: channelPerHour, seconds: HOUR, key: (facts) => facts.channel },
    { name: 'channel-day', points: channelPerDay, seconds: DAY, key: (facts) => facts.channel },
  ];
  const sends = [...SEND_LIMITS, ...money];
  const alarmedAt = new Map<string, number>();

  const concerning = (facts: SendFacts): readonly Counted[] =>
    sends.flatMap((limit) => {
      const key = limit.key(facts);
      return key === undefined ? [] : [{ ...limit, counter: `${limit.name}:${key}` }];
    });

  async function check(facts: SendFacts, now: Date): Promise<Charge> {
    if (await closed(() => isStopped(db, facts.channel))) return usedUp('channel-stopped', HOUR);
    const limits = concerning(facts);
    const counts = await closed(() => findCounts(db, limits, now));
    const full = limits.find(({ counter, points }) => (counts.get(counter)?.points ?? 0) >= points);
    if (full !== undefined) return usedUp(full.name, secondsOf(counts.get(full.counter), now));
    const pumped = await closed(() => findPumping(db, facts, now));
    return pumped === undefined ? { outcome: 'charged' } : usedUp(`pumping-${pumped}`, PUMPING_WINDOW_SECONDS); // prettier-ignore
  }

  async function charge(facts: SendFacts, now: Date): Promise<Charge> {
    const limits = concerning(facts);
    const counts = await closed(() => raiseCounts(db, limits, now));
    const full = limits.find(({ counter, points }) => (counts.get(counter)?.points ?? 0) > points);
    if (full === undefined) return { outcome: 'charged' };
    // Another send took the last one meanwhile: what was charged is given back.
    await closed(() => lowerCounts(db, limits));
    return usedUp(full.name, secondsOf(counts.get(full.counter), now));
  }

  return {
    async chargeSend(facts, now) {
      const allowed = await check(facts, now);
      const charged = allowed.outcome === 'charged' ? await charge(facts, now) : allowed;
      if (charged.outcome === 'used_up') {
        const due = now.getTime() - (alarmedAt.get(charged.budget) ?? -Infinity) >= ALARM_EVERY_MS;
        const alarm = due && ALARMING.test(charged.budget);
        if (alarm) alarmedAt.set(charged.budget, now.getTime());
        onBlocked(charged.budget, alarm);
      }
      return charged;
    },
    guessesPerDay: GUESSES_PER_DAY,
  };
}

const usedUp = (budget: string, retryAfterSeconds: number): Charge => ({
  outcome: 'used_up',
  budget,
  retryAfterSeconds,
});

const secondsOf = (count: Count | undefined, now: Date) =>
  Math.max(1, Math.ceil(((count?.expire ?? 0) - now.getTime()) / 1000));

type Counted = Limit & { readonly counter: string };
type Count = { key: string; points: number; expire: number };

// Apart, all three: what is charged stays charged when the request around it rolls back. In the order
// of their keys, or two sends would wait for each other.
async function findCounts(db: Database, limits: readonly Counted[], now: Date) {
  const keys = limits.map(({ counter }) => counter);
  const rows = await db.apart(() =>
    db.rows<Count>(sql`
      select key, points, expire from rate_limit where key = any(${keys}::text[]) and expire > ${now.getTime()}::bigint`),
  );
  return new Map(rows.map((row) => [row.key, row]));
}

async function raiseCounts(db: Database, limits: readonly Counted[], now: Date) {
  const nowMs = now.getTime();
  const rows = await db.apart(() =>
    db.rows<Count>(sql`
      insert into rate_limit as r (key, points, expire)
      select key, 1, ${nowMs}::bigint + seconds * 1000::bigint
      from unnest(${limits.map(({ counter }) => counter)}::text[], ${limits.map(({ seconds }) => seconds)}::int[]) as fresh (key, seconds)
      order by key
      on conflict (key) do update set
        points = case when r.expire <= ${nowMs}::bigint then 1 else r.points + 1 end,
        expire = case when r.expire <= ${nowMs}::bigint then excluded.expire else r.expire end
      returning key, points, expire`),
  );
  return new Map(rows.map((row) => [row.key, row]));
}

const lowerCounts = (db: Database, limits: readonly Counted[]) =>
  db.apart(() =>
    db.run(sql`
      with held as (
        select key from rate_limit where key = any(${limits.map(({ counter }) => counter)}::text[]) order by key for update)
      update rate_limit set points = points - 1 where points > 0 and key in (select key from held)`),
  );

async function closed<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw limiterDown(error);
  }
}

const limiterDown = (cause: unknown) =>
  new Refusal('unavailable', 'limits cannot be checked', { reason: 'limiter', retryAfterSeconds: 5, cause });
