// Case 2 where Zalo does not hold tokens to our app (contract U8): a login rests on the phone's token then,
// which only our secret opens, or fails.

import test from 'ava';
import { sql } from '../../database.ts';
import { ME, meetInZalo, useMiniApp, zaloToken } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { FOREIGN_ZALO_APP, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { openLaunch } from '../support/launch.ts';
import type { Said } from '../support/launch.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

type Tokens = { accessToken: string; phoneToken: string | undefined };
const own = ({ person }: AppCitizen): Tokens => zaloToken(house, person, ['scope.userPhonenumber']);
const foreign = ({ person }: AppCitizen): Tokens =>
  house.zalo.mintMiniAppTokens({ zaloId: person.zaloId, appId: FOREIGN_ZALO_APP.appId, scopes: ['scope.userPhonenumber'] }); // prettier-ignore
const login = ({ launch }: AppCitizen, { accessToken, phoneToken }: Tokens) =>
  launch.login(accessToken, { ...ME(house), zalo_phone_token: phoneToken });
const isAsked = (t: { like: (said: Said, wanted: object) => void; is: (a: unknown, b: unknown) => void }, said: Said) => {
  t.like(said, { status: 400, body: { error: 'insufficient_authorization', challenge: { type: 'zalo_phone', required: true } } });
  t.is(said.body['auth_session'], undefined);
}; // prettier-ignore
const isRefused = (t: { like: (said: Said, wanted: object) => void }, said: Said) =>
  t.like(said, { status: 400, body: { error: 'invalid_grant', error_description: 'The evidence is not accepted' } }); // prettier-ignore
const traces = async ({ person, launch }: AppCitizen) =>
  house.db.rows(sql`
    select 'account' as what from zalo_link where zalo_id = ${person.zaloId}
    union all select 'launch' from login_family where jkt = ${launch.jkt}
    union all select 'evidence' from zalo_evidence where jkt = ${launch.jkt}`);

test.serial('while nobody knows whether Zalo checks proofs, the phone is asked for', async (t) => {
  house.zalo.setKnobs({ 'me.proofCode': 10000 }); // what Zalo also says on a bad day
  const citizen = await meetInZalo(house);
  isAsked(t, await login(citizen, { ...own(citizen), phoneToken: undefined }));
  t.deepEqual(await traces(citizen), []);
  house.zalo.resetKnobs();
  house.zalo.setKnobs({ 'me.proof': 'ignore' });
});

test.serial('a login without the phone begins no session and spends no evidence', async (t) => {
  const citizen = await meetInZalo(house);
  const tokens = own(citizen);
  isAsked(t, await login(citizen, { ...tokens, phoneToken: undefined }));
  t.deepEqual(await traces(citizen), []);
  t.is((await login(citizen, tokens)).status, 200, 'the same token with the phone’s');
});

test.serial('a foreign app’s tokens sign nobody in, alone or with a phone token of any make', async (t) => {
  const [victim, thief] = [await meetInZalo(house), await meetInZalo(house)];
  const stolen = foreign(victim);
  isAsked(t, await login(victim, { ...stolen, phoneToken: undefined }));
  isRefused(t, await login(victim, stolen));
  isRefused(t, await login(victim, { ...stolen, phoneToken: own(thief).phoneToken }));
  isRefused(t, await login(victim, { ...stolen, phoneToken: own(victim).phoneToken }));
  isRefused(t, await login(victim, { ...stolen, phoneToken: 'invented' }));
  t.deepEqual(await traces(victim), []);
}); // prettier-ignore

test.serial('the phone token must be of the same person and app, unused and young', async (t) => {
  const [citizen, other] = [await meetInZalo(house), await meetInZalo(house)];
  const tokens = own(citizen);
  isRefused(t, await login(citizen, { ...tokens, phoneToken: own(other).phoneToken }));
  isRefused(t, await login(citizen, { ...tokens, phoneToken: foreign(citizen).phoneToken }));
  isRefused(t, await login(citizen, { ...tokens, phoneToken: tokens.accessToken }));
  t.deepEqual(await traces(citizen), []);
  const used = own(citizen);
  t.is((await login(citizen, used)).status, 200);
  const next = { person: citizen.person, launch: await openLaunch(house.issuer) };
  isRefused(t, await login(next, { ...own(citizen), phoneToken: used.phoneToken }));
  t.is((await login(next, own(citizen))).status, 200);
});

test.serial('the number that came with a login is nobody’s phone on record', async (t) => {
  const citizen = await meetInZalo(house);
  t.is((await login(citizen, own(citizen))).status, 200);
  const phones = await house.db.rows(sql`
    select 1 from phone p join zalo_link z using (account_id) where z.zalo_id = ${citizen.person.zaloId}`);
  t.deepEqual(phones, []);
  t.false(house.logged.join('').includes(citizen.person.phone.slice(1)));
});

test.serial('a phone token of three minutes ago refuses the login in the same words', async (t) => {
  const citizen = await meetInZalo(house);
  const tokens = own(citizen);
  house.zalo.setKnobs({ 'clock.aheadMs': 200_000 });
  isRefused(t, await login(citizen, tokens));
  house.zalo.setKnobs({ 'clock.aheadMs': 0 });
  t.deepEqual(await traces(citizen), []);
});

test.serial(
  'Zalo away between the two questions: nothing has begun, and the token serves again',
  async (t) => {
    const citizen = await meetInZalo(house);
    const tokens = own(citizen);
    house.zalo.queue('me/info', { 'net.fault': 'reset' });
    const away = await login(citizen, tokens);
    t.like(away, { status: 503, body: { error: 'temporarily_unavailable' } });
    t.truthy(away.headers.get('retry-after'));
    t.deepEqual(await traces(citizen), []);
    // Zalo may have used up the phone's before it fell silent.
    const { phoneToken } = own(citizen);
    t.is((await login(citizen, { ...tokens, phoneToken })).status, 200);
  },
);
