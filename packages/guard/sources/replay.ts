// Remembers which proofs were seen. The one here is for a single node; several nodes share one
// that does the same with `INSERT … ON CONFLICT DO NOTHING` or `SET NX PX` (stores/).

export type ReplayStore = {
  /** True exactly once per key within `ttlMs`: atomic, also for calls at the same time. A throw is "cannot decide". */
  insert(key: string, ttlMs: number, now: Date): boolean | Promise<boolean>;
};

const defaultMaxEntries = 500_000;
const compactAt = 10_000;
// What is kept for longer was seen before the clock was set back; its proof is now one from the future.
const longestTtlMs = 900_000;

export function createMemoryReplayStore(maxEntries = defaultMaxEntries): ReplayStore {
  const expiries = new Map<string, number>();
  // In the order they came. A Map is not asked for its first entry: it would step over all it has
  // deleted before, each time.
  let queue: string[] = [];
  let head = 0;

  // Entries expire nearly in the order they came; one that expires early waits behind its elders for
  // at most one window.
  function dropExpired(nowMs: number): void {
    for (let key = queue[head]; key !== undefined; key = queue[head]) {
      const expiresAtMs = expiries.get(key);
      const leftMs = expiresAtMs === undefined ? 0 : expiresAtMs - nowMs;
      if (leftMs > 0 && leftMs <= longestTtlMs) break;
      expiries.delete(key);
      head += 1;
    }
    if (head < compactAt || head * 2 < queue.length) return;
    queue = queue.slice(head);
    head = 0;
  }

  return {
    // Synchronous from look-up to insert: nothing can come in between.
    insert(key, ttlMs, now) {
      const nowMs = now.getTime();
      dropExpired(nowMs);
      const expiresAtMs = expiries.get(key);
      if (expiresAtMs !== undefined && expiresAtMs > nowMs) return false;
      // Forgetting a live entry would accept its replay, so a full store refuses instead.
      if (expiries.size >= maxEntries) throw new Error('guard: replay store is full');
      expiries.set(key, nowMs + ttlMs);
      queue.push(key);
      return true;
    },
  };
}
