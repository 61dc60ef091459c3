// What it costs to check a catalogue of 1,000 actions: reading, parsing and every rule.
//     node bench/catalogue-lint.ts
// Fifty services with twenty actions each. The first round is what a command waits for.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCatalogue } from '../catalogue/load.ts';
import { manyActions } from '../test/catalogue/files.ts';

const SERVICES = 50;
const ACTIONS = 20;
const ROUNDS = 7;
const TARGET_MS = 1000;

const folder = await mkdtemp(join(tmpdir(), 'tn-bench-catalogue-'));
try {
  for (let index = 0; index < SERVICES; index += 1)
    await writeFile(join(folder, `s${index}.yaml`), manyActions(`s${index}`, ACTIONS));
  const took: number[] = [];
  let cpuMs = Number.NaN;
  for (let round = 0; round < ROUNDS; round += 1) {
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    const { problems } = await checkCatalogue(folder);
    took.push(performance.now() - startedAt);
    if (round === 0) cpuMs = process.cpuUsage(cpuBefore).user / 1000;
    if (problems.length > 0) throw new Error(`the bench's own catalogue has ${problems.length} problems`);
  }
  const [first = Number.NaN] = took;
  const median = took.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
  process.stdout.write(
    `lint of ${SERVICES * ACTIONS} actions: first ${first.toFixed(0)} ms (${cpuMs.toFixed(0)} ms of CPU), median ${median.toFixed(0)} ms, target ≤ ${TARGET_MS} ms: ${first <= TARGET_MS ? 'ok' : 'MISSED'}\n`,
  );
} finally {
  await rm(folder, { recursive: true });
}
