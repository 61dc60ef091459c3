// Remembers which tokens carried a good signature. It skips that one check and nothing else: times,
// proof, watermark and decision are looked at every time.

import { createHash } from 'node:crypto';

export type TokenCache = {
  get(token: string, now: Date): Readonly<Record<string, unknown>> | undefined;
  put(token: string, payload: Readonly<Record<string, unknown>>, now: Date): void;
};

type Entry = { readonly payload: Readonly<Record<string, unknown>>; readonly untilMs: number };

const longestMs = 60_000;
const maxEntries = 10_000;

export function createTokenCache(): TokenCache {
  const entries = new Map<string, Entry>();
  return {
    get(token, now) {
      const key = hash(token);
      const entry = entries.get(key);
      if (entry === undefined || now.getTime() < entry.untilMs) return entry?.payload;
      entries.delete(key);
      return undefined;
    },
    put(token, payload, now) {
      if (typeof payload.exp !== 'number') return;
      const oldest = entries.keys().next();
      if (entries.size >= maxEntries && oldest.done !== true) entries.delete(oldest.value);
      entries.set(hash(token), { payload, untilMs: Math.min(now.getTime() + longestMs, payload.exp * 1000) });
    },
  };
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
