// AVA's shared worker: one PostgreSQL for a whole run. The migrations run once, on a template;
// each test file that asks gets a copy of it, which takes about 20 ms.

import type { SharedWorker } from 'ava/plugin';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../migrations/migrate.ts';
import { openFolder } from '../../sandbox/postgres-binaries.ts';
import { startPostgres } from '../../sandbox/postgres.ts';

export type ClusterAnswer = { readonly url: string } | { readonly failure: string };

type Cluster = { readonly admin: pg.Pool; urlOf(database: string): string };

async function startCluster(): Promise<Cluster> {
  const postgres = await startPostgres({
    dataDir: join(openFolder(), `tnid-test-${randomBytes(6).toString('hex')}`),
    durable: false,
    // Nobody tells this worker that the run is over: the folder goes when AVA's process does.
    temporary: true,
  });
  const urlOf = (database: string): string =>
    Object.assign(new URL(postgres.url), { pathname: database }).href;
  const admin = new pg.Pool({ connectionString: postgres.url, max: 2 });
  admin.on('error', () => {});
  await admin.query('create database template');
  await migrate(urlOf('template'));
  return { admin, urlOf };
}

async function serve(protocol: SharedWorker.Protocol<ClusterAnswer | undefined>): Promise<void> {
  const started = startCluster();
  started.catch(() => {}); // told to each test file that asks
  let count = 0;
  for await (const message of protocol.subscribe()) {
    message.reply(
      await started
        .then(async ({ admin, urlOf }): Promise<ClusterAnswer> => {
          const name = `test_${(count += 1)}`;
          await admin.query(`create database ${name} template template strategy file_copy`);
          return { url: urlOf(name) };
        })
        .catch((error: unknown) => ({
          failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
        })),
    );
  }
}

/** AVA calls the default export of a shared worker. */
export default function cluster({ negotiateProtocol }: SharedWorker.FactoryOptions): void {
  void serve(negotiateProtocol<ClusterAnswer | undefined>(['ava-4']).ready());
}
