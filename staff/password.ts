// Passwords of staff. Length is what counts (NIST SP 800-63B-4 3.1.1); no rules about kinds of
// characters.

import { hashSecret } from '../authenticators/argon.ts';

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
export const hashPassword = hashSecret;
