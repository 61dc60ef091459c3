import test from 'ava';
import { openDatabase, sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal, createService, INSURANCE } from '../support/rp.ts';
import type { Reply, Rp } from '../support/rp.ts';
import { accountOf, countEvents, LEVEL_ONE, meet, signIn } from '../support/visitor.ts';
import { wireTo } from './proxy.ts';
import type { Wire } from './proxy.ts';

let wire: Wire;
let direct: Database;
let house: TestHouse;
let rp: Rp;
let service: Rp;
test.before(async () => {
  const { url } = await useDatabase();
  wire = await wireTo(url);
  direct = openDatabase(url, { maxConnections: 3 });
  house = await startHouse(wire.url);
  [rp, service] = await Promise.all([
    createPortal(house, 'cong-thu'),
    createService(house, 'bhyt', INSURANCE),
  ]);
});
test.after.always(async () => {
  await house?.stop();
  await direct?.close();
  await wire?.close();
});

const html = { headers: { accept: 'text/html' } };
const isOutage = (reply: Reply) => reply.status === 503 && Number(reply.headers.get('retry-after')) > 0;

test.serial('without its database the broker says so everywhere, and recovers by itself', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  await visitor.open(request.url);
  const fresh = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  wire.cut();
  try {
    const protocol: [string, Promise<Reply>][] = [
      ['refresh', rp.refresh(tokens)],
      ['code', rp.post('/token', { grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://localhost:9/ve', code_verifier: 'y'.repeat(43) })], // prettier-ignore
      ['client credentials', service.credentials()],
      ['push', rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource).then(({ answer }) => answer)],
      ['introspection', service.introspect('x')],
      ['revocation', rp.revoke('x')],
      ['userinfo', rp.withToken('/userinfo', 'x')],
    ];
    for (const [what, asked] of protocol) {
      const reply = await asked;
      t.true(isOutage(reply), `${what}: ${reply.status} ${reply.headers.get('retry-after')} ${reply.text}`);
      t.is(reply.body['error'], 'temporarily_unavailable', what);
    }
    for (const path of [fresh.url, `${house.issuer}/zalo/ve?state=x&code=y`, `${house.issuer}/toi`]) {
      const reply = await ask(path, {
        headers: { ...html.headers, cookie: '__Host-tnid=x; __Host-tnid.sig=y' },
      });
      if (reply.status === 303) continue; // a forged cookie needs no database to be refused
      t.true(isOutage(reply), `${path}: ${reply.status} ${reply.text.slice(0, 300)}`);
      t.regex(reply.text, /<h1/, path);
      t.notRegex(reply.text, /ECONN|postgres|\.ts:/, path);
    }
    for (const path of ['/toi', new URL(visitor.browser.page().url).pathname]) {
      const arrival = await visitor.open(`${house.issuer}${path}`);
      t.is(arrival.at === 'page' ? arrival.page.status : 0, 503, path);
    }
    t.is((await ask(`${house.issuer}/healthz`)).status, 200);
    const ready = await ask(`${house.issuer}/readyz`);
    t.is(ready.status, 503);
    t.like(ready.body['dependencies'], { database: 'unavailable' });
    t.is((await ask(`${house.issuer}/.well-known/openid-configuration`)).status, 200);
    t.is((await ask(`${house.issuer}/jwks`)).status, 200);
  } finally {
    wire.mend();
  }
  t.is((await ask(`${house.issuer}/readyz`)).status, 200);
  t.is((await rp.refresh(tokens)).status, 200);
  const { callback } = await visitor.go(fresh);
  t.is((await rp.redeem(fresh, callback)).status, 200);
  t.false(house.logged.some((line) => /"level":"fatal"/.test(line)));
});

test.serial('a connection that dies in the middle of a redemption leaves the code good', async (t) => {
  const visitor = await meet(house);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const { callback } = await visitor.go(request);
  const accountId = await accountOf(house, visitor);
  const issuedBefore = await countEvents(house, 'token.issued', accountId);

  const reply = await whileHeld('consent_handle', async () => {
    const asked = rp.redeem(request, callback);
    await untilWaiting();
    await direct.run(sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and application_name = 'tayninh-id'`);
    return asked;
  });
  t.true(isOutage(reply), `${reply.status} ${reply.text}`);
  t.is(await countEvents(house, 'token.issued', accountId), issuedBefore);
  const again = await rp.redeem(request, callback);
  t.is(again.status, 200, again.text);
  t.is((await rp.refresh(again)).status, 200);
});

test.serial('a consent answer cut off in the middle is no answer', async (t) => {
  const visitor = await meet(house);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  await visitor.open(request.url);
  await visitor.browser.press('Đăng nhập bằng Zalo');
  await visitor.browser.press(visitor.person.zaloId);
  await visitor.browser.press('allow');
  const page = visitor.browser.page().url.href;
  const accountId = await accountOf(house, visitor);

  const arrival = await whileHeld('consent_event', async () => {
    const asked = visitor.browser.press('Gửi lựa chọn', { 'purpose.phananh.bao-ket-qua': 'given' });
    await untilWaiting();
    await direct.run(sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and application_name = 'tayninh-id'`);
    return asked;
  });
  t.is(arrival.at === 'page' ? arrival.page.status : 0, 503);
  const subject = sql`select c.id from consent c join subject s using (subject_id) where s.account_id = ${accountId}`;
  t.deepEqual(await direct.rows(subject), []);
  const { callback } = await visitor.go({ url: page });
  t.is((await rp.redeem(request, callback)).status, 200);
  t.is((await direct.rows(subject)).length, 1);
});

test.serial('events waiting to be written are written after an outage', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  const accountId = await accountOf(house, visitor);
  const before = await settled(accountId);
  t.is((await rp.refresh(tokens)).status, 200);
  wire.cut();
  await new Promise((resolve) => setTimeout(resolve, 300));
  wire.mend();
  const deadline = Date.now() + 5_000;
  while ((await countIn(direct, accountId)) === before && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50)); // prettier-ignore
  t.is(await countIn(direct, accountId), before + 1);
});

async function settled(accountId: string): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 400)); // events of issued tokens are gathered for a tenth of a second
  return countIn(direct, accountId);
}

const countIn = async (db: Database, accountId: string) =>
  (
    await db.row<{ n: number }>(sql`
      select count(*) as n from access_event join audit_stream s using (stream_id)
      where kind = 'token.issued' and s.account_id = ${accountId}`)
  )?.n ?? 0;

// Holds a table, so that the broker's statement on it waits while the test acts.
async function whileHeld<T>(table: 'consent_handle' | 'consent_event', work: () => Promise<T>): Promise<T> {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isHeld = (): void => {};
  const taken = new Promise<void>((resolve) => {
    isHeld = resolve;
  });
  const holding = direct.transaction(async () => {
    await direct.run(table === 'consent_handle' ? sql`lock table consent_handle in access exclusive mode` : sql`lock table consent_event in access exclusive mode`); // prettier-ignore
    isHeld();
    await held;
  });
  await taken;
  try {
    return await work();
  } finally {
    release();
    await holding;
  }
}

async function untilWaiting(): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (Date.now() < deadline) {
    const row = await direct.row<{ n: number }>(sql`
      select count(*) as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and application_name = 'tayninh-id'`);
    if ((row?.n ?? 0) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('nothing waits');
}
