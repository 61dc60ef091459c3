// Remembers which proofs were seen. The one here is for a single node; several nodes share one
// that does the same with `INSERT … ON CONFLICT DO NOTHING` or `SET NX PX`.

export type ReplayStore = {
  /** True exactly once per key within `ttlMs`: atomic, also for calls at the same time. A throw is "cannot decide". */
  insert(key: string, ttlMs: number, now: Date): boolean | Promise<boolean>;
};

const defaultMaxEntries = 500_000;

export function createMemoryReplayStore(maxEntries = defaultMaxEntries): ReplayStore {
  const expiries = new Map<string, number>();
  return {
    // Synchronous from look-up to insert: nothing can come in between.
    insert(key, ttlMs, now) {
      const nowMs = now.getTime();
      dropExpired(expiries, nowMs);
      const expiresAtMs = expiries.get(key);
      if (expiresAtMs !== undefined && expiresAtMs > nowMs) return false;
      // Forgetting a live entry would accept its replay, so a full store refuses instead.
      if (expiries.size >= maxEntries) throw new Error('guard: replay store is full');
      expiries.delete(key);
      expiries.set(key, nowMs + ttlMs);
      return true;
    },
  };
}

// Entries expire nearly in the order they came, so looking from the front finds them; one that
// expires early waits behind its elders for at most one window.
function dropExpired(expiries: Map<string, number>, nowMs: number): void {
  for (const [key, expiresAtMs] of expiries) {
    if (expiresAtMs > nowMs) return;
    expiries.delete(key);
  }
}
