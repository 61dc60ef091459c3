import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { pinned } from './target.ts';
import type { GuardLine } from './table.ts';

const lines = z.array(z.object({ name: z.string(), perSecond: z.number() }));

/** Runs bench/guard.ts in a process of its own. */
export async function measureGuard(
  core: number | undefined,
  seconds: number,
  rounds: number,
): Promise<readonly GuardLine[]> {
  const file = new URL('guard.ts', import.meta.url).pathname;
  const [command = '', ...rest] = pinned(core, [process.execPath, file, String(seconds), String(rounds)]);
  const { stdout } = await promisify(execFile)(command, rest);
  return lines.parse(JSON.parse(stdout));
}
