// Replay stores for several nodes, against a real PostgreSQL and a real Redis.

import test, { type ExecutionContext } from 'ava';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { createClient } from '@redis/client';
import pg from 'pg';
import { createPostgresReplayStore, replayTableDdl } from '../../packages/guard/stores/postgres.ts';
import { createRedisReplayStore } from '../../packages/guard/stores/redis.ts';
import type { ReplayStore } from '../../packages/guard/guard.ts';
import { useDatabase } from '../support/database.ts';
import { answerOf, setUp } from './setting.ts';

const redisServer = findBinary('redis-server');
const redisTest = redisServer === undefined ? test.skip : test;
const unless = redisServer === undefined ? ' (skipped: redis-server is not installed)' : '';
const now = new Date('2026-11-22T17:00:00Z');

let databaseUrl = '';
test.before(async () => {
  databaseUrl = (await useDatabase()).url;
  const pool = new pg.Pool({ connectionString: databaseUrl });
  await pool.query(replayTableDdl());
  // A second run of the same migration.
  await pool.query(replayTableDdl());
  await pool.end();
});

function findBinary(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function openPostgres(t: ExecutionContext) {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  t.teardown(() => pool.end());
  return { pool, store: createPostgresReplayStore((text, values) => pool.query(text, [...values])) };
}

async function startRedis(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tn-redis-'));
  const socket = join(folder, 's');
  const settings = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', ''];
  const server = spawn(redisServer ?? '', settings, { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(async () => {
    server.kill();
    await once(server, 'exit');
    await rm(folder, { recursive: true });
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.on('exit', () => reject(new Error(said)));
    server.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/ready to accept/i.test(said)) resolve();
    });
  });
  return socket;
}

async function race(kind: string, address: string): Promise<number[][]> {
  const racer = new URL('replay-racer.ts', import.meta.url).pathname;
  const startAt = String(Date.now() + 1200);
  const runs = [1, 2].map(() =>
    promisify(execFile)(process.execPath, [racer, kind, address, '200', startAt]),
  );
  return (await Promise.all(runs)).map(({ stdout }) => JSON.parse(stdout) as number[]); // what the racer prints
}

function everyKeyOnce(t: ExecutionContext, won: readonly number[][]): void {
  t.deepEqual(
    won.flat().toSorted((a, b) => a - b),
    Array.from({ length: 200 }, (_, index) => index),
  );
}

async function onceOf(store: ReplayStore, key: string): Promise<number> {
  const answers = await Promise.all(Array.from({ length: 20 }, async () => store.insert(key, 60_000, now)));
  return answers.filter(Boolean).length;
}

test('PostgreSQL: a key inserted twenty times at once is new exactly once', async (t) => {
  t.is(await onceOf(openPostgres(t).store, 'at once'), 1);
});

test('PostgreSQL: of two processes that race for 200 keys each key has one winner', async (t) => {
  everyKeyOnce(t, await race('postgres', databaseUrl));
});

test('PostgreSQL: expired keys are removed, living ones are not', async (t) => {
  const { pool } = openPostgres(t);
  // Its own table: the other tests clear up the common one by the real clock.
  await pool.query(replayTableDdl('tn_expiring'));
  const store = createPostgresReplayStore((text, values) => pool.query(text, [...values]), {
    table: 'tn_expiring',
  });
  const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
  await store.insert('short', 1000, now);
  await store.insert('long', 120_000, now);
  t.true((await store.removeExpired(later(60))) >= 1);
  t.true(await store.insert('short', 1000, later(60)));
  t.false(await store.insert('long', 1000, later(60)));
  const { rows } = await pool.query<{ key: string }>("select key from tn_expiring where key = 'long'");
  t.is(rows.length, 1);
});

test('PostgreSQL: a table of another name works, a name that is no name is refused', async (t) => {
  const { pool } = openPostgres(t);
  await pool.query('create schema if not exists guard');
  await pool.query(replayTableDdl('guard.seen'));
  const store = createPostgresReplayStore((text, values) => pool.query(text, [...values]), {
    table: 'guard.seen',
  });
  t.is(await onceOf(store, 'x'), 1);
  for (const table of ['', 'a b', 'a;drop table x', '"a"', 'a.b.c', 'A'])
    t.throws(() => replayTableDdl(table), { message: /replay table/ }, table);
});

test('PostgreSQL: a database that does not answer is 503, and a proof is good once through a guard', async (t) => {
  const { app, start, ask } = await setUp(t);
  const { store } = openPostgres(t);
  const guard = await start({ replay: store });
  const request = await app.request(await app.token());
  const answers = await Promise.all(Array.from({ length: 10 }, () => guard.check(request, 'hoso.nop')));
  t.is(answers.filter(({ ok }) => ok).length, 1);
  t.is(answers.map(answerOf).filter((answer) => answer === '401 invalid_dpop_proof').length, 9);
  const gone = new pg.Pool({ host: '/nowhere' });
  const broken = createPostgresReplayStore((text, values) => gone.query(text, [...values]));
  t.is(await ask(await start({ replay: broken })), '503');
  await gone.end();
});

redisTest(`Redis: a key is new exactly once, also among two processes${unless}`, async (t) => {
  const socket = await startRedis(t);
  const client = createClient({ socket: { path: socket, tls: false } });
  await client.connect();
  const store = createRedisReplayStore((args) => client.sendCommand(args));
  t.is(await onceOf(store, 'at once'), 1);
  everyKeyOnce(t, await race('redis', socket));
  const { app, start } = await setUp(t);
  const guard = await start({ replay: store });
  const request = await app.request(await app.token());
  const answers = await Promise.all(Array.from({ length: 10 }, () => guard.check(request, 'hoso.nop')));
  t.is(answers.filter(({ ok }) => ok).length, 1);
  const ttl = Number(await client.sendCommand(['PTTL', 'tn:replay:at once']));
  t.true(ttl > 0 && ttl <= 60_000, String(ttl));
  await client.close();
});

redisTest(`Redis: a server that is gone, or answers in another way, decides nothing${unless}`, async (t) => {
  const { start, ask } = await setUp(t);
  const gone = createRedisReplayStore(() => Promise.reject(new Error('connection lost')));
  t.is(await ask(await start({ replay: gone })), '503');
  for (const answer of [undefined, 1, 'QUEUED', true]) {
    const strange = createRedisReplayStore(async () => answer);
    t.is(await ask(await start({ replay: strange })), '503', String(answer));
  }
});
