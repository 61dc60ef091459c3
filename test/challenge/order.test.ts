// The order of the steps, and of what a call may be wrong in (protocol design 6): a reply to a step that
// is not the one shown is refused, and of two faults the earlier row of the table is named.

import test from 'ava';
import { sql } from '../../database.ts';
import { CARD, DOSSIER, goOn, ME, meetInZalo, REPORT, signIn, tokenFor, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts'; // prettier-ignore
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, codeOf, openLaunch } from '../support/launch.ts';
import type { Fields, Said } from '../support/launch.ts';
import { createPortal } from '../support/rp.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

type Reply = (citizen: AppCitizen) => Fields;
const replies = {
  brake: () => ({ step: 'brake', guided: 'no' }),
  chooseAgain: () => ({ step: 'choose' }),
  choice: () => ({ choice: 'card_register' }),
  card: ({ person }) => CARD(person),
  cardQr: () => ({ card_qr: 'a|b|c' }),
  phone: ({ person }) => ({ phone: person.phone }),
  zaloPhone: () => ({ zalo_access_token: 'a', zalo_phone_token: 'b' }),
  otp: () => ({ otp: '000000' }),
  resend: () => ({ step: 'otp_resend' }),
  zns: () => ({ step: 'otp_zns' }),
  number: () => ({ step: 'phone' }),
  consent: () => ({ consent: 'approve', consent_text_hash: 'x' }),
  vneid: () => ({ step: 'vneid_redirect' }),
  vneidCode: () => ({ step: 'vneid_redirect', completion_code: '12345678' }),
  passkey: () => ({ step: 'passkey_web', completion_code: '12345678' }),
} satisfies Record<string, Reply>;
type Name = keyof typeof replies;

/** Goes to a step and stops there. */
const until = async (citizen: AppCitizen, last: string, answers: Parameters<typeof goOn>[3] = {}) => {
  const stop = { [last]: () => Promise.reject(new Error(last)) };
  await goOn(house, citizen, await signIn(house, citizen, VIEW), { ...answers, ...stop }).catch(() => {});
};
const steps: readonly (readonly [type: string, go: (citizen: AppCitizen) => Promise<unknown>, taken: readonly Name[]])[] = [
  ['brake', (citizen) => until(citizen, 'brake'), ['brake']],
  ['choose', (citizen) => until(citizen, 'choose'), ['chooseAgain', 'choice']],
  ['card_register', (citizen) => until(citizen, 'card_register'), ['chooseAgain', 'card', 'cardQr']],
  ['cccd_nfc', (citizen) => until(citizen, 'cccd_nfc', { choose: { choice: 'cccd_nfc' } }), ['chooseAgain']],
  ['counter', (citizen) => until(citizen, 'counter', { choose: { choice: 'counter' } }), ['chooseAgain']],
  ['phone', (citizen) => until(citizen, 'phone'), ['chooseAgain', 'phone', 'zaloPhone']],
  ['otp', (citizen) => until(citizen, 'otp'), ['chooseAgain', 'phone', 'zaloPhone', 'otp', 'resend', 'zns', 'number']],
  ['consent', (citizen) => signIn(house, citizen, REPORT), ['consent']],
  ['hold', async (citizen) => {
    await tokenFor(house, citizen, VIEW);
    const launch = await openLaunch(house.issuer);
    Object.assign(citizen, { launch });
    await signIn(house, citizen, DOSSIER);
  }, []],
]; // prettier-ignore

for (const [type, go, taken] of steps)
  test(`at ${type} nothing is taken but ${taken.join(', ') || 'patience'}`, async (t) => {
    const citizen = await meetInZalo(house);
    await go(citizen);
    const { launch } = citizen;
    const value = launch.session() ?? '';
    const putBack = () => house.db.run(sql`
      update login_family set secret_key = sha256(convert_to(${value}, 'UTF8')) where jkt = ${launch.jkt}`); // prettier-ignore
    const names = Object.keys(replies) as Name[]; // its keys
    for (const name of names.filter((one) => !taken.includes(one))) {
      const body = launch.formFor({ auth_session: value, ...replies[name](citizen) });
      const said = await launch.post('/authorize-challenge', body);
      t.like(said, { status: 400, body: { error: 'invalid_session' } }, name);
      t.is(said.body['auth_session'], undefined, name);
      await putBack();
    }
    for (const step of ['counter', 'cccd_nfc', 'hold']) {
      const said = await launch.call({ step });
      t.is(challengeOf(said).type, type, `asking after "${step}" moves nothing`);
    }
    t.is((await launch.call({ step: 'nonsense' })).body['error'], 'invalid_request');
    t.is((await launch.call({})).body['error'], 'invalid_request');
    const facts = await house.db.rows(sql`
      select f.step from step_fact f join authn_tx x on x.id = f.transaction_id join zalo_link z on z.account_id = f.account_id
      where z.zalo_id = ${citizen.person.zaloId} and x.state not in ('done') and f.step not in ('zalo', 'card', 'otp')`); // prettier-ignore
    t.deepEqual(facts, []);
  });

