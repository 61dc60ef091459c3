import test from 'ava';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal, createService, headerOf, INSURANCE, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, countEvents, LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let told: Rp;
let untold: Rp;
const heard: { path: string; body: string }[] = [];
const servers: Server[] = [];

test.before(async () => {
  const ports = await Promise.all([listener(), listener()]);
  const environment = { TNID_INTRANET_HOSTS: `localhost:${ports[0]}` };
  house = await startHouse((await useDatabase()).url, { environment });
  rp = await createPortal(house, 'cong-thu');
  told = await createPortal(house, 'cong-nghe', {
    backchannel_logout_uri: `http://localhost:${ports[0]}/thoat`,
  });
  untold = await createPortal(house, 'cong-kin', {
    backchannel_logout_uri: `http://localhost:${ports[1]}/kin`,
  });
});
test.after.always(async () => {
  await house?.stop();
  for (const server of servers) server.close();
});

async function listener(): Promise<number> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      heard.push({ path: request.url ?? '', body });
      response.writeHead(200).end();
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const leaveUrl = (idToken: unknown) =>
  `${house.issuer}/session/end?${new URLSearchParams({ id_token_hint: String(idToken), post_logout_redirect_uri: 'http://localhost:9/' })}`; // prettier-ignore

test('logging out asks first; nothing ends before the answer', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  const arrival = await visitor.open(leaveUrl(tokens.body['id_token']));
  t.is(arrival.at === 'page' ? arrival.page.status : 0, 200);
  t.is((await rp.refresh(tokens)).status, 200);
});

test('after logging out nothing of the session works, and services are told', async (t) => {
  const [insurance, reports] = await Promise.all([
    createService(house, 'bhyt', INSURANCE),
    createService(house, 'phananh', REPORTS),
  ]);
  const visitor = await meet(house);
  const low = await signIn(rp, visitor, LEVEL_ONE);
  const health = await signIn(rp, visitor, { scope: 'openid svc:bhyt:xem', resource: INSURANCE });
  const opaque = String(health.tokens.body['access_token']);
  t.is((await insurance.introspect(opaque)).body['active'], true);

  await visitor.open(leaveUrl(low.tokens.body['id_token']));
  const [button] = visitor.browser.page().document.querySelectorAll('button[name=logout]');
  const gone = await visitor.browser
    .press(button?.getAttribute('value') ?? 'yes')
    .catch((error: unknown) => error);
  t.false(gone instanceof Error && !/fetch failed/.test(gone.message), String(gone)); // the client's page is not there

  t.is((await rp.refresh(low.tokens)).body['error'], 'invalid_grant');
  t.is((await rp.refresh(health.tokens)).body['error'], 'invalid_grant');
  t.deepEqual((await insurance.introspect(opaque)).body, { active: false });
  const accountId = await accountOf(house, visitor);
  t.is(await countEvents(house, 'login.ended', accountId), 1);
  t.deepEqual(await house.db.rows(sql`select id from level_fact where account_id = ${accountId} and revoked_at is null`), []); // prettier-ignore

  const token = claimsOf(low.tokens.body['access_token']);
  const { body: service } = await reports.credentials();
  const feed = await reports.withToken('/revocations', String(service['access_token']));
  t.is(feed.status, 200, feed.text);
  const entry = (feed.body['entries'] as Record<string, unknown>[]).find(({ id }) => id === token['sub']);
  t.like(entry, { k: 'sub', client_id: 'cong-thu' });
  t.true(Number(entry?.['min_iat']) > Number(token['iat']));

  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  await visitor.open(request.url);
  t.true(visitor.browser.hasButton('Đăng nhập bằng Zalo'));
});

test("leaving from the citizen's own page ends the session too", async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  await visitor.open(`${house.issuer}/toi`);
  const leave = await visitor.browser.press('Đăng xuất');
  t.is(leave.at === 'page' ? leave.page.status : 0, 200);
  if (visitor.browser.page().document.querySelector('button[name=logout]') !== null) {
    await visitor.browser.press('yes');
  }
  t.is((await rp.refresh(tokens)).body['error'], 'invalid_grant');
});

test('a client on a listed host of the intranet is told of the logout, others on private addresses are not', async (t) => {
  const visitor = await meet(house);
  const listed = await signIn(told, visitor, LEVEL_ONE);
  await signIn(untold, visitor, LEVEL_ONE);
  t.is(listed.tokens.status, 200, listed.tokens.text);
  await visitor.open(`${house.issuer}/session/end?id_token_hint=${String(listed.tokens.body['id_token'])}`);
  await visitor.browser.press('yes');
  t.deepEqual(
    heard.map(({ path }) => path),
    ['/thoat'],
  );
  const token = new URLSearchParams(heard[0]?.body).get('logout_token');
  const claims = claimsOf(token);
  t.like(claims, {
    iss: house.issuer,
    aud: 'cong-nghe',
    sub: claimsOf(listed.tokens.body['id_token'])['sub'],
  });
  t.deepEqual(Object.keys(claims['events'] ?? {}), ['http://schemas.openid.net/event/backchannel-logout']);
  t.false('nonce' in claims);
  t.like(headerOf(token), { alg: 'ES256', typ: 'logout+jwt' });
  t.true(house.logged.some((line) => /logout\.not_told/.test(line) && /cong-kin/.test(line)));
});
