// An account that was locked, or given back, while the app was open: nothing of it works.

import test from 'ava';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { sql } from '../../database.ts';
import { lockAccount, unlockAccount } from '../../safety/lock.ts';
import { call, openOwn } from '../me/account.ts';
import { ME, meetInZalo, REPORT, signIn, tokenFor, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts'; // prettier-ignore
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { codeOf, openLaunch } from '../support/launch.ts';
import { vaultOf } from '../support/notices.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

const accountOf = async ({ person }: AppCitizen) =>
  (await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`))?.account_id ?? ''; // prettier-ignore
async function withLock(what: 'lock' | 'unlock', citizen: AppCitizen): Promise<boolean> {
  const { db, issuer } = house;
  const at = { db, vault: await vaultOf(house), origin: new URL(issuer).host, grants: createGrants(db) };
  const accountId = await accountOf(citizen);
  const by = { kind: 'officer' } as const;
  return what === 'lock'
    ? lockAccount(at, { accountId, reason: 'lost_phone', by }, new Date())
    : unlockAccount(at, { accountId, reason: 'person_present', by }, new Date());
}
const live = async (citizen: AppCitizen) =>
  (await house.db.rows(sql`select 1 from login_family where account_id = ${await accountOf(citizen)} and ended_at is null`)).length; // prettier-ignore

test('a lock ends every launch, its codes, its steps and its token for the own account', async (t) => {
  const own = await openOwn(house);
  const second = { person: own.person, launch: await openLaunch(house.issuer) };
  await signIn(house, second, VIEW);
  const code = codeOf(await own.launch.begin(ME(house)));
  t.is((await call(house, own, '/me')).status, 200);
  t.true(await withLock('lock', own));
  t.is(await live(own), 0);
  t.is((await own.launch.token(code, { resource: `${house.issuer}/me` })).body['error'], 'invalid_grant');
  t.is((await own.launch.begin(ME(house))).body['error'], 'invalid_session');
  t.is((await second.launch.call({ step: 'brake', guided: 'no' })).body['error'], 'invalid_session');
  t.is((await call(house, own, '/me')).status, 401);
  const anew = await openLaunch(house.issuer);
  const said = await anew.login(zaloToken(house, own.person).accessToken, ME(house));
  t.like(said, { status: 400, body: { error: 'invalid_grant', error_description: 'The evidence is not accepted' } }); // prettier-ignore
});

test('unlocked, what was open stays ended; a new login is level 1 and proves the rest anew', async (t) => {
  const citizen = await meetInZalo(house);
  await tokenFor(house, citizen, VIEW);
  await withLock('lock', citizen);
  await withLock('unlock', citizen);
  t.is((await citizen.launch.begin(ME(house))).body['error'], 'invalid_session');
  const next = { person: citizen.person, launch: await openLaunch(house.issuer) };
  const said = await signIn(house, next, VIEW);
  t.like(said.body, { challenge: { type: 'choose', again: true } });
  const { options } = said.body['challenge'] as { options: string[] }; // checked above
  t.false(options.includes('otp'), 'a code to the phone alone is not enough any more');
});

test('a lock while a login is under way leaves no launch', async (t) => {
  const citizen = await meetInZalo(house);
  await signIn(house, citizen, ME(house));
  const launches = await Promise.all(Array.from({ length: 6 }, () => openLaunch(house.issuer)));
  for (const launch of launches) await launch.fetchNonce();
  const [, ...answers] = await Promise.all([
    withLock('lock', citizen),
    ...launches.map((launch) => launch.login(zaloToken(house, citizen.person).accessToken, REPORT)),
  ]);
  for (const { status } of answers) t.true(status < 500);
  for (const [at, launch] of launches.entries()) {
    const said = await launch.begin({ ...ME(house), ...(answers[at]?.body['auth_session'] === undefined ? launch.loginFields(zaloToken(house, citizen.person).accessToken) : {}) }); // prettier-ignore
    t.true(['invalid_session', 'invalid_grant'].includes(String(said.body['error'])), JSON.stringify(said.body)); // prettier-ignore
  }
});
