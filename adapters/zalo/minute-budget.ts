// Zalo allows an app 4000 Graph calls a minute (contract §1). Staying below on our side keeps a
// rush from getting the whole app blocked. Each node counts alone: set the share in the config.

export type MinuteBudget = { take(): boolean };

export function createMinuteBudget(callsPerMinute: number): MinuteBudget {
  let windowStartMs = performance.now();
  let taken = 0;
  return {
    take() {
      const nowMs = performance.now();
      if (nowMs - windowStartMs >= 60_000) {
        windowStartMs = nowMs;
        taken = 0;
      }
      if (taken >= callsPerMinute) return false;
      taken += 1;
      return true;
    },
  };
}
