import test from 'ava';
import { sql } from '../../database.ts';
import {
  VIEW,
  goOn,
  ME,
  meetInZalo,
  REPORT,
  signIn,
  tokenFor,
  useMiniApp,
  zaloToken,
} from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, claimsIn, codeOf, openLaunch } from '../support/launch.ts';
import { DOSSIERS } from '../support/rp.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

test('opening the mini app is the login: one call and a token of level 1 for the account itself', async (t) => {
  const citizen = await meetInZalo(house);
  const said = await signIn(house, citizen, ME(house));
  t.is(said.status, 200, JSON.stringify(said.body));
  const given = await citizen.launch.token(codeOf(said), { resource: `${house.issuer}/me` });
  t.is(given.status, 200, JSON.stringify(given.body));
  t.like(given.body, { token_type: 'DPoP', scope: 'tn:me', expires_in: 600 });
  t.is(given.body['refresh_token'], undefined);
  const claims = claimsIn(String(given.body['access_token']));
  t.like(claims, { aud: `${house.issuer}/me`, acr: `${house.issuer}/acr/1`, client_id: 'miniapp', cnf: { jkt: citizen.launch.jkt } }); // prettier-ignore
  t.deepEqual(claims['amr'], ['zalo']);
});

test('a utility asks its purposes first, and the answer is in the token', async (t) => {
  const citizen = await meetInZalo(house);
  const said = await signIn(house, citizen);
  const asked = challengeOf(said);
  t.is(asked.type, 'consent');
  const done = await goOn(house, citizen, said);
  const given = await citizen.launch.token(codeOf(done), { resource: REPORT.resource });
  const claims = claimsIn(String(given.body['access_token']));
  t.deepEqual(claims['purposes'], ['phananh.bao-ket-qua']);
  t.is(given.body['scope'], REPORT.scope);
});

test('level 2 without leaving the app: card, phone and code', async (t) => {
  const citizen = await meetInZalo(house);
  await tokenFor(house, citizen, ME(house));
  const token = await tokenFor(house, citizen, VIEW);
  t.like(claimsIn(token), { acr: `${house.issuer}/acr/2`, identity_source: 'register_match' });
  // What is proven stands: a renewal asks nothing.
  const again = await citizen.launch.begin(VIEW);
  t.is(again.status, 200, JSON.stringify(again.body));
});

test('a token of Zalo is evidence once', async (t) => {
  const citizen = await meetInZalo(house);
  const { accessToken } = zaloToken(house, citizen.person);
  t.is((await citizen.launch.login(accessToken, ME(house))).status, 200);
  const sameKey = await citizen.launch.login(accessToken, { ...ME(house), auth_session: undefined });
  t.like(sameKey, { status: 400, body: { error: 'invalid_grant' } });
  const otherKey = await (await openLaunch(house.issuer)).login(accessToken, ME(house));
  t.like(otherKey, { status: 400, body: { error: 'invalid_grant', error_description: sameKey.body['error_description'] } }); // prettier-ignore
  const events = await house.db.rows(
    sql`select kind from access_event where kind = 'login.evidence_replayed'`,
  );
  t.is(events.length, 2);
});

test('a login that gets no further for what it asked leaves the person signed in', async (t) => {
  const asked = { scope: 'svc:hoso:tinh-trang', resource: DOSSIERS };
  const citizen = await meetInZalo(house);
  const first = await signIn(house, citizen, asked);
  const { text_hash } = challengeOf(first);
  const denied = await citizen.launch.call({ consent: 'deny', consent_text_hash: String(text_hash) });
  t.like(denied, { status: 400, body: { error: 'access_denied' } });
  // The refusal stands, so the next launch is told at once; its evidence was good all the same.
  const launch = await openLaunch(house.issuer);
  const again = await launch.login(zaloToken(house, citizen.person).accessToken, asked);
  t.like(again, { status: 400, body: { error: 'access_denied' } });
  t.is(typeof again.body['auth_session'], 'string');
  t.is((await launch.begin(ME(house))).status, 200);
});