test('a flow that has given its code takes no reply, and no second code', async (t) => {
  const citizen = await meetInZalo(house);
  for (const name of Object.keys(replies) as Name[]) {
    const launch = await openLaunch(house.issuer);
    const said = await launch.login(zaloToken(house, citizen.person).accessToken, ME(house));
    t.is(said.status, 200);
    t.is((await launch.call(replies[name](citizen))).body['error'], 'invalid_session', name);
  }
});

test('whoever says that somebody guides them gets nothing, in this flow and with any later reply', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch } = citizen;
  await until(citizen, 'brake');
  t.is((await launch.call({ step: 'brake' })).body['error'], 'invalid_request', 'no answer is no "no"');
  t.is((await launch.call({ step: 'brake', guided: 'maybe' })).body['error'], 'invalid_request');
  t.like(await launch.call({ step: 'brake', guided: 'yes' }), { status: 400, body: { error: 'access_denied' } }); // prettier-ignore
  const events = await house.db.rows(sql`
    select 1 from access_event e join audit_stream s using (stream_id) join zalo_link z using (account_id)
    where e.kind = 'stepup.brake' and z.zalo_id = ${citizen.person.zaloId}`);
  t.is(events.length, 1);
  const again = await launch.begin(VIEW);
  t.is(challengeOf(again).type, 'brake', 'a new request asks anew, with the same session');
  await launch.call({ step: 'brake', guided: 'yes' });
  t.is((await launch.call({ step: 'brake', guided: 'no' })).body['error'], 'invalid_session');
});

/** Faults in the order of the table; a call wrong in several ways is told of the first. */
const faults: readonly (readonly [error: string, over: Fields])[] = [
  ['invalid_request', { response_type: 'token' }],
  ['invalid_client', { client_id: 'nobody' }],
  ['unauthorized_client', { client_id: 'cong-thu' }],
  ['invalid_dpop_proof', {}],
  ['invalid_session', { auth_session: 'unknown' }],
  ['invalid_scope', { scope: 'svc:x' }],
  ['unmet_authentication_requirements', { acr_values: 'urn:x' }],
];
for (const [at, [error, over]] of faults.entries())
  test(`of several faults ${error} is told before those further down`, async (t) => {
    const citizen = await meetInZalo(house);
    const { launch } = citizen;
    await signIn(house, citizen, ME(house));
    const later = faults.slice(at).toReversed().map(([, fields]) => fields); // prettier-ignore
    // Where two rows speak of one name, the earlier has the word: it is written last.
    const body = launch.formFor(Object.assign({}, launch.newChallenge(), VIEW, ...later, over) as Fields); // parts of a form
    const proof = at <= 3 ? 'a.b.c' : undefined;
    const said = await launch.send({ body, ...(proof === undefined ? {} : { proof }) });
    t.is(said.body['error'], error);
  });

test('a login is told of its form before its client, its proof before its scope, its scope before its evidence', async (t) => {
  const launch = await openLaunch(house.issuer);
  await launch.fetchNonce();
  const bad: Fields = { ...launch.newChallenge(), ...launch.loginFields('not-of-zalo'), ...ME(house) };
  const ask = (over: Fields, proof?: string): Promise<Said> =>
    launch.send({ body: launch.formFor({ ...bad, ...over }), ...(proof === undefined ? {} : { proof }) });
  const all = { subject_evidence_type: 'x', client_id: 'nobody', scope: 'svc:x' };
  t.is((await ask(all, 'a.b.c')).body['error'], 'invalid_request');
  t.is((await ask({ ...all, subject_evidence_type: bad['subject_evidence_type'] }, 'a.b.c')).body['error'], 'invalid_client'); // prettier-ignore
  t.is((await ask({ scope: 'svc:x' }, 'a.b.c')).body['error'], 'invalid_dpop_proof');
  t.is((await ask({ scope: 'svc:x' })).body['error'], 'invalid_scope');
  t.is((await ask({})).body['error'], 'invalid_grant');
});

test('evidence is not spent on a level that cannot be reached', async (t) => {
  const { person, launch } = await meetInZalo(house);
  const { accessToken } = zaloToken(house, person);
  const unmet = await launch.login(accessToken, { ...ME(house), acr_values: 'urn:x' });
  t.is(unmet.body['error'], 'unmet_authentication_requirements');
  t.truthy(codeOf(await launch.login(accessToken, ME(house))));
});
