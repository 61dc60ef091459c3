// A clock that is set, and a broker that stalls: no memory of the guard may outlive its time for it.

import { randomUUID } from 'node:crypto';
import test from 'ava';
import { createKept } from '../../packages/guard/sources/kept.ts';
import { createMemoryReplayStore } from '../../packages/guard/sources/replay.ts';
import { answerOf, setUp } from '../guard/setting.ts';

const hour = 3_600_000;

test('a document read under a clock that was ahead is read again once the clock is set back', async (t) => {
  let nowMs = 10 * hour;
  let reads = 0;
  let isDown = false;
  const kept = createKept(async () => {
    reads += 1;
    if (isDown) throw new Error('down');
    return reads;
  }, { freshMs: 60_000, keepMs: 24 * hour, now: () => new Date(nowMs) }); // prettier-ignore
  t.is(await kept.get(), 1);
  nowMs -= 5 * hour;
  t.is(await kept.get(), 2);
  nowMs += 1000;
  t.is(await kept.get(), 2, 'and is fresh again');
  // A failure under a wrong clock does not stop the asking, and what is held is held for its time only.
  nowMs += 20 * hour;
  isDown = true;
  t.is(await kept.get(), 2);
  nowMs -= 19 * hour;
  const before = reads;
  await kept.get();
  await new Promise((resolve) => setImmediate(resolve));
  t.is(reads, before + 1);
  nowMs += 24 * hour + 1;
  t.is(await kept.get(), undefined);
});

test('an unknown key id is asked for again after the clock was set back', async (t) => {
  const { issuer, app, clock, start } = await setUp(t);
  clock.shiftMs = 5 * hour;
  const guard = await start();
  const ask = async (kid: string) => {
    const at = Math.floor((Date.now() + clock.shiftMs) / 1000);
    const token = await app.token({ iat: at, exp: at + 300, auth_time: at }, { kid });
    return answerOf(await guard.check(await app.request(token, { iat: at }), 'hoso.nop'));
  };
  t.is(await ask('nobody'), '401 invalid_token');
  clock.shiftMs = 0;
  issuer.state.keys = [{ ...issuer.key.publicJwk, kid: 'new' }];
  t.is(await ask('new'), 'allowed');
});

test('an introspected token that ended is refused although the clock was set back', async (t) => {
  const { issuer, app, clock, start } = await setUp(t);
  clock.shiftMs = 60_000;
  const opaque = 'https://bhyt.dichvu.tayninh.gov.vn';
  const catalogue = {
    ...issuer.catalogue,
    actionByName: new Map([...issuer.catalogue.actionByName].map(([name, one]) => [name, { ...one, service: opaque, risk: 'medium' as const }])),
    serviceById: new Map([[opaque, { tokens: 'opaque' as const }]]),
  }; // prettier-ignore
  const guard = await start({ audience: opaque, sources: { catalogue: () => catalogue } });
  const jkt = await app.token().then((token) => {
    const { cnf }: { cnf: { jkt: string } } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return cnf.jkt;
  }); // prettier-ignore
  const token = 'o'.repeat(43);
  const at = Math.floor(Date.now() / 1000) - 30;
  issuer.state.introspection.set(token, {
    active: true, iss: issuer.url, aud: opaque, sub: 's', client_id: 'miniapp', iat: at, exp: at + 300, auth_time: at,
    acr: 'https://id.tayninh.gov.vn/acr/2', amr: ['vneid'], scope: 'svc:hoso:nop svc:hoso:xem', purposes: ['hoso.xu-ly'],
    client_class: 'first_party', identity_source: 'vneid', cnf: { jkt },
  }); // prettier-ignore
  const ask = async () => {
    const iat = Math.floor((Date.now() + clock.shiftMs) / 1000);
    return answerOf(await guard.check(await app.request(token, { iat }), 'hoso.nop'));
  };
  t.is(await ask(), 'allowed');
  issuer.state.introspection.delete(token);
  clock.shiftMs = 0;
  t.is(await ask(), '401 invalid_token');
});

test('a feed from the future is a clock of ours that is wrong: nobody knows how old it is', async (t) => {
  const { issuer, start, ask } = await setUp(t);
  issuer.state.asOf = () => Math.floor(Date.now() / 1000) + 90;
  t.is(await ask(await start()), '503');
});

test('the memory of proofs does not stay full after the clock was set back', (t) => {
  const store = createMemoryReplayStore(3);
  const at = (ms: number) => new Date(ms);
  for (const key of ['a', 'b', 'c']) t.true(store.insert(key, 91_000, at(10 * hour)));
  t.throws(() => store.insert('d', 91_000, at(10 * hour)), { message: /full/ });
  t.true(store.insert('d', 91_000, at(5 * hour)));
  t.false(store.insert('d', 91_000, at(5 * hour)));
});

test('a proof sent again is refused although the check began before its time was over and stalled', async (t) => {
  const { issuer, app, clock, start } = await setUp(t);
  let gate: Promise<void> | undefined;
  const guard = await start({
    sources: {
      catalogue: async () => {
        const wait = gate;
        gate = undefined;
        await wait;
        return issuer.catalogue;
      },
      watermarks: () => ({ as_of: Math.floor((Date.now() + clock.shiftMs) / 1000), entries: [] }),
    },
  });
  const token = await app.token();
  const replayed = await app.request(token, { jti: randomUUID() });
  const answers = async (request = replayed) => answerOf(await guard.check(request, 'hoso.nop'));
  t.is(await answers(), 'allowed');
  clock.shiftMs = 58_000;
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  const stalled = answers();
  clock.shiftMs = 70_000;
  const iat = Math.floor((Date.now() + clock.shiftMs) / 1000);
  t.is(await answers(await app.request(token, { iat })), 'allowed', 'another clears what is over');
  resolve();
  t.is(await stalled, '401 invalid_dpop_proof');
});
