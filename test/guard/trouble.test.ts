// Whoever runs a service is told why it answers 503; whoever asks is not.

import test from 'ava';
import type { Trouble } from '../../packages/guard/guard.ts';
import { asked, cataloguePath, setUp } from './setting.ts';

function listen() {
  const told: Trouble[] = [];
  const onTrouble = (trouble: Trouble) => void told.push(trouble);
  const why = (source: Trouble['source']) => told.findLast((one) => one.source === source)?.why;
  return { told, onTrouble, why };
}

test('nothing is told while everything works', async (t) => {
  const { start, ask } = await setUp(t);
  const { told, onTrouble } = listen();
  t.is(await ask(await start({ onTrouble })), 'allowed');
  t.deepEqual(told, []);
});

test('a client that was never registered is named, once, and the end is told', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  const { told, onTrouble, why } = listen();
  issuer.overrides.set('/token', () => ({ status: 401, body: { error: 'invalid_client' } }));
  const guard = await start({ onTrouble, feedIntervalMs: 5 });
  await asked(issuer, '/token', 5);
  t.is(await ask(guard), '503');
  t.regex(why('feed') ?? '', /does not know client dossier-service with this key \(tnid service add\)/);
  t.is(told.length, 1);
  issuer.overrides.delete('/token');
  await asked(issuer, '/revocations');
  t.is(await ask(guard), 'allowed');
  t.deepEqual(told.at(-1), { source: 'feed', why: undefined });
  t.is(told.length, 2);
});

test('the answer to a stranger says none of it', async (t) => {
  const { start, issuer, app } = await setUp(t);
  const { onTrouble } = listen();
  issuer.overrides.set('/token', () => ({ status: 401, body: { error: 'invalid_client' } }));
  const guard = await start({ onTrouble });
  const result = await guard.check(await app.request(await app.token()), 'hoso.nop');
  t.notRegex(JSON.stringify(result), /client|feed|service add/);
});

test('a broker that is not there is named by its address and the system error', async (t) => {
  const { start } = await setUp(t);
  const { onTrouble, why } = listen();
  await start({ onTrouble, issuer: 'http://127.0.0.1:1' });
  t.regex(why('catalogue') ?? '', /no answer from http:\/\/127\.0\.0\.1:1: \S+/);
  t.truthy(why('feed'));
});

test('an audience the catalogue does not know is named', async (t) => {
  const { start } = await setUp(t);
  const { told, onTrouble } = listen();
  await start({ onTrouble, audience: 'https://ho-so.dichvu.tayninh.gov.vn' });
  const why = 'guard: the catalogue in force has no service https://ho-so.dichvu.tayninh.gov.vn';
  t.deepEqual(told, [{ source: 'catalogue', why }]);
});

for (const [side, shiftMs, words] of [
  ['ahead', 3_600_000, /36\d\d s ahead of the broker/],
  ['behind', -3_600_000, /3[56]\d\d s behind the broker/],
] as const) {
  test(`a clock an hour ${side} is told`, async (t) => {
    const { start, clock } = await setUp(t);
    const { onTrouble, why } = listen();
    clock.shiftMs = shiftMs;
    await start({ onTrouble });
    t.regex(why('clock') ?? '', words);
  });
}

test('a catalogue that is not JSON, not signed or not there, and a feed that quotes people, are told without quoting', async (t) => {
  const { start, issuer } = await setUp(t);
  const { onTrouble, why } = listen();
  issuer.overrides.set(cataloguePath, () => ({ raw: 'eyJ.eyJ.x' }));
  issuer.overrides.set('/revocations', () => ({ raw: '{"as_of":1,"entries":[{"id":"pairwise-9' }));
  await start({ onTrouble });
  t.regex(why('catalogue') ?? '', /^guard: catalogue cannot be verified/);
  t.is(why('feed'), 'guard: an answer of the broker is not JSON');
});

test('a replay store and a record keeper that fail are told in their own words', async (t) => {
  const { start, ask } = await setUp(t);
  const { onTrouble, why } = listen();
  const replay = { insert: () => Promise.reject(new Error('redis: connection refused')) };
  t.is(await ask(await start({ onTrouble, replay })), '503');
  t.is(why('replay'), 'redis: connection refused');
  const onDecision = () => Promise.reject(new Error('disk full'));
  t.is(await ask(await start({ onTrouble, onDecision })), '503');
  t.is(why('record'), 'disk full');
});

test('a listener that throws changes nothing', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  issuer.overrides.set('/revocations', () => ({ status: 500 }));
  const guard = await start({
    feedIntervalMs: 5,
    onTrouble: () => {
      throw new Error('no log');
    },
  });
  t.is(await ask(guard), '503');
  issuer.overrides.clear();
  await asked(issuer, '/revocations');
  t.is(await ask(guard), 'allowed');
});
