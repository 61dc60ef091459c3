// One node of a service: inserts the same keys as its twin at the same time and prints which it won.

import { createClient } from '@redis/client';
import pg from 'pg';
import { createPostgresReplayStore } from '../../packages/guard/stores/postgres.ts';
import { createRedisReplayStore } from '../../packages/guard/stores/redis.ts';

const [kind = '', address = '', count = '0', startAt = '0'] = process.argv.slice(2);

async function open() {
  if (kind === 'redis') {
    const client = createClient({ socket: { path: address, tls: false } });
    await client.connect();
    return { store: createRedisReplayStore((args) => client.sendCommand(args)), close: () => client.close() };
  }
  const pool = new pg.Pool({ connectionString: address, max: 8 });
  const store = createPostgresReplayStore((text, values) => pool.query(text, [...values]));
  return { store, close: () => pool.end() };
}

const { store, close } = await open();
// Both nodes begin at the same moment.
while (Date.now() < Number(startAt)) await new Promise((resolve) => setImmediate(resolve));
const won = await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const isNew = await store.insert(`key-${index}`, 60_000, new Date());
    return isNew ? [index] : [];
  }),
);
await close();
process.stdout.write(JSON.stringify(won.flat()));
