// The mini app's endpoint at two processes at once: what may be used once is used once.

import test from 'ava';
import { sql } from '../../database.ts';
import { CARD, goOn, ME, meetInZalo, REPORT, signIn, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts'; // prettier-ignore
import type { AppCitizen } from '../support/app-citizen.ts';
import { challengeOf, codeOf, openLaunch } from '../support/launch.ts';
import type { Fields, Said } from '../support/launch.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { startTwoBrokers, tally } from '../support/two-brokers.ts';
import type { TwoBrokers } from '../support/two-brokers.ts';

let two: TwoBrokers;
test.before(async () => {
  two = await startTwoBrokers();
  await useMiniApp(two.house);
});
test.after.always(() => two?.stop());

const PATH = '/authorize-challenge';
const row = async ({ person }: AppCitizen, query: 'launches' | 'facts' | 'accounts' | 'steps' | 'codes') => {
  const { zaloId } = person;
  const rows = {
    accounts: sql`select 1 from zalo_link where zalo_id = ${zaloId}`,
    launches: sql`select 1 from login_family f join zalo_link z using (account_id) where z.zalo_id = ${zaloId}`,
    facts: sql`select 1 from level_fact f join zalo_link z using (account_id) where z.zalo_id = ${zaloId}`,
    steps: sql`select 1 from step_fact f join zalo_link z using (account_id) where z.zalo_id = ${zaloId}`,
    codes: sql`select 1 from otp f join zalo_link z using (account_id) where z.zalo_id = ${zaloId}`,
  };
  return (await two.house.db.rows(rows[query])).length;
};
const onlyOne = (t: { deepEqual: (a: unknown, b: unknown) => void }, all: readonly Said[], error: string, status: number) => {
  const won = all.filter(({ body }) => body['auth_session'] !== undefined || body['access_token'] !== undefined);
  t.deepEqual(won.map((said) => said.status), [status]);
  t.deepEqual([...new Set(all.filter((said) => !won.includes(said)).map(({ body }) => body['error']))], [error]);
}; // prettier-ignore

test.serial('one token of Zalo brought twenty times with one key: one launch, one account', async (t) => {
  const citizen = await meetInZalo(two.house);
  const { launch } = citizen;
  await launch.fetchNonce();
  const form = launch.formFor({ ...launch.newChallenge(), ...launch.loginFields(zaloToken(two.house, citizen.person).accessToken), ...ME(two.house) }); // prettier-ignore
  const all = await two.race(20, (at) => launch.send({ at, body: form }));
  onlyOne(t, all, 'invalid_grant', 200);
  t.is(await row(citizen, 'accounts'), 1);
  t.is(await row(citizen, 'launches'), 1);
  t.is(await row(citizen, 'facts'), 1);
});

test.serial('one token brought with twenty keys: one launch, and each other key is on record', async (t) => {
  const citizen = await meetInZalo(two.house);
  const { accessToken } = zaloToken(two.house, citizen.person);
  const launches = await Promise.all(Array.from({ length: 20 }, () => openLaunch(two.house.issuer)));
  for (const launch of launches) await launch.fetchNonce();
  const all = await two.race(20, async (at, turn) => {
    const launch = launches[turn] ?? citizen.launch;
    return launch.send({ at, body: launch.formFor({ ...launch.newChallenge(), ...launch.loginFields(accessToken), ...ME(two.house) }) }); // prettier-ignore
  });
  onlyOne(t, all, 'invalid_grant', 200);
  t.is(await row(citizen, 'accounts'), 1);
  t.is(await row(citizen, 'launches'), 1);
  const told = await two.house.db.rows(sql`
    select 1 from access_event where kind = 'login.evidence_replayed' and convert_from(body, 'UTF8') like '%"otherKey":true%'`);
  t.is(told.length, 19);
});

test.serial('ten launches of somebody new at once: ten sessions, one account', async (t) => {
  const citizen = await meetInZalo(two.house);
  const tokens = Array.from({ length: 10 }, () => zaloToken(two.house, citizen.person).accessToken);
  const all = await two.race(10, async (at, turn) =>
    (await openLaunch(two.house.issuer)).login(tokens[turn] ?? '', ME(two.house), { at }),
  );
  t.deepEqual(tally(all), { 200: 10 });
  t.is(await row(citizen, 'accounts'), 1);
  t.is(await row(citizen, 'launches'), 10);
});

/** Sends one reply many times at once with one value. */
async function raceWith({ launch }: AppCitizen, fields: Fields, times = 16) {
  const body = launch.formFor(fields);
  const all = await two.race(times, (at) => launch.send({ at, body }));
  const winner = all.find(({ body: said }) => said['auth_session'] !== undefined);
  launch.setSession(String(winner?.body['auth_session']));
  return { all, winner };
}

test.serial('one value used sixteen times at once moves a flow once, at each of its steps', async (t) => {
  const citizen = await meetInZalo(two.house);
  const { launch, person } = citizen;
  const { house } = two;
  await signIn(house, citizen, VIEW);
  const step = async (fields: Fields, next: string) => {
    const { all, winner } = await raceWith(citizen, fields);
    onlyOne(t, all, 'invalid_session', 400);
    t.is(winner && challengeOf(winner).type, next);
  };
  await step({ step: 'brake', guided: 'no' }, 'choose');
  await step({ choice: 'card_register' }, 'card_register');
  await step(CARD(person), 'phone');
  t.is(await row(citizen, 'steps'), 1, 'the register was believed once');
  await step({ phone: person.phone }, 'otp');
  t.is(await row(citizen, 'codes'), 1, 'one message');
  await step({ otp: await newestCode(house.sms.url, person.phone) }, 'consent');
  const shown = await launch.call({ step: 'hold' });
  const done = await raceWith(citizen, { consent: 'approve', consent_text_hash: String(challengeOf(shown)['text_hash']) }); // prettier-ignore
  onlyOne(t, done.all, 'invalid_session', 200);
});

test.serial('sixteen renewals at once with one value: one code', async (t) => {
  const citizen = await meetInZalo(two.house);
  await signIn(two.house, citizen, ME(two.house));
  const { all } = await raceWith(citizen, { ...citizen.launch.newChallenge(), ...ME(two.house) });
  onlyOne(t, all, 'invalid_session', 200);
});

test.serial('a thief’s key among sixteen calls: at most one code, and nothing lives after it', async (t) => {
  const citizen = await meetInZalo(two.house);
  const { launch } = citizen;
  await signIn(two.house, citizen, ME(two.house));
  const thief = await openLaunch(two.house.issuer);
  await thief.fetchNonce();
  const body = launch.formFor({ ...launch.newChallenge(), ...ME(two.house) });
  const all = await two.race(16, (at, turn) => (turn === 5 ? thief : launch).send({ at, body }));
  const won = all.filter(({ status }) => status === 200);
  t.true(won.length <= 1);
  for (const said of won) {
    const given = await launch.token(codeOf(said), { resource: `${two.house.issuer}/me` });
    t.is(given.body['error'], 'invalid_grant');
    t.is((await launch.begin({ ...ME(two.house), auth_session: String(said.body['auth_session']) })).body['error'], 'invalid_session'); // prettier-ignore
  }
});

test.serial('a code redeemed twenty times at once at two processes buys one token, and then nothing', async (t) => {
  const citizen = await meetInZalo(two.house);
  const { launch } = citizen;
  const said = await goOn(two.house, citizen, await signIn(two.house, citizen, REPORT));
  const form = { grant_type: 'authorization_code', client_id: launch.clientId, code: codeOf(said), code_verifier: launch.verifier(), resource: REPORT.resource }; // prettier-ignore
  const all = await two.race(20, (at) => launch.send({ at, path: '/token', body: form }));
  t.deepEqual(tally(all), { 200: 1, 400: 19 });
  t.true(all.every(({ status, body }) => status === 200 || body['error'] === 'invalid_grant'));
}); // prettier-ignore

test.serial('one proof sent sixteen times at once counts once', async (t) => {
  const citizen = await meetInZalo(two.house);
  const { launch } = citizen;
  await signIn(two.house, citizen, ME(two.house));
  const proof = await launch.proof(PATH);
  const body = launch.formFor({ ...launch.newChallenge(), ...ME(two.house) });
  const all = await two.race(16, (at) => launch.send({ at, body, proof }));
  onlyOne(t, all, 'invalid_dpop_proof', 200);
});
