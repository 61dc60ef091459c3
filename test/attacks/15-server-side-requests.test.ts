// Case 15: addresses that others give us to call must not lead into our own network: where events are
// pushed, and where clients are told of a logout. One guard stands before both.

import test from 'ava';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createClientFetch } from '../../adapters/client-calls/fetch.ts';
import { createPushReceiver } from '../../adapters/client-calls/push.ts';
import { isSpecialUse } from '../../adapters/client-calls/special-addresses.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal, REPORTS } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';
import { openDoor } from '../signals/http.ts';
import type { Door } from '../signals/http.ts';

// Counts connections, not requests: one that is opened and cut says already that something listens.
let touched = 0;
const trap = createServer((socket) => {
  touched += 1;
  socket.destroy();
});
let port = 0;
let house: TestHouse;
let reports: Door;
test.before(async () => {
  trap.listen(0, '::');
  await once(trap, 'listening');
  const address = trap.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  house = await startHouse((await useDatabase()).url);
  reports = await openDoor(house, 'phananh', REPORTS);
});
test.after.always(async () => {
  trap.close();
  await house?.stop();
});

const inside = [
  '127.0.0.1', '0x7f.1', '2130706433', '0177.0.0.1', '127.1', '0.0.0.0', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1',
  '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]', '[::7f00:1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[fd00::1]', '[fe80::1]', '[ff02::1]',
  'localhost', 'LOCALHOST.', 'db.internal', 'may-in.local', 'a.localhost',
]; // prettier-ignore

test('no event stream is made to an address of our own network, however it is written', async (t) => {
  for (const host of inside) {
    const delivery = { method: 'urn:ietf:rfc:8935', endpoint_url: `https://${host}:${port}/su-kien` };
    const reply = await reports.call('POST', '/ssf/streams', { delivery });
    t.is(reply.status, 400, host);
    t.is(reply.body['detail'], 'endpoint_url', host);
  }
  t.is(touched, 0);
});

test('neither is one made to another port of a host that is listed', (t) => {
  const receiver = createPushReceiver(createClientFetch(['noi-bo:8443']), { intranetHosts: ['noi-bo:8443'] });
  t.true(receiver.allows('http://noi-bo:8443/su-kien'));
  for (const url of ['http://noi-bo/su-kien', 'http://noi-bo:8444/', 'http://noi-bo:8443@evil.example/', 'http://evil.example#noi-bo:8443', 'ftp://noi-bo:8443/']) t.false(receiver.allows(url), url); // prettier-ignore
});

test('a name that leads inside is not connected to: what is looked up is what is judged', async (t) => {
  const receiver = createPushReceiver(createClientFetch([]), { intranetHosts: [] });
  for (const host of ['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]']) {
    for (const scheme of ['http', 'https']) {
      const pushed = await receiver.push({ url: `${scheme}://${host}:${port}/`, authorization: undefined, set: 'x' }); // prettier-ignore
      t.deepEqual(pushed, { outcome: 'failed', reason: 'address' }, `${scheme}://${host}`);
    }
  }
  t.is(touched, 0, 'nothing knocked');
});

test('a redirect into our network is not followed', async (t) => {
  const lure = createHttpServer((_request, response) => response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end()); // prettier-ignore
  lure.listen(0, '127.0.0.1');
  await once(lure, 'listening');
  const address = lure.address();
  const host = `localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const receiver = createPushReceiver(createClientFetch([host]), { intranetHosts: [host] });
  const pushed = await receiver.push({ url: `http://${host}/`, authorization: 'Bearer x', set: 'x' });
  t.deepEqual(pushed, { outcome: 'failed', reason: 'redirect' });
  t.is(touched, 0);
  lure.close();
});

test('an answer without end costs neither time nor memory', async (t) => {
  let written = 0;
  const flood = createHttpServer((request, response) => {
    response.on('error', () => {}).writeHead(400, { 'content-type': 'application/json' });
    const pour = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20))) written += 65_536;
      if (!response.destroyed) response.once('drain', pour);
    };
    if (request.url === '/nhieu') pour();
    else response.write('{'); // and then nothing
  });
  flood.listen(0, '127.0.0.1');
  await once(flood, 'listening');
  const address = flood.address();
  const host = `localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const receiver = createPushReceiver(createClientFetch([host]), { intranetHosts: [host], timeoutMs: 400 });
  const push = (path: string) => receiver.push({ url: `http://${host}${path}`, authorization: undefined, set: 'x' }); // prettier-ignore
  t.deepEqual(await push('/nhieu'), { outcome: 'failed', reason: 'status_400' });
  t.true(written < 30_000_000);
  const at = Date.now();
  t.deepEqual(await push('/cham'), { outcome: 'failed', reason: 'timeout' });
  t.true(Date.now() - at < 2_000);
  flood.closeAllConnections();
  flood.close();
});

test('logging out calls no client inside our network either, and says so in the log', async (t) => {
  const visitor = await meet(house);
  let idToken: unknown;
  for (const [index, host] of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', 'localhost'].entries()) {
    const portal = await createPortal(house, `cong-${index}`, { backchannel_logout_uri: `http://${host}:${port}/thoat` }); // prettier-ignore
    idToken = (await signIn(portal, visitor, LEVEL_ONE)).tokens.body['id_token'];
  }
  await visitor.open(
    `${house.issuer}/session/end?${new URLSearchParams({ id_token_hint: String(idToken) })}`,
  );
  await visitor.browser.press('yes');
  t.is(touched, 0);
  const told = house.logged.filter((line) => line.includes('logout.not_told'));
  t.is(told.length, 4);
});

test('nobody registers a client, so no other address of a client is ever called', async (t) => {
  t.is((await ask(`${house.issuer}/reg`, { method: 'POST', body: '{}' })).status, 404);
  const portal = await createPortal(house, 'cong-thu');
  const { answer } = await portal.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { request_uri: `http://127.0.0.1:${port}/r` }); // prettier-ignore
  t.is(answer.status, 400);
  t.is(touched, 0);
});

test('addresses of the internet stay open', (t) => {
  for (const address of ['8.8.8.8', '203.162.4.190', '172.32.0.1', '100.128.0.1', '2001:ee0::1', '2606:4700::1111', '::ffff:8.8.8.8']) t.false(isSpecialUse(address), address); // prettier-ignore
  for (const address of ['', 'a', '1.2.3', '203.0.113.9', '::ffff:10.0.0.1', 'fe80::1%eth0']) t.true(isSpecialUse(address), address); // prettier-ignore
});
