import test from 'ava';
import { sql } from '../../database.ts';
import { createPortal, createService, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { startTwoBrokers, tally } from '../support/two-brokers.ts';
import type { TwoBrokers } from '../support/two-brokers.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let two: TwoBrokers;
let rp: Rp;
let service: Rp;

test.before(async () => {
  two = await startTwoBrokers();
  [rp, service] = await Promise.all([
    createPortal(two.house, 'cong-thu'),
    createService(two.house, 'dich-vu', REPORTS),
  ]);
  await service.credentials(); // from here on a nonce is known
});
test.after.always(() => two?.stop());

test.serial('a pushed request opened ten times at once leads to one code', async (t) => {
  const visitor = await meet(two.house);
  await signIn(rp, visitor, LEVEL_ONE); // from now on no page is shown
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const arrivals = await two.race(10, (at) => visitor.open(request.url.replace(two.house.issuer, at)));
  const codes = arrivals.filter((arrival) => arrival.at === 'door' && arrival.url.searchParams.has('code'));
  t.is(codes.length, 1);
  for (const arrival of arrivals) {
    if (arrival.at === 'page') t.is(arrival.page.status, 400);
    else t.true(['code', 'error'].some((name) => arrival.url.searchParams.has(name)));
  }
  const again = await visitor.open(request.url);
  t.is(again.at, 'page');
  t.is(again.at === 'page' ? again.page.status : 0, 400);
});

test.serial('one proof of possession carried by 20 requests at once counts once', async (t) => {
  const proof = await service.proof({ method: 'POST', path: '/token' });
  const replies = await two.race(20, (at) => service.credentials({}, { at, proof }));
  t.deepEqual(tally(replies), { 200: 1, 400: 19 });
});

test.serial('one client assertion carried by 20 requests at once counts once', async (t) => {
  const assertion = await service.assertion();
  const replies = await two.race(20, (at) => service.credentials({}, { at, assertion }));
  t.is(tally(replies)[200], 1);
  t.true(replies.every(({ status }) => status === 200 || status === 400 || status === 401));
});

test.serial('a confidential client may refresh in parallel, but with one proof only once', async (t) => {
  const visitor = await meet(two.house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  const own = await two.race(10, (at) => rp.refresh(tokens, {}, { at }));
  t.deepEqual(tally(own), { 200: 10 });

  const proof = await rp.proof({ method: 'POST', path: '/token' });
  const shared = await two.race(20, (at) => rp.refresh(tokens, {}, { at, proof }));
  t.deepEqual(tally(shared), { 200: 1, 400: 19 });
  t.is((await rp.refresh(tokens)).status, 200, 'a replayed proof is no reason to end the session');
});

test.serial('a replayed proof stays refused at the other broker', async (t) => {
  const proof = await service.proof({ method: 'POST', path: '/token' });
  t.is((await service.credentials({}, { proof })).status, 200);
  t.is((await service.credentials({}, { proof, at: two.second.at })).status, 400);
});

test.serial('what is remembered against replay is a hash', async (t) => {
  const rows = await two.house.db.rows<{ length: number }>(
    sql`select distinct octet_length(id) as length from oidc_replay`,
  );
  t.deepEqual(rows, [{ length: 32 }]);
});
