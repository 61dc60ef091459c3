// Passwords of staff. Length is what counts (NIST SP 800-63B-4 3.1.1); no rules about kinds of
// characters. argon2id at OWASP's cost, in the thread pool, and few at a time: each takes 46 MiB.

import argon2 from 'argon2';
import { Refusal } from '../errors.ts';

const MOST_AT_ONCE = 4;
let running = 0;

export type PasswordProblem = 'short' | 'long' | 'login' | 'repeated';

/** What is wrong with a new password, if anything. */
export function passwordProblem(password: string, login: string): PasswordProblem | undefined {
  const length = Array.from(password).length; // characters, not UTF-16 units
  if (length < 15) return 'short';
  if (length > 128) return 'long';
  if (password.toLowerCase().includes(login.toLowerCase())) return 'login';
  return new Set(password).size < 6 ? 'repeated' : undefined;
}

/** @throws Refusal throttled when too many are being hashed: a flood must not fill the memory */
export async function hashPassword(password: string): Promise<string> {
  if (running >= MOST_AT_ONCE) throw new Refusal('throttled', 'too many passwords at once', { reason: 'argon2', retryAfterSeconds: 1 }); // prettier-ignore
  running += 1;
  try {
    return await argon2.hash(password.normalize('NFKC'), { type: argon2.argon2id, memoryCost: 47_104, timeCost: 1, parallelism: 1 }); // prettier-ignore
  } finally {
    running -= 1;
  }
}
