// A wrong app secret at /me/info looks like a citizen's bad token (contract §4.3, U10). What tells them
// apart is that nearly everybody is refused.

export type RefusalAlarm = {
  /** Notes one call. True: tell somebody now; then not again for the length of the window. */
  note(isRefused: boolean): boolean;
};

const WINDOW_MINUTES = 10;
const FEWEST_CALLS = 20;
const ALARMING_SHARE = 0.8;

/** @param monotonicMs milliseconds that never go back */
export function createRefusalAlarm(monotonicMs: () => number): RefusalAlarm {
  const minutes: { readonly minute: number; calls: number; refused: number }[] = [];
  let silentUntilMs = -Infinity;
  return {
    note(isRefused) {
      const nowMs = monotonicMs();
      const minute = Math.floor(nowMs / 60_000);
      if (minutes.at(-1)?.minute !== minute) minutes.push({ minute, calls: 0, refused: 0 });
      while ((minutes[0]?.minute ?? minute) <= minute - WINDOW_MINUTES) minutes.shift();
      const current = minutes.at(-1);
      if (current === undefined) return false;
      current.calls += 1;
      if (isRefused) current.refused += 1;
      const calls = minutes.reduce((sum, one) => sum + one.calls, 0);
      const refused = minutes.reduce((sum, one) => sum + one.refused, 0);
      if (calls < FEWEST_CALLS || refused / calls < ALARMING_SHARE || nowMs < silentUntilMs) return false;
      silentUntilMs = nowMs + WINDOW_MINUTES * 60_000;
      return true;
    },
  };
}
