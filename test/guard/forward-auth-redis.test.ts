// One memory of proofs for several tnid-guard, in a real Redis.

import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'ava';
import { createRedisClient } from '../../packages/guard/forward-auth/redis.ts';
import { createRedisReplayStore, type SendCommand } from '../../packages/guard/stores/redis.ts';
import { findProgram, freePort, runServer } from '../interop/process.ts';
import { citizenOf, send, startForwardAuth, useFolder, type AtEnd } from './forward-auth-setting.ts';

const redis = findProgram('redis-server');
const storeIn = ({ sendCommand }: { sendCommand: SendCommand }) => createRedisReplayStore(sendCommand);
const title = (fact: string): string => `redis: ${fact}`;

async function startRedis(atEnd: AtEnd): Promise<number> {
  const port = await freePort();
  const folder = await useFolder(atEnd);
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  await runServer(
    atEnd,
    redis ?? '',
    [...settings, '--requirepass', 'mat-khau', '--loglevel', 'warning'],
    port,
  );
  return port;
}

if (redis === undefined || spawnSync(redis, ['--version']).status !== 0) {
  test.skip('redis: not tested, redis-server is not installed (apt-get install redis-server)', () => {});
} else {
  test(
    title('a key is new exactly once, however many ask at the same time over two connections'),
    async (t) => {
      const port = await startRedis((undo) => t.teardown(undo));
      const clients = [0, 1].map(() =>
        createRedisClient({ host: '127.0.0.1', port, passwordFile: undefined }, 'mat-khau'),
      );
      t.teardown(() => clients.forEach((client) => client.close()));
      const stores = clients.map((client) => storeIn(client));
      const answers = await Promise.all(
        Array.from({ length: 200 }, async (_, i) =>
          stores[i % 2]?.insert(`key-${i % 4}`, 60_000, new Date(0)),
        ),
      );
      t.is(answers.filter((isNew) => isNew === true).length, 4);
      const ttl = await clients[0]?.sendCommand(['PTTL', 'tn:replay:key-1']);
      t.true(typeof ttl === 'number' && ttl > 50_000 && ttl <= 60_000);
    },
  );

  test(title('a wrong password fails what waits, and says no word of it'), async (t) => {
    const port = await startRedis((undo) => t.teardown(undo));
    const client = createRedisClient({ host: '127.0.0.1', port, passwordFile: undefined }, 'sai');
    t.teardown(() => client.close());
    const error = await t.throwsAsync(async () => storeIn(client).insert('k', 1000, new Date(0)));
    t.notRegex(String(error?.message), /sai|WRONGPASS/);
  });

  test(title('two tnid-guard with one Redis take a proof once, and none while Redis is gone'), async (t) => {
    const undos: (() => Promise<void>)[] = [];
    const port = await startRedis((undo) => undos.push(undo));
    const first = await startForwardAuth((undo) => t.teardown(undo), { proxy: 'nginx' });
    // The second asks the same broker, with the same keys.
    const folder = await useFolder((undo) => t.teardown(undo));
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, 'mat-khau\n', { mode: 0o600 });
    const replay = { redis: { address: `127.0.0.1:${port}`, passwordFile } };
    const members = { proxy: 'nginx', replay, issuer: first.issuer.url };
    const nodes = [
      await startForwardAuth((undo) => t.teardown(undo), members, {
        prepare: (own) => Object.assign(own.client, first.issuer.client),
      }),
      await startForwardAuth((undo) => t.teardown(undo), members, {
        prepare: (own) => Object.assign(own.client, first.issuer.client),
      }),
    ];
    const citizen = await citizenOf(first.issuer);
    const ask = async (port: number, headers: [string, string][]) =>
      send(port, {
        path: '/auth',
        headers: [['X-Original-Method', 'POST'], ['X-Original-URI', '/ho-so'], ...headers],
      });
    const headers = await citizen.headers();
    const statuses = await Promise.all(
      Array.from(
        { length: 10 },
        async (_, i) => (await ask(nodes[i % 2]?.address.port ?? 0, headers)).status,
      ),
    );
    t.deepEqual(
      statuses.toSorted((a, b) => a - b),
      [200, ...Array.from({ length: 9 }, () => 401)],
    );
    for (const undo of undos.toReversed()) await undo();
    const reply = await ask(nodes[0]?.address.port ?? 0, await citizen.headers());
    t.is(reply.headers['x-tn-status'], '503');
  });
}

test('a server that answers nonsense, or nothing, is a store that does not answer', async (t) => {
  for (const answer of [
    'HTTP/1.1 400 Bad Request\r\n\r\n',
    '$99999999\r\n',
    '*1\r\n$1\r\nx\r\n',
    undefined,
  ]) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      if (answer !== undefined) socket.end(answer);
      else socket.once('data', () => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const client = createRedisClient(
      { host: '127.0.0.1', port: address.port, passwordFile: undefined },
      undefined,
    );
    await t.throwsAsync(async () => storeIn(client).insert('k', 1000, new Date(0)));
    client.close();
    server.close();
  }
});
