// The chip of a card, read on the phone: the files come to an address of their own.

import test from 'ava';
import { sql } from '../../database.ts';
import type { Card } from '../../sandbox/cards/card.ts';
import { goOn, meetInZalo, signIn, useMiniApp, VIEW } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, claimsIn, codeOf, miniAppClient, openLaunch } from '../support/launch.ts';
import type { Launch, Sending } from '../support/launch.ts';

const PATH = '/authorize-challenge/chip';
let house: TestHouse;
let second: string;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  await house.addClient(miniAppClient(house.issuer, 'miniapp-khac'));
  second = `http://localhost:${(await house.another()).port}`;
});
test.afterEach.always(() => house.cardAuthority.resetKnobs());
test.after.always(() => house?.stop());

type AtChip = AppCitizen & { readonly card: Card; readonly nonce: string };
async function atChip(given?: AppCitizen): Promise<AtChip> {
  const citizen = given ?? (await meetInZalo(house));
  const { personalNumber, name, birthdate } = citizen.person;
  await signIn(house, citizen, VIEW);
  await citizen.launch.call({ step: 'brake', guided: 'no' });
  const said = challengeOf(await citizen.launch.call({ choice: 'cccd_nfc' }));
  if (said['upload'] !== `${house.issuer}${PATH}` || said['mrz_required'] !== true)
    throw new Error(JSON.stringify(said));
  const card = house.cardAuthority.issue({ personalNumber, name, birthdate });
  return { ...citizen, card, nonce: String(said['nonce']) };
}
const upload = (launch: Launch, nonce: string, files: object | string, over: Sending = {}) =>
  launch.send({
    path: PATH,
    body: typeof files === 'string' ? files : JSON.stringify(files),
    ...over,
    headers: {
      'content-type': 'application/json',
      'x-client-id': launch.clientId,
      'x-upload-nonce': nonce,
      ...over.headers,
    },
  });
const facts = ({ person }: AppCitizen) =>
  house.db.rows(sql`
    select step from step_fact f join zalo_link z using (account_id) where z.zalo_id = ${person.zaloId} and f.step = 'chip'`);

test('a chip that is believed, a phone and a code: level 2 by the chip', async (t) => {
  const citizen = await atChip();
  t.is((await upload(citizen.launch, citizen.nonce, citizen.card.read())).status, 204);
  const said = await citizen.launch.call({ step: 'cccd_nfc' });
  t.is(challengeOf(said).type, 'phone');
  const done = await goOn(house, citizen, said);
  const given = await citizen.launch.token(codeOf(done), { resource: VIEW.resource });
  t.like(claimsIn(String(given.body['access_token'])), { acr: `${house.issuer}/acr/2`, identity_source: 'chip_c06' }); // prettier-ignore
});

test('files that came move nothing by themselves: the step is asked for with the session', async (t) => {
  const citizen = await atChip();
  const before = citizen.launch.session();
  const sent = await upload(citizen.launch, citizen.nonce, citizen.card.read());
  t.deepEqual([sent.status, sent.body['auth_session']], [204, undefined]);
  t.is(citizen.launch.session(), before);
  t.is(challengeOf(await citizen.launch.call({ step: 'cccd_nfc' })).type, 'phone');
});

const refusals: readonly (readonly [what: string, reason: string, files: (at: AtChip) => object | string, prepare?: (at: AtChip) => void])[] = [
  ['nothing', 'unreadable', () => ''],
  ['no JSON', 'unreadable', () => '{'],
  ['an empty object', 'unreadable', () => '{}'],
  ['a list', 'unreadable', () => '[]'],
  ['deep JSON', 'unreadable', () => '['.repeat(100_000)],
  ['a prototype', 'unreadable', () => '{"__proto__":{"sod":"dwA="}}'],
  ['a security object of zeros', 'unreadable', ({ card }) => ({ ...card.read(), sod: Buffer.alloc(60_000).toString('base64') })],
  ['another chip’s answer', 'not_authentic', ({ card }) => ({ ...card.read(), aAResult: Buffer.alloc(128, 1).toString('base64') })],
  ['a revoked card', 'revoked', ({ card }) => card.read(), ({ person }) => house.cardAuthority.setKnobs({ revoked: [person.personalNumber] })],
  ['a face the authority does not know', 'revoked', ({ card }) => card.read(), () => house.cardAuthority.setKnobs({ holder: 'other_person' })],
]; // prettier-ignore
for (const [what, reason, files, prepare] of refusals)
  test.serial(`a chip is not believed: ${what}`, async (t) => {
    const citizen = await atChip();
    prepare?.(citizen);
    const said = await upload(citizen.launch, citizen.nonce, files(citizen));
    t.is(said.status, 422);
    t.deepEqual(said.body, { error: 'chip_refused', reason });
    t.deepEqual(await facts(citizen), []);
    t.is(challengeOf(await citizen.launch.call({ step: 'cccd_nfc' })).type, 'cccd_nfc', 'one may try again');
  });

