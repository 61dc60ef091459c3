// What becomes of a launch over time, over a restart, and after a call that failed.

import test from 'ava';
import { sql } from '../../database.ts';
import { goOn, ME, meetInZalo, REPORT, signIn, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, claimsIn, codeOf, openLaunch } from '../support/launch.ts';
import { startBrokerProcess } from '../support/second-broker.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.afterEach.always(() => house.register.resetKnobs());
test.after.always(() => house?.stop());

const age = ({ launch }: AppCitizen, seconds: number) =>
  house.db.run(sql`
    update login_family set created_at = created_at - ${seconds}::int * interval '1 second', expires_at = expires_at - ${seconds}::int * interval '1 second'
    where jkt = ${launch.jkt}`);
const ageFacts = ({ person }: AppCitizen, seconds: number) =>
  house.db.run(sql`
    update level_fact set at = at - ${seconds}::int * interval '1 second'
    where account_id = (select account_id from zalo_link where zalo_id = ${person.zaloId})`);

test('a launch lasts eight hours and no minute longer', async (t) => {
  const citizen = await meetInZalo(house);
  await signIn(house, citizen, ME(house));
  const { launch } = citizen;
  await age(citizen, 28_800 - 60);
  t.is((await launch.begin(ME(house))).status, 200);
  await age(citizen, 60);
  t.like(await launch.begin(ME(house)), { status: 400, body: { error: 'invalid_session' } });
});

test('without a login of the last eight hours no renewal is answered, however long the launch', async (t) => {
  const citizen = await meetInZalo(house);
  await signIn(house, citizen, ME(house));
  await ageFacts(citizen, 28_801);
  t.is((await citizen.launch.begin(ME(house))).body['error'], 'invalid_session');
});

test('a code given before the launch ended buys nothing afterwards', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  const code = codeOf(await signIn(house, citizen, ME(house)));
  await ageFacts(citizen, 28_801);
  const said = await launch.token(code, { resource: `${house.issuer}/me` });
  t.like(said, { status: 400, body: { error: 'invalid_grant' } });
});

test('a step-up that was left lying for longer than its time begins anew, without what was typed', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await signIn(house, citizen, VIEW);
  await launch.call({ step: 'brake', guided: 'no' });
  t.is(challengeOf(await launch.call({ choice: 'card_register' })).type, 'card_register');
  await house.db.run(sql`
    update authn_tx set created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour'
    where account_id = (select account_id from zalo_link where zalo_id = ${citizen.person.zaloId})`);
  const late = await launch.call({ step: 'choose' });
  t.is(late.body['error'], 'invalid_session');
  const anew = await openLaunch(house.issuer);
  const said = await anew.login(zaloToken(house, citizen.person).accessToken, VIEW);
  t.is(challengeOf(said).type, 'brake');
});

test('a broker that is gone and another in its place: the launch goes on where it stood', async (t) => {
  const one = await startBrokerProcess(house.config);
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await launch.login(zaloToken(house, citizen.person).accessToken, VIEW, { at: one.at });
  await launch.call({ step: 'brake', guided: 'no' }, { at: one.at });
  t.is(challengeOf(await launch.call({ choice: 'card_register' }, { at: one.at })).type, 'card_register');
  await one.kill();
  const next = await startBrokerProcess(house.config);
  t.teardown(() => next.stop());
  t.is(challengeOf(await launch.call({ step: 'hold' }, { at: next.at })).type, 'card_register');
  const done = await goOn(house, citizen, await launch.call({ step: 'hold' }));
  t.is(done.status, 200);
});

test('after any refusal but that of the session the same value is good', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await signIn(house, citizen, ME(house));
  const value = launch.session();
  const refusals: readonly (readonly [string, Record<string, string>])[] = [
    ['invalid_scope', { ...VIEW, scope: 'svc:x' }],
    ['invalid_target', { ...VIEW, resource: 'https://x.example' }],
    ['unmet_authentication_requirements', { ...VIEW, acr_values: 'urn:x' }],
    ['invalid_request', { ...VIEW, max_age: 'x' }],
  ];
  for (const [error, fields] of refusals) {
    const said = await launch.begin(fields);
    t.is(said.body['error'], error);
    t.is(said.body['auth_session'], undefined);
    t.is(launch.session(), value);
  }
  t.is(challengeOf(await launch.begin(VIEW)).type, 'brake');
  const shown = launch.session();
  t.is((await launch.call({ step: 'brake', guided: 'yes' })).body['error'], 'access_denied');
  t.is(launch.session(), shown);
  t.is((await launch.begin(ME(house))).status, 200, 'the launch goes on after a flow that is over');
});

test('a new request in the midst of another takes its place', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await signIn(house, citizen, REPORT);
  t.is(challengeOf(await launch.begin(VIEW)).type, 'brake');
  const late = await launch.call({ consent: 'approve', consent_text_hash: 'x' });
  t.is(late.body['error'], 'invalid_session', 'the question before is not open any more');
});

test('a verifier fits the request it was made for: the newest', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await signIn(house, citizen, REPORT);
  const old = launch.verifier();
  const said = await goOn(house, citizen, await launch.begin(REPORT));
  const code = codeOf(said);
  t.is((await launch.token(code, { resource: REPORT.resource, code_verifier: old })).body['error'], 'invalid_grant'); // prettier-ignore
  const given = await launch.token(code, { resource: REPORT.resource });
  t.like(given, { status: 200, body: { refresh_token: undefined } });
  t.is(claimsIn(String(given.body['access_token']))['acr'], `${house.issuer}/acr/1`);
});

test('the name of the action is shown in the language asked for', async (t) => {
  const citizen = await meetInZalo(house);
  const said = await signIn(house, citizen, { ...VIEW, ui_locales: 'en' });
  t.like(said.body, { transaction: { display: 'See my dossiers' } });
  const vi = await citizen.launch.begin({ ...VIEW, ui_locales: 'vi en' });
  t.like(vi.body, { transaction: { display: 'Xem hồ sơ của tôi' } });
  const { transaction } = vi.body as { transaction: Record<string, unknown> }; // checked next
  t.regex(String(transaction['code']), /^TN-\d\d$/);
  t.true(Number(transaction['expires_in']) > 600 && Number(transaction['expires_in']) <= 1_800);
});
