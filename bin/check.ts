// The list of what a change must pass. One line a step; a step that fails shows what it said.

import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { deadLinks } from './links.ts';
import { countTests, withoutPasses } from './test-counts.ts';

type Result = {
  readonly outcome: 'ok' | 'FAILED' | 'skipped';
  readonly note?: string;
  readonly said: string;
};

const node = process.execPath;
// TNID_NODE as in bin/test: the suite on another Node.
const testNode = process.env['TNID_NODE'] ?? node;
const stepTimeoutMs = 20 * 60_000;

let tests: { passed: number; failed: number; skipped: number } | undefined;

const steps: Readonly<Record<string, () => Promise<Result>>> = {
  types: async () => {
    const house = await command(node, 'node_modules/.bin/tsc', '-p', 'tsconfig.json');
    if (house.outcome === 'FAILED') return house;
    // Screens are TSX, resolved as a bundler does: a compilation of its own.
    return command(node, 'node_modules/.bin/tsc', '-p', 'packages/miniapp/app');
  },
  lint: () => command(node, 'node_modules/.bin/oxlint', '--deny-warnings'),
  format: () => command(node, 'node_modules/.bin/oxfmt', '--check'),
  // `npm install` forgives a lock file with holes; a fresh clone's `npm ci` does not.
  lock: () => command('npm', 'ci', '--dry-run', '--ignore-scripts'),
  links: async () => {
    const dead = deadLinks(process.cwd());
    return { outcome: dead.length === 0 ? 'ok' : 'FAILED', said: dead.join('\n') };
  },
  audit: audited,
  tests: tested,
  demo: () => command('bin/demo', '--exit'),
};

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const wanted = only?.split(',') ?? Object.keys(steps);
const unknown = wanted.filter((name) => !Object.hasOwn(steps, name));
if (unknown.length > 0) {
  console.error(`bin/check: no step ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}`);
  process.exit(2);
}

const failed: string[] = [];
for (const [name, run] of Object.entries(steps)) {
  if (!wanted.includes(name)) continue;
  const startedAt = performance.now();
  const { outcome, note, said } = await run();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(
    `${name.padEnd(8)}${seconds.padStart(6)} s  ${outcome}${note === undefined ? '' : `: ${note}`}`,
  );
  if (outcome !== 'FAILED') continue;
  failed.push(name);
  console.log(`${said.trim()}\n`);
}

console.log(failed.length === 0 ? 'every step ok' : `FAILED: ${failed.join(', ')}`);
if (tests !== undefined) {
  const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : '';
  console.log(`${tests.passed} passed, ${tests.failed} failed${skipped}`);
}
process.exitCode = failed.length === 0 ? 0 : 1;

async function audited(): Promise<Result> {
  const result = await command('npm', 'audit', '--omit=dev', '--audit-level=high');
  // A mirror inside the province serves packages but not advisories. That is not the change's fault.
  const silent = result.outcome === 'FAILED' && /audit endpoint returned an error/.test(result.said);
  return silent ? { ...result, outcome: 'skipped', note: 'no audit endpoint' } : result;
}

async function tested(): Promise<Result> {
  const { outcome, said } = await command(testNode, 'node_modules/ava/entrypoints/cli.js', '--tap');
  tests = countTests(said);
  // A crash outside any test has no line of its own, and a run that never began has no counts.
  if (outcome === 'FAILED' && tests.failed === 0) tests = { ...tests, failed: 1 };
  return { outcome, said: withoutPasses(said) };
}

function command(program: string, ...words: string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: stepTimeoutMs,
      env: { ...process.env, NO_COLOR: '1' },
    });
    let said = '';
    const hear = (chunk: string): void => void (said += chunk);
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.on('error', (error) => resolve({ outcome: 'FAILED', said: error.message }));
    child.on('close', (code, signal) => {
      const ended = signal === null ? '' : `\nended by ${signal}`;
      resolve({ outcome: code === 0 ? 'ok' : 'FAILED', said: said + ended });
    });
  });
}