test('what the files may be wrong in is told in the order of every call', async (t) => {
  const { launch, nonce, card } = await atChip();
  const files = JSON.stringify(card.read());
  const cases: readonly (readonly [string, Sending, string])[] = [
    ['another type', { headers: { 'content-type': 'text/plain', 'x-client-id': 'nobody' } }, 'invalid_request'], // prettier-ignore
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, proof: null }, 'invalid_request'], // prettier-ignore
    ['too large', { body: `${files.slice(0, -1)},"x":"${'x'.repeat(640 * 1024)}"}`, headers: { 'x-upload-nonce': 'x' } }, 'invalid_request'], // prettier-ignore
    ['GET', { method: 'GET', body: '' }, 'invalid_request'],
    ['nobody', { headers: { 'x-client-id': 'nobody' }, proof: null }, 'invalid_client'],
    ['no client', { headers: { 'x-client-id': '' } }, 'invalid_client'],
    ['no proof', { proof: null, headers: { 'x-upload-nonce': 'x' } }, 'invalid_dpop_proof'],
    ['a proof for the other address', { proof: await launch.proof('/authorize-challenge') }, 'invalid_dpop_proof'], // prettier-ignore
    ['no nonce', { headers: { 'x-upload-nonce': '' } }, 'invalid_session'],
    ['half a nonce', { headers: { 'x-upload-nonce': nonce.split('.')[0] ?? '' } }, 'invalid_session'],
    ['a changed nonce', { headers: { 'x-upload-nonce': `${nonce.slice(0, -2)}AA` } }, 'invalid_session'],
    ['an odd nonce', { headers: { 'x-upload-nonce': "' or true --.x" } }, 'invalid_session'],
  ];
  for (const [what, over, error] of cases)
    t.is((await upload(launch, nonce, files, over)).body['error'], error, what);
  t.is((await upload(launch, nonce, files)).status, 204);
});

test('a nonce is of one launch, one key, one client and one request', async (t) => {
  const [one, other] = [await atChip(), await atChip()];
  const files = one.card.read();
  t.is((await upload(other.launch, one.nonce, files)).body['error'], 'invalid_session', 'another launch');
  const thief = await openLaunch(house.issuer);
  await thief.fetchNonce();
  t.is((await upload(thief, one.nonce, files)).body['error'], 'invalid_session', 'another key');
  const headers = { 'x-client-id': 'miniapp-khac' };
  t.is((await upload(one.launch, one.nonce, files, { headers })).body['error'], 'invalid_session', 'another client'); // prettier-ignore
  t.deepEqual([...(await facts(one)), ...(await facts(other))], []);
  t.is((await upload(one.launch, one.nonce, one.card.read())).status, 204);
  await one.launch.begin({ ...VIEW, prompt: 'consent' });
  t.is((await upload(one.launch, one.nonce, one.card.read())).body['error'], 'invalid_session', 'a request before'); // prettier-ignore
});

test('files are taken at their step only: not before the choice, after it was changed, or twice', async (t) => {
  const { launch, nonce, card, ...rest } = await atChip();
  await launch.call({ step: 'choose' });
  t.is((await upload(launch, nonce, card.read())).body['error'], 'invalid_session');
  await launch.call({ choice: 'card_register' });
  t.is((await upload(launch, nonce, card.read())).body['error'], 'invalid_session');
  await launch.call({ step: 'choose' });
  await launch.call({ choice: 'cccd_nfc' });
  const once = card.read();
  t.is((await upload(launch, nonce, once)).status, 204);
  t.is((await upload(launch, nonce, card.read())).body['error'], 'invalid_session');
  t.is((await facts({ launch, ...rest })).length, 1);
  const replayed = await atChip();
  const said = await upload(replayed.launch, replayed.nonce, once);
  t.is(said.status, 422, 'a recorded reading is somebody else’s and old');
  t.deepEqual(await facts(replayed), []);
});

test('the same files eight times at once at two brokers are believed once', async (t) => {
  const { launch, nonce, card, person } = await atChip();
  const files = card.read();
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, turn) =>
      upload(launch, nonce, files, { at: turn % 2 === 0 ? house.issuer : second }),
    ),
  );
  t.is(all.filter(({ status }) => status === 204).length, 1, JSON.stringify(all.map(({ status, body }) => [status, body]))); // prettier-ignore
  t.true(all.every(({ status }) => status < 500));
  t.is((await facts({ launch, person })).length, 1);
});

test('the eleventh reading of a day is not looked at', async (t) => {
  const { launch, nonce, card } = await atChip();
  for (let turn = 0; turn < 10; turn += 1) await upload(launch, nonce, '{}');
  t.like(await upload(launch, nonce, card.read()), { status: 422, body: { reason: 'too_often' } });
});

test.serial('an authority that is away: 503 and a word when to come again, and the reading still counts', async (t) => {
  const { launch, nonce, card } = await atChip();
  house.cardAuthority.setKnobs({ fault: 'http503' });
  const said = await upload(launch, nonce, card.read());
  t.like(said, { status: 503, body: { error: 'temporarily_unavailable' } });
  t.truthy(said.headers.get('retry-after'));
  house.cardAuthority.resetKnobs();
  t.is((await upload(launch, nonce, card.read())).status, 204);
}); // prettier-ignore

test('an ended launch takes no files', async (t) => {
  const { launch, nonce, card } = await atChip();
  await house.db.run(sql`update login_family set ended_at = now() where jkt = ${launch.jkt}`);
  t.is((await upload(launch, nonce, card.read())).body['error'], 'invalid_session');
});

test('no file of a card is in the log', async (t) => {
  const { launch, nonce, card, person } = await atChip();
  const files = card.read();
  await upload(launch, nonce, files);
  const all = house.logged.join('\n');
  for (const [name, text] of Object.entries(files))
    if (text.length > 12) t.false(all.includes(text.slice(0, 40)), name);
  for (const secret of [person.personalNumber, person.name, nonce]) t.false(all.includes(secret));
});
