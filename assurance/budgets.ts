// Limits on codes (protocol design 9). Counted by rate-limiter-flexible in PostgreSQL, so that
// they hold across processes. All budgets are checked before any is charged, cheap ones first;
// when the counter cannot be reached, nothing is sent.

import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';

export type SendFacts = {
  /** Keyed hashes and ids: no limiter key holds a phone number or an address. */
  readonly addressKey: string;
  readonly networkKey: string;
  readonly accountId: string;
  readonly prefix: string;
  readonly phoneKey: string;
  readonly channel: 'sms' | 'zns';
};

export type Budgets = {
  /** Charges every send budget, or none. @returns the budget that was used up */
  chargeSend(
    facts: SendFacts,
  ): Promise<{ outcome: 'charged' } | { outcome: 'used_up'; budget: string; retryAfterSeconds: number }>;
  /**
   * Takes one guess of the account, before anything is compared: 10 wrong ones in 24 h lock the code step
   * for an hour, on every path and however many come at once. @returns false while it is locked
   */
  takeGuess(accountId: string): Promise<boolean>;
  /** Gives back a guess that was right, or that no live code was there to be compared with. */
  returnGuess(accountId: string): Promise<void>;
};

const HOUR = 3_600;
const DAY = 86_400;

const SEND_LIMITS: readonly {
  name: string;
  points: number;
  seconds: number;
  key: (facts: SendFacts) => string;
}[] = [
  { name: 'address-hour', points: 20, seconds: HOUR, key: (facts) => facts.addressKey },
  { name: 'network-day', points: 100, seconds: DAY, key: (facts) => facts.networkKey },
  { name: 'account-day', points: 10, seconds: DAY, key: (facts) => facts.accountId },
  { name: 'prefix-hour', points: 50, seconds: HOUR, key: (facts) => facts.prefix },
  { name: 'phone-hour', points: 5, seconds: HOUR, key: (facts) => facts.phoneKey },
  { name: 'phone-day', points: 10, seconds: DAY, key: (facts) => facts.phoneKey },
];

/** @param channelPerHour how many messages one channel may cost in an hour, over everybody */
export function createBudgets(db: Database, { channelPerHour }: { channelPerHour: number }): Budgets {
  // The library speaks to anything with `query`; our door keeps its own connection handling.
  const storeClient = {
    query: async (statement: { name: string; text: string; values: unknown[] }) => {
      const rows = await db.apart(
        () => db.rows({ ...statement, values: statement.values as string[] }), // the library binds keys, counts and times
      );
      return { rows, rowCount: rows.length };
    },
  };
  const limiter = (name: string, points: number, duration: number, blockDuration = 0) =>
    new RateLimiterPostgres({
      storeClient,
      storeType: 'pool',
      tableName: 'rate_limit',
      tableCreated: true,
      keyPrefix: name,
      points,
      duration,
      blockDuration,
      clearExpiredByTimeout: false,
    });
  const sends = [
    ...SEND_LIMITS.map((limit) => ({ ...limit, limiter: limiter(limit.name, limit.points, limit.seconds) })),
    {
      name: 'channel-hour',
      points: channelPerHour,
      key: (facts: SendFacts) => facts.channel,
      limiter: limiter('channel-hour', channelPerHour, HOUR),
    },
  ];
  const guesses = limiter('guess-day', 10, DAY, HOUR);

  return {
    async chargeSend(facts) {
      for (const { name, points, key, limiter: counter } of sends) {
        const state = await closed(() => counter.get(key(facts)));
        if (state !== null && state.consumedPoints >= points) return usedUp(name, state);
      }
      for (const [at, { name, key, limiter: counter }] of sends.entries()) {
        try {
          await counter.consume(key(facts));
        } catch (error) {
          if (!(error instanceof RateLimiterRes)) throw limiterDown(error);
          // Another send took the last one meanwhile: what was charged so far is given back.
          for (const { key: keyOf, limiter: charged } of sends.slice(0, at + 1))
            await closed(() => charged.reward(keyOf(facts)));
          return usedUp(name, error);
        }
      }
      return { outcome: 'charged' };
    },
    async takeGuess(accountId) {
      try {
        await guesses.consume(accountId);
        return true;
      } catch (error) {
        if (error instanceof RateLimiterRes) return false;
        throw limiterDown(error);
      }
    },
    async returnGuess(accountId) {
      await closed(() => guesses.reward(accountId));
    },
  };
}

const usedUp = (budget: string, state: RateLimiterRes) => ({
  outcome: 'used_up' as const,
  budget,
  retryAfterSeconds: Math.max(1, Math.ceil(state.msBeforeNext / 1000)),
});

async function closed<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw limiterDown(error);
  }
}

const limiterDown = (cause: unknown) =>
  new Refusal('unavailable', 'limits cannot be checked', { reason: 'limiter', retryAfterSeconds: 5, cause });
