// Remembers which tokens carried a good signature. It skips that one check, and reading the claims
// again; times, proof, watermark and decision are looked at every time.

import type { TokenFacts } from '../steps/claims.ts';
import { createGenerations } from './generations.ts';

export type TokenCache = {
  /** By the SHA-256 of the token, so that nothing here can be presented to anybody. */
  get(tokenHash: string, now: Date): TokenFacts | undefined;
  put(tokenHash: string, facts: TokenFacts, now: Date): void;
};

type Entry = { readonly facts: TokenFacts; readonly atMs: number };

const longestMs = 60_000;
const half = 5000;

export function createTokenCache(): TokenCache {
  const entries = createGenerations<Entry>(half);
  return {
    get(tokenHash, now) {
      const entry = entries.get(tokenHash);
      if (entry === undefined) return undefined;
      const ageMs = now.getTime() - entry.atMs;
      // Younger than nothing: the clock was set back, and how long it was kept nobody knows.
      const isYoung = ageMs >= 0 && ageMs < longestMs && now.getTime() < entry.facts.exp * 1000;
      return isYoung ? entry.facts : undefined;
    },
    put(tokenHash, facts, now) {
      entries.set(tokenHash, { facts, atMs: now.getTime() });
    },
  };
}
