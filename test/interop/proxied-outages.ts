// What must hold whatever server stands in front when something behind it is missing.

import type { TestFn } from 'ava';
import { citizenOf, problemOf, startForwardAuth } from '../guard/forward-auth-setting.ts';
import type { Issuer } from '../guard/issuer.ts';
import { reach, startAll, type Proxy, type StartProxy } from './proxied-setting.ts';

const cataloguePath = '/.well-known/tayninh-service-catalogue';

export function provesOutages(test: TestFn, proxy: Proxy, startProxy: StartProxy): void {
  test(`${proxy}: a service that wants nonces gets its nonce through, and a proof with it passes`, async (t) => {
    const own = await startAll((undo) => t.teardown(undo), proxy, startProxy, { nonceSecretFile: 'nonce' });
    const citizen = await citizenOf(own.guard.issuer);
    const first = await reach(own, { method: 'POST', path: '/ho-so', headers: await citizen.headers() });
    t.is(first.reply.status, 401);
    t.regex(String(first.reply.headers['www-authenticate']), /error="use_dpop_nonce"/);
    const nonce = first.reply.headers['dpop-nonce'];
    t.is(typeof nonce, 'string');
    const headers = await citizen.headers({}, { nonce });
    t.is((await reach(own, { method: 'POST', path: '/ho-so', headers })).reply.status, 200);
  });

  test(`${proxy}: while the broker is silent the answer is 503 with Retry-After`, async (t) => {
    const clock = { shiftMs: 0 };
    const own = await startAll((undo) => t.teardown(undo), proxy, startProxy, {}, { clock });
    clock.shiftMs = 120_000;
    const iat = Math.floor(Date.now() / 1000) + 120;
    const citizen = await citizenOf(own.guard.issuer);
    const headers = await citizen.headers({ iat, exp: iat + 300, auth_time: iat - 10 }, { iat });
    const { reply, seen } = await reach(own, { method: 'POST', path: '/ho-so', headers });
    t.is(reply.status, 503, reply.body);
    t.is(reply.headers['retry-after'], '5');
    t.is(problemOf(reply).type, 'unavailable');
    t.is(seen.length, 0);
  });

  test(`${proxy}: without a catalogue even a public route is 503`, async (t) => {
    const prepare = ({ overrides }: Issuer): void =>
      void overrides.set(cataloguePath, () => ({ status: 500 }));
    const own = await startAll((undo) => t.teardown(undo), proxy, startProxy, {}, { prepare });
    const { reply, seen } = await reach(own, { path: '/' });
    t.is(reply.status, 503);
    t.is(reply.headers['retry-after'], '5');
    t.is(seen.length, 0);
  });

  test(`${proxy}: when tnid-guard is gone nobody passes, and it passes again when it is back`, async (t) => {
    const own = await startAll((undo) => t.teardown(undo), proxy, startProxy);
    await own.guard.stop();
    const { reply, seen } = await reach(own, { path: '/' });
    t.is(reply.status, proxy === 'nginx' ? 503 : 500);
    t.is(reply.headers['content-type'], 'application/problem+json');
    t.is(problemOf(reply).status, reply.status);
    t.is(reply.headers['retry-after'], '5');
    t.is(seen.length, 0);
    await startForwardAuth((undo) => t.teardown(undo), {
      proxy,
      listen: `127.0.0.1:${own.guard.address.port}`,
    });
    t.is((await reach(own, { path: '/' })).reply.status, 200);
  });
}
