import { randomBytes, randomUUID } from 'node:crypto';
import test from 'ava';
import { revokeProofs } from '../../assurance/level.ts';
import { sql } from '../../database.ts';
import { ME, REPORT, signIn, tokenFor, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { accessTokenOf, claimsIn, codeOf, openLaunch } from '../support/launch.ts';
import { accountOf, call, eventsOf, openOwn, post } from './account.ts';
import type { Own } from './account.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

type Listed = {
  devices: { id: string; kind: string; current: boolean }[];
  sessions: { id: string; opened_at: string; current: boolean; kind?: string }[];
};
const listOf = async (own: Own): Promise<Listed> =>
  (await call(house, own, '/me/devices')).body as unknown as Listed; // the shape asserted below

/** The same person opens the app on another phone. */
async function secondPhone({ person }: Own, device?: string): Promise<Own> {
  const launch = await openLaunch(house.issuer);
  const said = await launch.login(zaloToken(house, { ...person }).accessToken, {
    ...ME(house),
    device_id: device,
  });
  const given = await launch.token(codeOf(said), { resource: `${house.issuer}/me` });
  return { person, launch, token: accessTokenOf(given) };
}

test('a person sees where the app is open, and which launch is this one', async (t) => {
  const own = await openOwn(house);
  const other = await secondPhone(own);
  const { sessions, devices } = await listOf(own);
  t.deepEqual(devices, []);
  t.is(sessions.length, 2);
  t.is(sessions.filter(({ current }) => current).length, 1);
  const [mine, theirs] = [sessions, (await listOf(other)).sessions].map((all) => all.find(({ current }) => current)?.id); // prettier-ignore
  t.not(mine, theirs);
});

test('a launch whose proofs were taken back (the binding moved away) is not listed as signed in', async (t) => {
  const own = await openOwn(house);
  const other = await secondPhone(own);
  await revokeProofs(house.db, { sessionUid: String(claimsIn(other.token)['session']) }, new Date());
  t.is((await call(house, other, '/me')).status, 401);
  t.deepEqual((await listOf(own)).sessions.map(({ current }) => current), [true]); // prettier-ignore
});

test('a machine on which level 2 was proven is listed, and known as this one', async (t) => {
  const own = await openOwn(house);
  const device = randomBytes(16).toString('base64url');
  const here = await secondPhone(own, device);
  await tokenFor(house, here, VIEW);
  const { devices, sessions } = await listOf(here);
  t.is(devices.length, 1);
  t.true(devices[0]?.current);
  t.is(sessions.find(({ current }) => current)?.kind, devices[0]?.kind);
  t.false((await listOf(own)).devices[0]?.current, 'the other launch keeps no number');
  t.false(JSON.stringify(await call(house, here, '/me/devices')).includes(device));
});

test('signing out ends the launch, what it proved, its grant and the tokens that are out', async (t) => {
  const own = await openOwn(house);
  const reports = await tokenFor(house, own, REPORT);
  const accountId = await accountOf(house, own);
  const said = await post(house, own, '/me/sign-out');
  t.is(said.status, 204, said.text);
  t.is((await call(house, own, '/me')).status, 401);
  t.is((await own.launch.begin(ME(house))).body['error'], 'invalid_session');
  const rest = await house.db.row(sql`
    select (select count(*)::int from oidc_grant where account_id = ${accountId}) as grants,
      (select count(*)::int from level_fact where account_id = ${accountId} and revoked_at is null) as facts`);
  t.deepEqual({ ...rest }, { grants: 0, facts: 0 });
  const floor = await house.db.row<{ min_iat: number }>(sql`select min_iat from watermark where account_id = ${accountId} and client_id = 'miniapp'`); // prettier-ignore
  t.true((floor?.min_iat ?? 0) > Number(claimsIn(reports)['iat']));
  t.is((await eventsOf(house, accountId, 'login.ended')).length, 1);
});

test('a code that is still out when its launch signs out opens nothing', async (t) => {
  const own = await openOwn(house);
  const code = codeOf(await own.launch.begin(ME(house)));
  await post(house, own, '/me/sign-out');
  const given = await own.launch.token(code, { resource: `${house.issuer}/me` });
  t.is(given.status, 400);
});

test('signing out here leaves the other phone signed in', async (t) => {
  const own = await openOwn(house);
  const other = await secondPhone(own);
  await post(house, own, '/me/sign-out');
  t.is((await call(house, other, '/me')).status, 200);
  t.is((await other.launch.begin(ME(house))).status, 200);
});

test('of six sign-outs at once one is written', async (t) => {
  const own = await openOwn(house);
  const accountId = await accountOf(house, own);
  const all = await Promise.all(Array.from({ length: 6 }, () => post(house, own, '/me/sign-out')));
  t.true(all.every(({ status }) => status === 204 || status === 401));
  t.is((await eventsOf(house, accountId, 'login.ended')).length, 1);
});

test('another launch of mine is ended from here; that of somebody else is not there', async (t) => {
  const own = await openOwn(house);
  const other = await secondPhone(own);
  const stranger = await openOwn(house);
  const id = (await listOf(other)).sessions.find(({ current }) => current)?.id ?? '';
  t.is((await post(house, stranger, `/me/sessions/${id}/end`)).status, 404);
  t.is((await call(house, other, '/me')).status, 200);
  t.is((await post(house, own, `/me/sessions/${id}/end`)).status, 204);
  t.is((await post(house, own, `/me/sessions/${id}/end`)).status, 404);
  t.is((await call(house, other, '/me')).status, 401);
  t.is((await call(house, own, '/me')).status, 200);
});

test('a machine that is not mine is removed, and everybody is signed out everywhere', async (t) => {
  const own = await openOwn(house);
  const device = randomBytes(16).toString('base64url');
  const lost = await secondPhone(own, device);
  await tokenFor(house, lost, VIEW);
  const [machine] = (await listOf(own)).devices;
  const stranger = await openOwn(house);
  t.is((await post(house, stranger, `/me/devices/${machine?.id}/remove`)).status, 404);
  t.is((await post(house, own, `/me/devices/${randomUUID()}/remove`)).status, 404);
  t.is((await post(house, own, `/me/devices/${machine?.id}/remove`)).status, 204);
  for (const launch of [own, lost]) {
    t.is((await call(house, launch, '/me')).status, 401);
    t.is((await launch.launch.begin(ME(house))).body['error'], 'invalid_session');
  }
  const again = await secondPhone(own, device);
  t.deepEqual((await listOf(again)).devices, []);
  t.is((await signIn(house, { person: own.person, launch: await openLaunch(house.issuer) }, ME(house))).status, 200); // prettier-ignore
});
