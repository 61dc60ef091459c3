// Receivers that poll and find nothing wait for news of their stream (RFC 8936 2.4, long polling),
// without a connection to the database. A wake-up is a hint: who is woken looks again.

/** Several nodes of one service may wait; more than this at once are answered at once. */
const MOST_A_STREAM = 8;

export type Waiting = {
  /** Resolves when the stream may have news, or after `ms`, or when `gone` fires. Undefined: too many wait. */
  wait(streamId: string, ms: number, gone: AbortSignal): Promise<void> | undefined;
  /** The empty id wakes everybody: nobody knows what was missed. */
  wake(streamId: string): void;
  /** Lets everybody go, and nobody in. */
  close(): void;
};

export function createWaiting(): Waiting {
  const waiting = new Map<string, Set<() => void>>();
  let closed = false;
  // Whoever goes leaves the set: a set may be walked while it shrinks.
  const wakeOne = (streamId: string) => waiting.get(streamId)?.forEach((go) => go());
  const wakeAll = () => {
    for (const id of waiting.keys()) wakeOne(id);
  };
  return {
    wait(streamId, ms, gone) {
      const set = waiting.get(streamId) ?? new Set();
      if (closed || gone.aborted || set.size >= MOST_A_STREAM) return undefined;
      waiting.set(streamId, set);
      return new Promise((resolve) => {
        const go = () => {
          clearTimeout(timer);
          gone.removeEventListener('abort', go);
          set.delete(go);
          if (set.size === 0) waiting.delete(streamId);
          resolve();
        };
        const timer = setTimeout(go, ms);
        gone.addEventListener('abort', go);
        set.add(go);
      });
    },
    wake(streamId) {
      if (streamId === '') wakeAll();
      else wakeOne(streamId);
    },
    close() {
      closed = true;
      wakeAll();
    },
  };
}
