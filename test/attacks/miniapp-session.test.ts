// Case 13, and case 10 for the mini app: `auth_session` used again, and in other hands.

import test from 'ava';
import { generateKeyPair } from 'jose';
import { sql } from '../../database.ts';
import { goOn, ME, meetInZalo, REPORT, signIn, tokenFor, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts'; // prettier-ignore
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, codeOf, miniAppClient, openLaunch } from '../support/launch.ts';
import { countEvents } from '../support/visitor.ts';

let house: TestHouse;
let second: string;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  await house.addClient(miniAppClient(house.issuer, 'miniapp-khac'));
  second = `http://localhost:${(await house.another()).port}`;
});
test.after.always(() => house?.stop());

const accountOf = async ({ person }: AppCitizen) =>
  (await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`))?.account_id ?? ''; // prettier-ignore
const liveFacts = async (citizen: AppCitizen) =>
  (await house.db.rows(sql`select 1 from level_fact where account_id = ${await accountOf(citizen)} and revoked_at is null`)).length; // prettier-ignore
const moved = async (citizen: AppCitizen) =>
  countEvents(house, 'login.session_moved', await accountOf(citizen));

test('every answer carries a new value, whatever it answers', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  const values = new Set<unknown>();
  let answers = 0;
  const note = (said: { body: Readonly<Record<string, unknown>> }) => {
    values.add(said.body['auth_session']);
    answers += 1;
  };
  note(await signIn(house, citizen, ME(house)));
  note(await launch.begin(ME(house)));
  note(await launch.begin(REPORT));
  note(await launch.call({ consent: 'approve', consent_text_hash: 'wrong' }));
  note(await launch.begin(VIEW));
  note(await launch.call({ step: 'brake', guided: 'no' }));
  note(await launch.call({ choice: 'counter' }));
  note(await launch.call({ step: 'counter' }));
  t.is(values.size, answers);
  t.false(values.has(undefined));
  for (const value of values) t.regex(String(value), /^[\w-]{22}\.[\w-]{43}$/);
});

test('a used value in the right hands is refused, and the newest still serves', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await signIn(house, citizen, ME(house));
  const first = launch.session();
  await launch.begin(ME(house));
  const newest = launch.session();
  for (const at of [house.issuer, second]) {
    const said = await launch.begin({ ...ME(house), auth_session: first }, { at });
    t.like(said, { status: 400, body: { error: 'invalid_session' } });
    t.is(said.body['auth_session'], undefined);
  }
  t.is(launch.session(), newest);
  t.is((await launch.begin(ME(house), { at: second })).status, 200);
  t.is(await moved(citizen), 0);
});

for (const which of ['newest', 'used'] as const)
  for (const thiefOf of ['key', 'client'] as const)
    test(`the ${which} value with another ${thiefOf}: refused, and the whole launch ends`, async (t) => {
      const citizen = await meetInZalo(house);
      await tokenFor(house, citizen, VIEW);
      const { launch } = citizen;
      const used = launch.session();
      const code = codeOf(await launch.begin(VIEW));
      const newest = launch.session();
      const auth_session = which === 'newest' ? newest : used;
      const thief = thiefOf === 'key' ? await openLaunch(house.issuer) : launch;
      const client_id = thiefOf === 'client' ? 'miniapp-khac' : launch.clientId;
      const stolen = await thief.post('/authorize-challenge', launch.formFor({ ...launch.newChallenge(), ...VIEW, auth_session, client_id }), { at: second }); // prettier-ignore
      t.like(stolen, { status: 400, body: { error: 'invalid_session' } });
      t.is(await moved(citizen), 1);
      t.is(await liveFacts(citizen), 0, 'nothing proven in it counts');
      t.is((await launch.begin(ME(house), {})).body['error'], 'invalid_session', 'its owner signs in anew');
      t.is((await launch.token(code, { resource: VIEW.resource })).status, 400, 'a code that was out is dead'); // prettier-ignore
      const next = await openLaunch(house.issuer);
      t.is((await next.login(zaloToken(house, citizen.person).accessToken, ME(house))).status, 200);
    });

test('a value cannot be spent by a thief without any proof, and the owner loses nothing', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await signIn(house, citizen, ME(house));
  const form = launch.formFor({ ...launch.newChallenge(), ...ME(house) });
  t.is((await launch.send({ body: form, proof: null })).body['error'], 'invalid_dpop_proof');
  const { privateKey } = await generateKeyPair('ES256');
  const forged = await launch.proof('/authorize-challenge', {}, privateKey);
  t.is((await launch.send({ body: form, proof: forged })).body['error'], 'invalid_dpop_proof');
  t.is(await moved(citizen), 0);
  t.is((await launch.begin(ME(house))).status, 200);
});

test('the steps of one person do not move those of another', async (t) => {
  const [victim, thief] = [await meetInZalo(house), await meetInZalo(house)];
  await signIn(house, victim, VIEW);
  await signIn(house, thief, VIEW);
  await victim.launch.call({ step: 'brake', guided: 'no' });
  const { body } = await thief.launch.call({ step: 'brake', guided: 'no' });
  t.is((body['challenge'] as { type: string }).type, 'choose');
  const mixed = await thief.launch.post('/authorize-challenge', thief.launch.formFor({ auth_session: victim.launch.session(), choice: 'counter' })); // prettier-ignore
  t.is(mixed.body['error'], 'invalid_session');
  t.is(await moved(victim), 1);
  t.is(challengeOf(await thief.launch.call({ choice: 'counter' })).type, 'counter');
});

test('what is proven in one launch serves no other, nor does a new login freshen or lose it', async (t) => {
  const citizen = await meetInZalo(house);
  await tokenFor(house, citizen, VIEW);
  const accountId = await accountOf(citizen);
  await house.db.run(sql`update level_fact set at = at - interval '1 hour' where account_id = ${accountId} and level = 2`); // prettier-ignore
  const other = { person: citizen.person, launch: await openLaunch(house.issuer) };
  const said = await signIn(house, other, VIEW);
  t.is(challengeOf(said).type, 'choose', 'the second launch proves for itself');
  t.like(challengeOf(said), { again: true, options: ['otp', 'vneid'] });
  const again = await citizen.launch.begin(VIEW);
  t.is(again.status, 200, 'the first stands as it stood');
  const fresh = await citizen.launch.begin({ ...VIEW, max_age: '900' });
  t.is(challengeOf(fresh).type, 'choose', 'and is not fresher than it was');
});

test('a flow cannot be carried into another launch of the same person', async (t) => {
  const citizen = await meetInZalo(house);
  const said = await signIn(house, citizen, REPORT);
  const other = { person: citizen.person, launch: await openLaunch(house.issuer) };
  await signIn(house, other, REPORT);
  const wrong = await other.launch.post('/authorize-challenge', other.launch.formFor({ auth_session: citizen.launch.session(), consent: 'deny', consent_text_hash: String(challengeOf(said)['text_hash']) })); // prettier-ignore
  t.is(wrong.body['error'], 'invalid_session');
  const asked = await other.launch.begin(REPORT);
  t.is(challengeOf(asked).type, 'consent', 'nothing was answered');
  t.is((await goOn(house, other, asked)).status, 200);
});
