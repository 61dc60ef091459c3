import test from 'ava';
import { createHash } from 'node:crypto';
import { sql } from '../../database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { startTwoBrokers } from '../support/two-brokers.ts';
import type { TwoBrokers } from '../support/two-brokers.ts';
import { LEVEL_ONE, meet, visitorAs } from '../support/visitor.ts';

// Case 3, for the sign-in through the browser.
let two: TwoBrokers;
let rp: Rp;
test.before(async () => {
  two = await startTwoBrokers();
  rp = await createPortal(two.house, 'cong-thu');
});
test.after.always(() => two?.stop());

/** A visitor whose answer from Zalo has come but was not yet looked at. */
async function returning() {
  const { person } = await meet(two.house);
  let catching = true;
  const visitor = visitorAs(two.house, person, (url) => catching && url.pathname === '/zalo/ve');
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const { callback } = await visitor.go(request);
  catching = false;
  return { visitor, person, callback, request };
}

const exchanges = () =>
  two.house.zalo.requests().filter(({ endpoint }) => endpoint === 'access_token').length;

test.serial(
  'one answer of Zalo brought eight times at once signs in once and reaches Zalo once',
  async (t) => {
    const { visitor, person, callback } = await returning();
    const before = exchanges();
    await two.race(8, (at) => visitor.open(callback.href.replace(two.house.issuer, at)));
    t.is(exchanges(), before + 1);
    const facts = await two.house.db.rows(sql`
    select f.id from level_fact f join zalo_link z using (account_id) where z.zalo_id = ${person.zaloId}`);
    t.is(facts.length, 1);
  },
);

test.serial('the same answer later finds nothing to do', async (t) => {
  const { visitor, callback } = await returning();
  await visitor.open(callback);
  const before = exchanges();
  const again = await visitor.open(callback);
  t.is(again.at === 'page' ? again.page.status : 0, 400);
  t.is(exchanges(), before);
});

test.serial('an answer that comes after five minutes is too late', async (t) => {
  const { visitor, callback } = await returning();
  const key = createHash('sha256')
    .update(callback.searchParams.get('state') ?? '')
    .digest();
  await two.house.db.run(
    sql`update upstream_state set expires_at = now() - interval '1 second' where state_key = ${key}`,
  );
  const before = exchanges();
  const late = await visitor.open(callback);
  t.is(late.at === 'page' ? late.page.status : 0, 400);
  t.is(exchanges(), before);
});

test.serial('the code of one sign-in is no use to the state of another', async (t) => {
  const thief = await returning();
  const victim = await returning();
  const mixed = new URL(thief.callback);
  mixed.searchParams.set('code', victim.callback.searchParams.get('code') ?? '');
  await thief.visitor.open(mixed);
  t.is(
    await two.house.db.row(sql`select 1 from zalo_link where zalo_id = ${victim.person.zaloId}`),
    undefined,
  );
  t.is(
    await two.house.db.row(sql`select 1 from zalo_link where zalo_id = ${thief.person.zaloId}`),
    undefined,
  );
});
