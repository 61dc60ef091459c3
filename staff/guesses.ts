// Limits on what staff type: logins, counter codes, questions to the population register. A guess is
// taken before anything is compared; a right one comes back.

import { returnTry, takeTry } from '../tries.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';

const LIMITS = {
  'staff-login': { most: 10, seconds: 3_600 },
  'staff-address': { most: 50, seconds: 3_600 },
  'counter-code': { most: 10, seconds: 900 },
  // Contract identity-vn 2: five questions a day about one number.
  'counter-number': { most: 5, seconds: 86_400 },
  'counter-officer': { most: 200, seconds: 86_400 },
} as const;
type GuessKind = keyof typeof LIMITS;

/** `key`: a keyed hash or an id of ours. @throws Refusal throttled when none are left */
export async function takeGuess(db: Database, kind: GuessKind, key: string, now: Date): Promise<void> {
  const limit = { name: kind, ...LIMITS[kind] };
  if (await takeTry(db, limit, key, now)) return;
  throw new Refusal('throttled', 'too many guesses', { reason: kind, retryAfterSeconds: limit.seconds });
}

export const returnGuess = (db: Database, kind: GuessKind, key: string): Promise<void> =>
  returnTry(db, { name: kind, ...LIMITS[kind] }, key);
