import test from 'ava';
import { createHash } from 'node:crypto';
import { beginUpstream, consumeUpstream, findUpstream } from '../../assurance/upstream-state.ts';
import { sql } from '../../database.ts';
import { NOW, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

const begin = (provider: 'zalo' | 'vneid' = 'zalo', interactionUid = 'i1') =>
  beginUpstream(house.db, house.vault, { provider, interactionUid }, NOW);
const consume = (answer: { provider?: 'zalo' | 'vneid'; interactionUid?: string; state: string }, now = NOW, db = house.db) =>
  consumeUpstream(db, house.vault, { provider: 'zalo', interactionUid: 'i1', ...answer }, now); // prettier-ignore

test('of twenty callbacks at once over two brokers one gets the attempt', async (t) => {
  const { state } = await begin();
  const got = await times(20, (i) => consume({ state }, NOW, i % 2 === 0 ? house.db : house.second));
  t.is(got.filter((attempt) => attempt !== undefined).length, 1);
  t.is(await consume({ state }), undefined);
});

test('the attempt comes back as it was begun, with a PKCE pair', async (t) => {
  const begun = await begin();
  t.deepEqual(await consume({ state: begun.state }), begun);
  t.is(begun.codeChallenge, createHash('sha256').update(begun.codeVerifier).digest('base64url'));
  for (const value of [begun.state, begun.nonce, begun.codeVerifier]) t.regex(value, /^[A-Za-z0-9_-]{43}$/);
});

test('the other provider, another interaction, a made-up state: refused, and the attempt stays whole', async (t) => {
  const { state } = await begin();
  t.is(await consume({ state, provider: 'vneid' }), undefined);
  t.is(await consume({ state, interactionUid: 'i2' }), undefined);
  for (const forged of ['', state.slice(0, -1), `${state} `, state.toLowerCase(), 'x'.repeat(10_000)])
    t.is(await consume({ state: forged }), undefined);
  t.not(await consume({ state }), undefined);
});

test('an attempt lives five minutes', async (t) => {
  const [early, late] = [await begin(), await begin()];
  t.not(await consume({ state: early.state }, after(299)), undefined);
  t.is(await consume({ state: late.state }, after(300)), undefined);
});

test('a callback finds its interaction only at its own provider, in time and before use', async (t) => {
  const { state } = await begin('vneid', 'i7');
  const find = (provider: 'zalo' | 'vneid', now = NOW) => findUpstream(house.db, { provider, state }, now);
  t.is(await find('vneid'), 'i7');
  t.is(await find('zalo'), undefined);
  t.is(await find('vneid', after(300)), undefined);
  await consume({ provider: 'vneid', interactionUid: 'i7', state });
  t.is(await find('vneid'), undefined);
});

test('two attempts share nothing, and the same state means other secrets at the other provider', async (t) => {
  const [one, two] = [await begin(), await begin()];
  t.not(one.state, two.state);
  t.not(one.nonce, two.nonce);
  t.not(one.codeVerifier, two.codeVerifier);
  t.not(one.nonce, one.codeVerifier);
});

test('a copy of the database opens no attempt: state, nonce and verifier stand nowhere in it', async (t) => {
  const begun = await begin('zalo', 'i9');
  const rows = await house.db.rows<{ text: string; key: Buffer }>(sql`
    select row_to_json(upstream_state)::text as text, state_key as key from upstream_state`);
  for (const { text, key } of rows)
    for (const value of [begun.state, begun.nonce, begun.codeVerifier]) {
      t.false(text.includes(value));
      t.false(key.equals(Buffer.from(value, 'base64url')));
    }
});
