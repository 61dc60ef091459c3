import test from 'ava';
import { sql } from '../../database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { startTwoBrokers } from '../support/two-brokers.ts';
import type { TwoBrokers } from '../support/two-brokers.ts';
import { accountOf, LEVEL_ONE, meet, signIn, visitorAs } from '../support/visitor.ts';

let two: TwoBrokers;
let one: Rp;
let other: Rp;

test.before(async () => {
  two = await startTwoBrokers();
  [one, other] = await Promise.all([
    createPortal(two.house, 'cong-mot'),
    createPortal(two.house, 'cong-hai'),
  ]);
});
test.after.always(() => two?.stop());

const isResume = (url: URL) => /^\/auth\/[^/]+$/.test(url.pathname);

test.serial('two clients that sign in at once in one session both keep their grant', async (t) => {
  const visitor = await meet(two.house);
  await signIn(one, visitor, LEVEL_ONE);
  await signIn(other, visitor, LEVEL_ONE);
  const accountId = await accountOf(two.house, visitor);
  for (let round = 0; round < 10; round += 1) {
    await two.house.db.run(
      sql`update oidc_session set payload = payload || '{"authorizations":{}}' where account_id = ${accountId}`,
    );
    const requests = await Promise.all(
      [one, other].map((rp) => rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource)),
    );
    const arrivals = await two.race(2, (at, turn) =>
      visitor.open((requests[turn]?.url ?? '').replace(two.house.issuer, at)),
    );
    t.true(arrivals.every((arrival) => arrival.at === 'door' && arrival.url.searchParams.has('code')));
    const row = await two.house.db.row<{ clients: string[] }>(sql`
      select array(select jsonb_object_keys(payload->'authorizations') order by 1) as clients
      from oidc_session where account_id = ${accountId}`);
    t.deepEqual(row?.clients, ['cong-hai', 'cong-mot']);
  }
});

test.serial('two tabs of one new browser, each at its own sign-in, both arrive', async (t) => {
  const visitor = await meet(two.house);
  const [first, second] = [await one.begin(LEVEL_ONE.scope, LEVEL_ONE.resource), await other.begin(LEVEL_ONE.scope, LEVEL_ONE.resource)]; // prettier-ignore
  await visitor.open(first.url);
  const firstTab = visitor.browser.page().url.href;
  await visitor.open(second.url);
  const secondTab = visitor.browser.page().url.href;
  t.not(firstTab, secondTab);
  const late = await visitor.go({ url: firstTab });
  t.is((await one.redeem(first, late.callback)).status, 200);
  const later = await visitor.go({ url: secondTab });
  t.is((await other.redeem(second, later.callback)).status, 200);
});

test.serial('two tabs that come back at the same moment both get their code', async (t) => {
  const { person } = await meet(two.house);
  let stopping = true;
  const visitor = visitorAs(two.house, person, (url) => stopping && isResume(url));
  const requests = [
    await one.begin(LEVEL_ONE.scope, LEVEL_ONE.resource),
    await other.begin(LEVEL_ONE.scope, LEVEL_ONE.resource),
  ];
  const doors: URL[] = [];
  for (const request of requests) doors.push((await visitor.go(request)).callback);
  stopping = false;
  const arrivals = await two.race(2, (at, turn) =>
    visitor.open((doors[turn]?.href ?? '').replace(two.house.issuer, at)),
  );
  for (const [turn, arrival] of arrivals.entries()) {
    if (arrival.at !== 'door') return t.fail(`${arrival.page.status} ${arrival.page.title}`);
    const request = requests[turn];
    if (request === undefined) return t.fail();
    const tokens = await (turn === 0 ? one : other).redeem(request, arrival.url);
    t.is(tokens.status, 200, tokens.text);
  }
});

test.serial('the id of a browser session may stand twice for a moment', async (t) => {
  const accountId = await accountOf(two.house, await (async () => {
    const visitor = await meet(two.house);
    await signIn(one, visitor, LEVEL_ONE);
    return visitor;
  })()); // prettier-ignore
  const copied = await two.house.db.run(sql`
    insert into oidc_session (id, uid, account_id, payload, expires_at)
    select sha256(id), uid, account_id, payload, expires_at from oidc_session where account_id = ${accountId}`);
  t.is(copied, 1);
});
