// How often the register may be asked about one account and one number: 3 and 5 a day (contract
// identity-vn.md section 2). An attempt is taken before the question, so that many at once get no
// more; it comes back only when the register said nothing. No counter, no question.

import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';

export const ATTEMPTS_PER_ACCOUNT = 3;
export const ATTEMPTS_PER_NUMBER = 5;
const DAY = 86_400;

export type CardAttempts = {
  /** Takes one attempt of the account and of the number, or none. @throws Refusal unavailable */
  take(facts: AttemptFacts): Promise<{ outcome: 'taken'; left: number } | { outcome: 'too_often' }>;
  giveBack(facts: AttemptFacts): Promise<void>;
};
/** The number as keyed hash: no counter's key names a person. */
export type AttemptFacts = { readonly accountId: string; readonly numberKey: string };

export function createCardAttempts(db: Database): CardAttempts {
  const storeClient = {
    query: async (statement: { name: string; text: string; values: unknown[] }) => {
      const rows = await db.apart(
        () => db.rows({ ...statement, values: statement.values as string[] }), // the library binds keys, counts and times
      );
      return { rows, rowCount: rows.length };
    },
  };
  const limiter = (name: string, points: number) =>
    new RateLimiterPostgres({
      storeClient,
      storeType: 'pool',
      tableName: 'rate_limit',
      tableCreated: true,
      keyPrefix: name,
      points,
      duration: DAY,
      clearExpiredByTimeout: false,
    });
  const accounts = limiter('card-account-day', ATTEMPTS_PER_ACCOUNT);
  const numbers = limiter('card-number-day', ATTEMPTS_PER_NUMBER);

  // undefined: used up.
  const consume = async (counter: RateLimiterPostgres, key: string): Promise<number | undefined> => {
    try {
      return (await counter.consume(key)).remainingPoints;
    } catch (error) {
      if (error instanceof RateLimiterRes) return undefined;
      throw limiterDown(error);
    }
  };
  const reward = async (counter: RateLimiterPostgres, key: string): Promise<void> => {
    try {
      await counter.reward(key);
    } catch (error) {
      throw limiterDown(error);
    }
  };

  return {
    async take({ accountId, numberKey }) {
      const left = await consume(accounts, accountId);
      if (left === undefined) return { outcome: 'too_often' };
      if ((await consume(numbers, numberKey)) !== undefined) return { outcome: 'taken', left };
      // Somebody else has used up this number's day; the account asked nothing.
      await reward(accounts, accountId);
      return { outcome: 'too_often' };
    },
    async giveBack({ accountId, numberKey }) {
      await reward(accounts, accountId);
      await reward(numbers, numberKey);
    },
  };
}

const limiterDown = (cause: unknown) =>
  new Refusal('unavailable', 'limits cannot be checked', { reason: 'limiter', retryAfterSeconds: 5, cause });
