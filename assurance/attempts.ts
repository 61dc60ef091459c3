// How often evidence that costs a question to somebody else may be tried. An attempt is taken before
// the question, so that many at once get no more; it comes back only when nobody answered.

import type { Database } from '../database.ts';
import { returnTry, takeTry, triesLeft } from '../tries.ts';

const DAY_SECONDS = 86_400;

// Contract identity-vn 2: three a day and account, five a day and number.
const CARD_ACCOUNT = { name: 'card-account-day', most: 3, seconds: DAY_SECONDS };
const CARD_NUMBER = { name: 'card-number-day', most: 5, seconds: DAY_SECONDS };
// Each costs signatures to check and a question to the authority.
const CHIP_ACCOUNT = { name: 'chip-account-day', most: 10, seconds: DAY_SECONDS };

/** The number as keyed hash: no counter's key names a person. */
export type CardAttempt = { readonly accountId: string; readonly numberKey: string };

/** @returns how many the account has left today; undefined when account or number has none */
export async function takeCardAttempt(
  db: Database,
  { accountId, numberKey }: CardAttempt,
  now: Date,
): Promise<number | undefined> {
  const left = await triesLeft(db, CARD_ACCOUNT, accountId, now);
  if (left === undefined) return undefined;
  if (await takeTry(db, CARD_NUMBER, numberKey, now)) return left;
  // Somebody else has used up this number's day; the account asked nothing.
  await returnTry(db, CARD_ACCOUNT, accountId);
  return undefined;
}

export async function returnCardAttempt(db: Database, { accountId, numberKey }: CardAttempt): Promise<void> {
  await returnTry(db, CARD_ACCOUNT, accountId);
  await returnTry(db, CARD_NUMBER, numberKey);
}

export const takeChipAttempt = (db: Database, accountId: string, now: Date): Promise<boolean> =>
  takeTry(db, CHIP_ACCOUNT, accountId, now);

export const returnChipAttempt = (db: Database, accountId: string): Promise<void> =>
  returnTry(db, CHIP_ACCOUNT, accountId);
