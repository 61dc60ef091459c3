// Alone in its file: the processor's time of this process is then the time of the lint.

import test from 'ava';
import { checkCatalogue } from '../../catalogue/load.ts';
import { folderOf, manyActions } from './files.ts';

// The target is 1 s, first run, on a quiet core (bench/catalogue-lint.ts); machines that test are not quiet.
const MOST_CPU_SECONDS = 5;

test('a catalogue of 1,000 actions is checked in no more than moments', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`s${index}.yaml`, manyActions(`s${index}`, 20)]),
  );
  const folder = await folderOf(t, files);
  const before = process.cpuUsage();
  const { files: read, problems } = await checkCatalogue(folder);
  const seconds = process.cpuUsage(before).user / 1e6;
  t.deepEqual(problems, []);
  t.is(
    read.reduce((sum, { content }) => sum + content.actions.length, 0),
    1000,
  );
  t.true(seconds < MOST_CPU_SECONDS, `${seconds.toFixed(1)} s`);
});
