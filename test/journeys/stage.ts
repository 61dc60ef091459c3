// The whole house for one journey file: a database of its own, any free ports, gone at the end.

import test from 'ava';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyPorts, startStage, type Stage } from '../../bin/demo-stage.ts';
import { useDatabase } from '../support/database.ts';

/** Call it at the top of a test file; the stage is there when the first test runs. */
export function useStage(options: { feedIntervalMs?: number } = {}): { current(): Stage } {
  let stage: Stage | undefined;
  let dataDir: string | undefined;
  test.before('the house is open', async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'tnid-journey-'));
    const { url } = await useDatabase();
    stage = await startStage({ databaseUrl: url, dataDir, ports: anyPorts, ...options });
  });
  test.after.always('the house is closed', async () => {
    await stage?.stop();
    if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
  });
  return {
    current() {
      if (stage === undefined) throw new Error('the house did not open');
      return stage;
    },
  };
}
