// Before the first citizen comes: what the broker finds out about Zalo by itself, and whom it tells.

import { createServer } from 'node:net';
import test from 'ava';
import { checkZalo } from '../../adapters/zalo/self-check.ts';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { useDatabase } from '../support/database.ts';
import { startHouse } from '../support/broker.ts';
import { ours, withMiniApp } from './zalo-app-run.ts';

const results: readonly (readonly [
  title: string,
  knobs: KnobChange,
  change: { appId?: string; appSecret?: string },
  token: string,
  me: string,
])[] = [
  ['a good configuration', {}, {}, 'good good', 'good good'],
  ['an unknown app', {}, { appId: '1' }, 'wrong_configuration config', 'good good'],
  ['a wrong secret', {}, { appSecret: 'other' }, 'wrong_configuration config', 'good good'],
  ['a foreign address', { egress: 'foreign' }, {}, 'good good', 'foreign_address config'],
  ['a foreign address everywhere', { egress: 'foreign', 'egress.token': 'on', 'egress.status': 403 }, {}, 'foreign_address config', 'foreign_address config'], // prettier-ignore
  ['an outage', { 'net.fault': 'html502' }, {}, 'http_error other', 'http_error other'],
  ['unlisted numbers', { 'json.extra': 'unknownCode' }, {}, 'code_unknown_error flow', 'upstream_error other'], // prettier-ignore
];
for (const [title, knobs, change, token, me] of results) {
  test(`self-check with ${title}: ${token}; ${me}`, async (t) => {
    await withMiniApp(knobs, async ({ twin }) => {
      const access = { ...ours, ...change, oauthUrl: twin.url, graphUrl: twin.url };
      const found = await checkZalo(access);
      t.deepEqual(
        found.map((one) => `${one.endpoint} ${one.result} ${one.class}`),
        [`access_token ${token}`, `me ${me}`],
      );
    });
  });
}

test('the check never rejects and spends at most one try where nobody answers', async (t) => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const address = silent.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const found = await checkZalo({ ...ours, oauthUrl: url, graphUrl: url, readTimeoutMs: 300 });
  silent.close();
  t.deepEqual(found.map(({ result }) => result), ['read_timeout', 'read_timeout']); // prettier-ignore
});

test('a broker starts although Zalo refuses its address, and raises an alarm of its own', async (t) => {
  const { url } = await useDatabase();
  const house = await startHouse(url, { environment: { TNID_METRICS_LISTEN: '127.0.0.1:0' } });
  t.teardown(() => house.stop());
  const until = async (found: () => boolean) => {
    for (let i = 0; i < 200 && !found(); i += 1) await new Promise((done) => setTimeout(done, 25));
    return found();
  };
  const lines = (event: string) => house.logged.filter((line) => line.includes(`"${event}"`));
  t.true(await until(() => lines('zalo.self_check').length === 2));
  t.true(lines('zalo.self_check').every((line) => line.includes('"good"')));
  t.is(lines('zalo.foreign_address').length, 0);
  house.zalo.setKnobs({ egress: 'foreign' });
  const other = await house.another();
  t.true(await until(() => lines('zalo.foreign_address').length === 1));
  t.true(lines('zalo.foreign_address').every((line) => line.includes('"error"')));
  t.notRegex(house.logged.join('\n'), new RegExp(house.config.TNID_ZALO_APP_SECRET));
  const metrics = await (await fetch(`http://127.0.0.1:${other.metricsPort}/metrics`)).text();
  t.regex(metrics, /tnid_zalo_failures_total\{endpoint="me",failure="foreign_address"\} 1/);
});
