// Limits on codes (protocol design 9). Counted by rate-limiter-flexible in PostgreSQL, so that
// they hold across processes. All budgets are checked before any is charged, cheap ones first;
// when the counter cannot be reached, nothing is sent.

import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../database.ts';
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
  // The library speaks to anything with `query`; our door keeps its own connection handling.
  const storeClient = {
    query: async (statement: { name: string; text: string; values: unknown[] }) => {
      const rows = await db.apart(
        () => db.rows({ ...statement, values: statement.values as string[] }), // the library binds keys, counts and times
      );
      return { rows, rowCount: rows.length };
    },
  };
  const limiter = (name: string, points: number, duration: number) =>
    new RateLimiterPostgres({
      storeClient,
      storeType: 'pool',
      tableName: 'rate_limit',
      tableCreated: true,
      keyPrefix: name,
      points,
      duration,
      clearExpiredByTimeout: false,
    });
  const money: readonly Limit[] = [
    { name: 'channel-hour', points: channelPerHour, seconds: HOUR, key: (facts) => facts.channel },
    { name: 'channel-day', points: channelPerDay, seconds: DAY, key: (facts) => facts.channel },
  ];
  const sends = [...SEND_LIMITS, ...money].map((limit) => ({
    ...limit,
    counter: limiter(limit.name, limit.points, limit.seconds),
  }));
  const alarmedAt = new Map<string, number>();

  const concerning = (facts: SendFacts) =>
    sends.flatMap((limit) => {
      const key = limit.key(facts);
      return key === undefined ? [] : [{ ...limit, key }];
    });

  async function check(facts: SendFacts, now: Date): Promise<Charge> {
    if (await closed(() => isStopped(db, facts.channel))) return usedUp('channel-stopped', HOUR);
    for (const { name, points, key, counter } of concerning(facts)) {
      const state = await closed(() => counter.get(key));
      if (state !== null && state.consumedPoints >= points) return usedUp(name, secondsOf(state));
    }
    const pumped = await closed(() => findPumping(db, facts, now));
    return pumped === undefined ? { outcome: 'charged' } : usedUp(`pumping-${pumped}`, PUMPING_WINDOW_SECONDS); // prettier-ignore
  }

  async function charge(facts: SendFacts): Promise<Charge> {
    const limits = concerning(facts);
    for (const [at, { name, key, counter }] of limits.entries()) {
      try {
        await counter.consume(key);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw limiterDown(error);
        // Another send took the last one meanwhile: what was charged so far is given back.
        for (const { key: keyOf, counter: charged } of limits.slice(0, at + 1))
          await closed(() => charged.reward(keyOf));
        return usedUp(name, secondsOf(error));
      }
    }
    return { outcome: 'charged' };
  }

  return {
    async chargeSend(facts, now) {
      const allowed = await check(facts, now);
      const charged = allowed.outcome === 'charged' ? await charge(facts) : allowed;
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

const secondsOf = (state: RateLimiterRes) => Math.max(1, Math.ceil(state.msBeforeNext / 1000));

async function closed<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw limiterDown(error);
  }
}

const limiterDown = (cause: unknown) =>
  new Refusal('unavailable', 'limits cannot be checked', { reason: 'limiter', retryAfterSeconds: 5, cause });
