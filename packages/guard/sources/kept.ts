// A document of the issuer, kept: fresh for a while, and usable for longer when the issuer does not
// answer. Callers at the same time share one fetch.

export type Kept<T> = {
  /** Undefined: never read, or older than it may be kept. */
  get(): Promise<T | undefined>;
  /** Fetches now, or joins the fetch under way. False if it failed. */
  refresh(): Promise<boolean>;
  peek(): T | undefined;
};

export type KeptRules = {
  readonly freshMs: number;
  readonly keepMs: number;
  readonly now: () => Date;
  /** What went wrong with a fetch; undefined when it went well. */
  readonly tell?: (why: unknown) => void;
};

// After a failure every request would otherwise wait for its own time-out.
const retryMs = 5000;

export function createKept<T>(
  load: (previous: T | undefined) => Promise<T>,
  { freshMs, keepMs, now, tell }: KeptRules,
): Kept<T> {
  let held: { readonly value: T; readonly atMs: number } | undefined;
  let failedAtMs = -Infinity;
  let pending: Promise<boolean> | undefined;

  async function loadOnce(): Promise<boolean> {
    try {
      held = { value: await load(held?.value), atMs: now().getTime() };
      failedAtMs = -Infinity;
      tell?.(undefined);
      return true;
    } catch (error) {
      // Whatever went wrong, the answer is the same: go on with what is held, as long as it may be.
      failedAtMs = now().getTime();
      tell?.(error);
      return false;
    } finally {
      pending = undefined;
    }
  }

  function refresh(): Promise<boolean> {
    pending ??= loadOnce();
    return pending;
  }

  return {
    refresh,
    peek: () => held?.value,
    async get() {
      const nowMs = now().getTime();
      // The clock was set back: how old it is nobody knows, so it is read again and kept from now.
      if (held !== undefined && held.atMs > nowMs) held = { value: held.value, atMs: nowMs - freshMs };
      if (failedAtMs > nowMs) failedAtMs = -Infinity;
      const isFresh = held !== undefined && nowMs - held.atMs < freshMs;
      if (!isFresh && nowMs - failedAtMs >= retryMs) {
        // An issuer that failed a moment ago may hang again: whoever can be answered does not wait for it.
        if (held !== undefined && failedAtMs !== -Infinity && nowMs - held.atMs < keepMs) void refresh();
        else await refresh();
      }
      return held !== undefined && now().getTime() - held.atMs < keepMs ? held.value : undefined;
    },
  };
}
