// Remembers which tokens carried a good signature. It skips that one check, and reading the claims
// again; times, proof, watermark and decision are looked at every time.

import type { TokenFacts } from '../steps/claims.ts';

export type TokenCache = {
  /** By the SHA-256 of the token, so that nothing here can be presented to anybody. */
  get(tokenHash: string, now: Date): TokenFacts | undefined;
  put(tokenHash: string, facts: TokenFacts, now: Date): void;
};

type Entry = { readonly facts: TokenFacts; readonly untilMs: number };

const longestMs = 60_000;
const maxEntries = 10_000;

export function createTokenCache(): TokenCache {
  const entries = new Map<string, Entry>();
  return {
    get(tokenHash, now) {
      const entry = entries.get(tokenHash);
      if (entry === undefined || now.getTime() < entry.untilMs) return entry?.facts;
      entries.delete(tokenHash);
      return undefined;
    },
    put(tokenHash, facts, now) {
      if (entries.size >= maxEntries) {
        const oldest = entries.keys().next();
        if (oldest.done !== true) entries.delete(oldest.value);
      }
      entries.set(tokenHash, {
        facts,
        untilMs: Math.min(now.getTime() + longestMs, facts.exp * 1000),
      });
    },
  };
}
