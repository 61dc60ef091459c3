// Connections to Zalo's Graph are kept between calls: a handshake less for each citizen who opens the app.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { createZaloApp } from '../../adapters/zalo/app.ts';

/** A Graph that counts connections; `drops`: hangs up on a connection's second request without a word. */
async function graph(drops: boolean) {
  let connections = 0;
  let requests = 0;
  const onSocket = new WeakMap<object, number>();
  const server = createServer((asked, answer) => {
    requests += 1;
    const nth = (onSocket.get(asked.socket) ?? 0) + 1;
    onSocket.set(asked.socket, nth);
    if (drops && nth > 1) return void asked.socket.destroy();
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ id: '9007199254740993001', error: 0 }));
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  const failures: string[] = [];
  const url = `http://127.0.0.1:${port}`;
  const app = createZaloApp({
    appId: '1234567890123456789',
    appSecret: 'secret',
    oauthUrl: url,
    graphUrl: url,
    onFailure: (failure) => void failures.push(failure),
  });
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { app, failures, counts: () => ({ connections, requests }), close };
}

test('one connection serves one citizen after the other', async (t) => {
  const zalo = await graph(false);
  for (const token of ['a', 'b', 'c']) t.like(await zalo.app.identify(token), { outcome: 'identified' });
  t.deepEqual(zalo.counts(), { connections: 1, requests: 3 });
  zalo.close();
});

test('a kept connection that Zalo has closed is no failure: the question goes out on a fresh one', async (t) => {
  const zalo = await graph(true);
  for (const token of ['a', 'b', 'c']) t.like(await zalo.app.identify(token), { outcome: 'identified' });
  t.deepEqual(zalo.failures, []);
  zalo.close();
});
