#!/usr/bin/env node
// tnid-guard --config file.json [--check]

import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { createGuard } from '../guard.ts';
import { parseConfig, type Config } from './config.ts';
import { createLog } from './log.ts';
import { readSecrets, type Secrets } from './secrets.ts';
import { guardOptionsOf, serveForwardAuth } from './serve.ts';

const usage = `tnid-guard --config FILE          answers a proxy: may this request go on?
tnid-guard --config FILE --check  looks at the configuration and its files, and starts nothing
`;

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return fail([], usage);
  const read = await readAll(options.config);
  if ('problems' in read) return fail(read.problems.map((problem) => `tnid-guard: ${problem}\n`));
  if (options.check) {
    // Throws for an address it would refuse at the start.
    createGuard(guardOptionsOf(read.config, read.secrets));
    process.stdout.write('the configuration is good\n');
    return 0;
  }
  const log = createLog(
    (line) => process.stdout.write(line),
    () => new Date(),
  );
  const running = await serveForwardAuth(read.config, read.secrets, log);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  await running.stop();
  return 0;
}

function readOptions(): { readonly config: string; readonly check: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: { config: { type: 'string' }, check: { type: 'boolean', default: false } },
    });
    return values.config === undefined ? undefined : { config: values.config, check: values.check };
  } catch {
    return undefined;
  }
}

async function readAll(
  path: string,
): Promise<
  { readonly config: Config; readonly secrets: Secrets } | { readonly problems: readonly string[] }
> {
  let text: string;
  try {
    // It says whom to believe: who may change it decides who gets in.
    if (((await stat(path)).mode & 0o022) !== 0)
      return { problems: [`others may change ${path}: set its mode to 0640 or 0644`] };
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { problems: [`cannot read ${path} (${code})`] };
  }
  const config = parseConfig(text);
  if ('problems' in config) return config;
  const secrets = await readSecrets(config, dirname(path));
  return 'problems' in secrets ? secrets : { config, secrets };
}

function fail(problems: readonly string[], more = ''): number {
  process.stderr.write(problems.join('') + more);
  return 2;
}

try {
  process.exitCode = await main();
} catch (error) {
  // A port in use, an address createGuard refuses: the message is ours or the system's, without a secret.
  fail([`tnid-guard: ${error instanceof Error ? error.message : 'failed'}\n`]);
  process.exitCode = 1;
}
