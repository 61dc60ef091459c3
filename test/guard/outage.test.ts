// The broker is gone: for how long a service goes on, and what it asks meanwhile. The clock is driven.

import test from 'ava';
import { answerOf, cataloguePath, setUp } from './setting.ts';
import { createApp } from './issuer.ts';
import { createKept } from '../../packages/guard/sources/kept.ts';

const minutes = 60_000;
const hours = 3_600_000;
const fresh = { watermarks: () => ({ as_of: 9_999_999_999, entries: [] }) };
const everything = ['/jwks', '/.well-known/openid-configuration', cataloguePath, '/revocations', '/token'];

test('keys and catalogue carry a service for 24 hours without the broker, and then it answers 503', async (t) => {
  const { start, ask, issuer, clock } = await setUp(t);
  const guard = await start({ sources: fresh });
  t.is(await ask(guard), 'allowed');
  for (const path of everything) issuer.overrides.set(path, () => ({ status: 500 }));
  for (const hour of [1, 8, 16, 23.9]) {
    clock.shiftMs = hour * hours;
    t.is(await ask(guard), 'allowed', `${hour} h`);
  }
  clock.shiftMs = 24 * hours + minutes;
  t.is(await ask(guard), '503');
  issuer.overrides.clear();
  clock.shiftMs += minutes;
  t.is(await ask(guard), 'allowed', 'and recovers');
});

test('the catalogue alone is kept for 24 hours as well', async (t) => {
  const { start, ask, issuer, clock } = await setUp(t);
  const guard = await start({ sources: { ...fresh, jwks: () => ({ keys: issuer.state.keys }) } });
  t.is(await ask(guard), 'allowed');
  issuer.overrides.set(cataloguePath, () => ({ status: 503 }));
  clock.shiftMs = 23 * hours;
  t.is(await ask(guard), 'allowed');
  clock.shiftMs = 24 * hours + minutes;
  t.is(await ask(guard), '503');
});

test('a broker that is down is asked at most every five seconds, and nobody waits for it twice', async (t) => {
  let nowMs = 0;
  let asked = 0;
  let answer = (): Promise<string> => Promise.resolve('first');
  const kept = createKept(
    () => {
      asked += 1;
      return answer();
    },
    { freshMs: minutes, keepMs: hours, now: () => new Date(nowMs) },
  );
  t.is(await kept.get(), 'first');
  nowMs = 2 * minutes;
  answer = () => Promise.reject(new Error('down'));
  t.is(await kept.get(), 'first');
  for (let i = 0; i < 50; i += 1) t.is(await kept.get(), 'first');
  t.is(asked, 2);
  nowMs += 5000;
  // Now it hangs; the value that is held is given all the same.
  const hanging = Promise.withResolvers<string>();
  answer = () => hanging.promise;
  t.is(await kept.get(), 'first');
  t.is(asked, 3);
  hanging.resolve('second');
  await hanging.promise;
  await new Promise((resolve) => setImmediate(resolve));
  t.is(await kept.get(), 'second');
});

test('invented key ids cost one fetch in 30 seconds, also while the broker is down', async (t) => {
  const { start, issuer, app, clock } = await setUp(t);
  const guard = await start({ sources: { ...fresh, catalogue: () => issuer.catalogue } });
  const tokenOf = async (kid?: string): Promise<string> => {
    const iat = Math.floor((Date.now() + clock.shiftMs) / 1000);
    return app.token({ iat, exp: iat + 300, auth_time: iat - 1 }, kid === undefined ? {} : { kid });
  };
  const ask = async (kid?: string): Promise<string> => {
    const iat = Math.floor((Date.now() + clock.shiftMs) / 1000);
    return answerOf(await guard.check(await app.request(await tokenOf(kid), { iat }), 'hoso.nop'));
  };
  t.is(await ask(), 'allowed');
  issuer.overrides.set('/jwks', () => ({ status: 500 }));
  const before = issuer.hits.filter((path) => path === '/jwks').length;
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`invented-${index}`)));
  t.deepEqual([...new Set(answers)], ['503'], 'the key may exist: nobody could say');
  t.is(issuer.hits.filter((path) => path === '/jwks').length - before, 1);
  t.is(await ask(), 'allowed', 'known keys go on');
  clock.shiftMs = 30_000;
  await ask('invented-again');
  t.is(issuer.hits.filter((path) => path === '/jwks').length - before, 2);
});

test('a feed that fell silent is heard again', async (t) => {
  const { start, issuer, clock } = await setUp(t);
  const app = await createApp(issuer);
  const guard = await start({ feedIntervalMs: 10 });
  const ask = async (): Promise<string> => {
    const iat = Math.floor((Date.now() + clock.shiftMs) / 1000);
    const token = await app.token({ iat, exp: iat + 300, auth_time: iat - 1 });
    return answerOf(await guard.check(await app.request(token, { iat }), 'hoso.nop'));
  };
  t.is(await ask(), 'allowed');
  issuer.overrides.set('/revocations', () => ({ status: 500 }));
  clock.shiftMs = 62_000;
  t.is(await ask(), '503');
  const heard = new Promise<void>((resolve) => {
    issuer.overrides.set('/revocations', () => {
      resolve();
      return { body: { as_of: Math.floor((Date.now() + clock.shiftMs) / 1000), entries: [] } };
    });
  });
  await heard;
  // The answer is on its way back: ask until it is read.
  let answer = '';
  for (let tries = 0; tries < 500 && answer !== 'allowed'; tries += 1) answer = await ask();
  t.is(answer, 'allowed');
});
