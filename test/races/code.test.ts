import test from 'ava';
import { sql } from '../../database.ts';
import { claimsOf, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { startTwoBrokers, tally } from '../support/two-brokers.ts';
import type { TwoBrokers } from '../support/two-brokers.ts';
import { accountOf, countEvents, LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let two: TwoBrokers;
let rp: Rp;

test.before(async () => {
  two = await startTwoBrokers();
  rp = await createPortal(two.house, 'cong-thu');
});
test.after.always(() => two?.stop());

const watermarks = async (accountId: string) =>
  two.house.db.rows(sql`select min_iat from watermark where kind = 'sub' and account_id = ${accountId} and client_id = 'cong-thu'`); // prettier-ignore

test.serial(
  'a code redeemed 20 times at once at two brokers gives one answer, and then nothing of it lives',
  async (t) => {
    const visitor = await meet(two.house);
    const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
    const { callback } = await visitor.go(request);
    const replies = await two.race(20, (at) => rp.redeem(request, callback, {}, { at }));

    t.deepEqual(tally(replies), { 200: 1, 400: 19 });
    t.true(replies.every(({ status, body }) => status === 200 || body['error'] === 'invalid_grant'));
    const accountId = await accountOf(two.house, visitor);
    t.true((await watermarks(accountId)).length > 0);
    t.true((await countEvents(two.house, 'token.replayed', accountId)) > 0);

    const [winner] = replies.filter(({ status }) => status === 200);
    if (winner === undefined) return t.fail();
    t.is((await rp.refresh(winner)).body['error'], 'invalid_grant');
    t.deepEqual(await two.house.db.rows(sql`select id from oidc_grant where account_id = ${accountId}`), []);
  },
);

test.serial('a code shown again later kills what it gave and tells the services', async (t) => {
  const visitor = await meet(two.house);
  const { request, walk, tokens } = await signIn(rp, visitor, LEVEL_ONE);
  t.is(tokens.status, 200);
  const accountId = await accountOf(two.house, visitor);
  t.is((await watermarks(accountId)).length, 0);

  const replayed = await rp.redeem(request, walk.callback, {}, { at: two.second.at });
  t.is(replayed.status, 400);
  t.is(replayed.body['error'], 'invalid_grant');
  t.is((await rp.refresh(tokens)).body['error'], 'invalid_grant');
  const [entry] = await watermarks(accountId);
  t.true(Number(entry?.['min_iat']) > Number(claimsOf(tokens.body['access_token'])['iat']));
  t.is(await countEvents(two.house, 'token.replayed', accountId), 1);

  t.is((await rp.redeem(request, walk.callback)).body['error'], 'invalid_grant');
  t.is(await countEvents(two.house, 'token.replayed', accountId), 1, 'a third showing adds nothing');
});

test.serial('a thief without the verifier ends nothing', async (t) => {
  const visitor = await meet(two.house);
  const { request, walk, tokens } = await signIn(rp, visitor, LEVEL_ONE);
  const stolen = await rp.redeem(request, walk.callback, { code_verifier: 'A'.repeat(43) });
  t.is(stolen.body['error'], 'invalid_grant');
  t.is((await rp.refresh(tokens)).status, 200);
});
