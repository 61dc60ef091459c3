// How often one account may send the data of a chip: 10 times a day. Each costs signatures to check and
// a question to the authority. Taken before anything is looked at. No counter, no check.

import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';

export const CHIP_ATTEMPTS_A_DAY = 10;
const DAY_SECONDS = 86_400;

export type ChipAttempts = {
  /** @returns false when the day's attempts are used up @throws Refusal unavailable */
  take(accountId: string): Promise<boolean>;
  /** Gives one back: the authority could not be asked. */
  giveBack(accountId: string): Promise<void>;
};

export function createChipAttempts(db: Database): ChipAttempts {
  const limiter = new RateLimiterPostgres({
    storeClient: {
      query: async (statement: { name: string; text: string; values: unknown[] }) => {
        const rows = await db.apart(
          () => db.rows({ ...statement, values: statement.values as string[] }), // the library binds keys, counts and times
        );
        return { rows, rowCount: rows.length };
      },
    },
    storeType: 'pool',
    tableName: 'rate_limit',
    tableCreated: true,
    keyPrefix: 'chip-account-day',
    points: CHIP_ATTEMPTS_A_DAY,
    duration: DAY_SECONDS,
    clearExpiredByTimeout: false,
  });
  return {
    async take(accountId) {
      try {
        await limiter.consume(accountId);
        return true;
      } catch (error) {
        if (error instanceof RateLimiterRes) return false;
        throw limiterDown(error);
      }
    },
    async giveBack(accountId) {
      try {
        await limiter.reward(accountId);
      } catch (error) {
        throw limiterDown(error);
      }
    },
  };
}

const limiterDown = (cause: unknown) =>
  new Refusal('unavailable', 'limits cannot be checked', { reason: 'limiter', retryAfterSeconds: 5, cause });
