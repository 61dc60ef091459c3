// For `bin/bench --profile`: each server writes a CPU profile when it ends.

import { mkdirSync } from 'node:fs';

const FOLDER = '.data/profiles';

/** Node options; open the file in any DevTools, or read it with bench/profile-top.ts. */
export function startProfile(): readonly string[] {
  mkdirSync(FOLDER, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${FOLDER}`, '--cpu-prof-interval=500'];
}
