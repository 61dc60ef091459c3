// Cases 2 and 3 for the mini app: a token of Zalo's that is not of our app, not of now, or not new.

import test from 'ava';
import { sql } from '../../database.ts';
import { lockAccount } from '../../safety/lock.ts';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { ME, meetInZalo, REPORT, useMiniApp, zaloToken } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { FOREIGN_ZALO_APP, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { openLaunch } from '../support/launch.ts';
import type { Said } from '../support/launch.ts';
import { vaultOf } from '../support/notices.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.afterEach.always(() => house.zalo.resetKnobs());
// The limit on refused evidence is a test of its own.
test.beforeEach(() => house.db.run(sql`delete from rate_limit`).then(() => {}));
test.after.always(() => house?.stop());

const foreignToken = ({ person }: AppCitizen) =>
  house.zalo.mintMiniAppTokens({ zaloId: person.zaloId, appId: FOREIGN_ZALO_APP.appId }).accessToken;

const traces = async ({ person, launch }: AppCitizen) => ({
  accounts: (await house.db.rows(sql`select 1 from zalo_link where zalo_id = ${person.zaloId}`)).length,
  families: (await house.db.rows(sql`select 1 from login_family where jkt = ${launch.jkt}`)).length,
  evidence: (await house.db.rows(sql`select 1 from zalo_evidence where jkt = ${launch.jkt}`)).length,
});
const NOTHING = { accounts: 0, families: 0, evidence: 0 };

const events = async (kind: string): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  (await house.db.rows<{ body: Buffer }>(sql`select body from access_event where kind = ${kind} order by seq`)).map(
    ({ body }) => JSON.parse(body.toString()) as Record<string, unknown>, // written by record.ts
  ); // prettier-ignore

const ONE_TEXT = { error: 'invalid_grant', error_description: 'The evidence is not accepted' };
const isRefused = (t: { deepEqual: (a: unknown, b: unknown, m?: string) => void; is: (a: unknown, b: unknown) => void }, said: Said, message?: string) => {
  t.is(said.status, 400);
  t.deepEqual(said.body, ONE_TEXT, message);
}; // prettier-ignore

const bad: readonly (readonly [what: string, token: (citizen: AppCitizen) => string])[] = [
  ['of a foreign app of the same person', foreignToken],
  ['invented', () => 'A'.repeat(300)],
  ['one letter off', (citizen) => `${zaloToken(house, citizen.person).accessToken.slice(0, -1)}!`],
  ['longer than one', (citizen) => `${zaloToken(house, citizen.person).accessToken}a`],
  ["our app's id", () => house.config.TNID_ZALO_APP_ID],
  ["the phone's token in its place", (citizen) => zaloToken(house, citizen.person, ['scope.userPhonenumber']).phoneToken ?? ''], // prettier-ignore
];
for (const [what, token] of bad)
  test.serial(`a token ${what} signs nobody in, and leaves nothing but an event`, async (t) => {
    const citizen = await meetInZalo(house);
    const before = (await events('login.zalo')).length;
    isRefused(t, await citizen.launch.login(token(citizen), ME(house)));
    t.deepEqual(await traces(citizen), NOTHING);
    const [event, ...more] = (await events('login.zalo')).slice(before);
    t.like(event, { outcome: 'refused', reason: 'zalo', face: 'miniapp' });
    t.deepEqual(more, []);
  });

for (const proof of ['verifyIfPresent', 'require'] as const)
  test.serial(`where Zalo checks proofs (${proof}) a foreign app's token is refused, ours is not`, async (t) => {
    house.zalo.setKnobs({ 'me.proof': proof });
    const citizen = await meetInZalo(house);
    isRefused(t, await citizen.launch.login(foreignToken(citizen), ME(house)));
    t.like((await events('login.zalo')).at(-1), { outcome: 'refused', reason: 'zalo', cause: 'proof_refused' });
    const own = await citizen.launch.login(zaloToken(house, citizen.person).accessToken, ME(house));
    t.is(own.status, 200);
  }); // prettier-ignore

for (const id of ['null', 'empty', 'missing', 'array', 'words'] as const)
  test.serial(`Zalo answering with an id that is ${id} signs nobody in`, async (t) => {
    house.zalo.setKnobs({ 'me.id': id });
    const citizen = await meetInZalo(house);
    const { accessToken } = zaloToken(house, citizen.person);
    const said = await citizen.launch.login(accessToken, ME(house));
    t.true(said.status === 503 || said.body['error'] === 'invalid_grant', JSON.stringify(said.body));
    t.deepEqual(await traces(citizen), NOTHING);
    const nobody = await house.db.rows(sql`select 1 from zalo_link where zalo_id in ('', 'null', 'undefined', 'me')`); // prettier-ignore
    t.deepEqual(nobody, []);
  });

test.serial('an id that is a number, and so no longer exact, signs nobody in', async (t) => {
  house.zalo.setKnobs({ 'me.id': 'number' });
  const citizen = await meetInZalo(house);
  const said = await citizen.launch.login(zaloToken(house, citizen.person).accessToken, ME(house));
  t.not(said.status, 200);
  t.deepEqual(await traces(citizen), NOTHING);
});

// What our check cannot see (contract U8, question 3): a Zalo that takes any app's proof. The id it says is
// the other app's then, so whoever comes is a stranger.
test.serial('where Zalo takes any app’s proof, a foreign token still enters nobody’s account', async (t) => {
  house.zalo.setKnobs({ 'me.foreign': 'accept', 'ids.byApp': 'different' });
  const victim = await meetInZalo(house);
  t.is((await victim.launch.login(zaloToken(house, victim.person).accessToken, ME(house))).status, 200);
  const launch = await openLaunch(house.issuer);
  await launch.login(foreignToken(victim), ME(house));
  const rows = await house.db.rows<{ mine: boolean }>(sql`
    select account_id = (select account_id from zalo_link where zalo_id = ${victim.person.zaloId}) as mine
    from login_family where jkt = ${launch.jkt}`);
  t.false(rows.some(({ mine }) => mine));
});

test.serial('a token of an hour ago is refused like an invented one', async (t) => {
  const citizen = await meetInZalo(house);
  const { accessToken } = zaloToken(house, citizen.person);
  house.zalo.setKnobs({ 'clock.aheadMs': 3_601_000 });
  isRefused(t, await citizen.launch.login(accessToken, ME(house)));
  t.deepEqual(await traces(citizen), NOTHING);
});

test.serial('a token that has served is refused: the same key, another key, after the launch ended', async (t) => {
  const citizen = await meetInZalo(house);
  const { accessToken } = zaloToken(house, citizen.person);
  t.is((await citizen.launch.login(accessToken, ME(house))).status, 200);
  const before = (await events('login.evidence_replayed')).length;
  isRefused(t, await citizen.launch.login(accessToken, { ...ME(house), auth_session: undefined }));
  const thief = await openLaunch(house.issuer);
  isRefused(t, await thief.login(accessToken, REPORT));
  await house.db.run(sql`update login_family set ended_at = now() where jkt = ${citizen.launch.jkt}`);
  isRefused(t, await thief.login(accessToken, ME(house)));
  const told = (await events('login.evidence_replayed')).slice(before);
  t.deepEqual(told.map(({ otherKey }) => otherKey), [false, true, true], 'another key is a signal of its own'); // prettier-ignore
  t.deepEqual(await traces({ ...citizen, launch: thief }), { ...NOTHING, accounts: 1 });
}); // prettier-ignore

test.serial('a locked account is refused in the same words, and the token is spent', async (t) => {
  const citizen = await meetInZalo(house);
  t.is((await citizen.launch.login(zaloToken(house, citizen.person).accessToken, ME(house))).status, 200);
  const row = await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${citizen.person.zaloId}`); // prettier-ignore
  const { db, issuer } = house;
  const lockHouse = { db, vault: await vaultOf(house), origin: new URL(issuer).host, grants: createGrants(db) }; // prettier-ignore
  await lockAccount(lockHouse, { accountId: row?.account_id ?? '', reason: 'lost_phone', by: { kind: 'officer' } }, new Date()); // prettier-ignore
  const launch = await openLaunch(house.issuer);
  isRefused(t, await launch.login(zaloToken(house, citizen.person).accessToken, ME(house)));
  t.is((await traces({ ...citizen, launch })).families, 0);
  t.like((await events('login.zalo')).at(-1), { outcome: 'refused', reason: 'locked' });
});

test.serial('the account is the person’s at our app, never that of a name or a number they share', async (t) => {
  const one = await meetInZalo(house);
  const { name, phone } = one.person;
  const twin = await meetInZalo(house, { ...one.person, zaloId: `${one.person.zaloId.slice(0, -1)}0`.replace(/^/, '1').slice(0, 19), name, phone }); // prettier-ignore
  await one.launch.login(zaloToken(house, one.person, ['scope.userInfo']).accessToken, ME(house));
  await twin.launch.login(zaloToken(house, twin.person, ['scope.userInfo']).accessToken, ME(house));
  const rows = await house.db.rows<{ account_id: string }>(sql`
    select account_id from zalo_link where zalo_id in (${one.person.zaloId}, ${twin.person.zaloId})`);
  t.is(new Set(rows.map(({ account_id: id }) => id)).size, 2);
}); // prettier-ignore

test.serial('somebody who tries tokens is told to wait before Zalo is asked again; a malformed call, too', async (t) => {
  const launch = await openLaunch(house.issuer);
  for (let turn = 0; turn < 61; turn += 1) isRefused(t, await launch.login(`invented-${turn}`, ME(house)), `${turn}`);
  const asked = house.zalo.requests().filter(({ endpoint }) => endpoint === 'me').length;
  const citizen = await meetInZalo(house);
  const { accessToken } = zaloToken(house, citizen.person);
  const said = await citizen.launch.login(accessToken, ME(house));
  t.like(said, { status: 429, body: { error: 'slow_down' } });
  t.true(Number(said.headers.get('retry-after')) > 0);
  t.is((await launch.begin({ ...ME(house), auth_session: undefined })).body['error'], 'slow_down');
  t.is(house.zalo.requests().filter(({ endpoint }) => endpoint === 'me').length, asked);
  t.deepEqual(await traces(citizen), NOTHING);
}); // prettier-ignore
