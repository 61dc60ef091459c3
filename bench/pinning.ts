import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** The core for servers, where `taskset` exists and there is a second core for the rest. */
export function serverCore(): number | undefined {
  if (cpus().length < 2) return undefined;
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return 0;
  } catch {
    return undefined;
  }
}
