// A migrated, empty database of its own for each test file that imports this.

import { registerSharedWorker } from 'ava/plugin';
import type { ClusterAnswer } from './cluster.ts';

const cluster = registerSharedWorker<ClusterAnswer | undefined>({
  filename: new URL('./cluster.ts', import.meta.url),
  supportedProtocols: ['ava-4'],
});

/** A new database at each call. Call it in `test.before`; nothing needs to be given back. */
export async function useDatabase(): Promise<{ url: string }> {
  await cluster.available;
  for await (const { data } of cluster.publish(undefined).replies()) {
    if (data !== undefined && 'url' in data) return data;
    throw new Error(`no database for this test file: ${data?.failure ?? 'no answer'}`);
  }
  throw new Error('the database worker ended');
}
