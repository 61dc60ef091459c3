// Reads AVA's --tap report.

export type TestCounts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** The numbers at the end of the report; zeros if it has no end. */
export function countTests(tap: string): TestCounts {
  const count = (word: string): number => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') };
}

/** Leaves what a reader looks for: failures with their details, crashes, and whatever is not TAP. */
export function withoutPasses(tap: string): string {
  return tap
    .split('\n')
    .filter((line) => !/^(ok \d|TAP version|1\.\.\d|# )/.test(line) && line.trim() !== '')
    .join('\n');
}
