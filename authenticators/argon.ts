// Secrets that people keep (passwords, recovery codes), hashed with argon2id at OWASP's cost in the
// thread pool. Each hash takes 46 MiB, so few run at a time and the queue has an end: a flood is
// told to come back and cannot fill the memory.

import argon2 from 'argon2';
import { Refusal } from '../errors.ts';

// OWASP Password Storage Cheat Sheet, first line of the argon2id list.
const COST = { type: argon2.argon2id, memoryCost: 47_104, timeCost: 1, parallelism: 1 } as const;
// libuv's pool has four threads; one that hashes serves no file and no name lookup meanwhile.
const MOST_AT_ONCE = 3;
const MOST_WAITING = 64;

let running = 0;
const waiting: (() => void)[] = [];

/** @throws Refusal throttled when too many wait already */
export const hashSecret = (secret: string): Promise<string> =>
  inTurn(() => argon2.hash(secret.normalize('NFKC'), COST));

/**
 * Whether a secret is the one that was hashed. Without a hash the same work is done for nothing, so
 * that the time to say no tells nobody which logins and codes exist.
 * @throws Refusal throttled when too many wait already
 */
export async function verifySecret(hash: string | undefined, secret: string): Promise<boolean> {
  const right = await inTurn(() => argon2.verify(hash ?? NOBODYS, secret.normalize('NFKC')));
  return right && hash !== undefined;
}

// Hash of a random value that was thrown away, at the cost above.
const NOBODYS =
  '$argon2id$v=19$m=47104,p=1,t=1$Ii7Tvffru3GEPKkU8MV+4Q$lbpM833/uzbHSyylArsmcndPRzoxasnpSA2+TCDTN1s';

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < MOST_AT_ONCE) running += 1;
  else if (waiting.length >= MOST_WAITING)
    throw new Refusal('throttled', 'too many secrets to hash at once', { reason: 'argon2', retryAfterSeconds: 2 }); // prettier-ignore
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    // The place is handed on, not given back: nobody who comes now overtakes those who wait.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
