// What a call can be wrong in before anybody is asked anything (protocol design 6).

import test from 'ava';
import { sql } from '../../database.ts';
import { meetInZalo, REPORT, useMiniApp, zaloToken } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { formOf, MINI_APP, miniAppClient, openLaunch } from '../support/launch.ts';
import type { Fields, Said, Sending } from '../support/launch.ts';
import { createPortal, createService, DOSSIERS, REPORTS } from '../support/rp.ts';

let house: TestHouse;
let citizen: AppCitizen;
/** A login that nothing is wrong with. */
let good: Fields;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  await house.addClient({ ...miniAppClient(house.issuer, 'app-khac'), class: 'gov_portal' });
  await createPortal(house, 'cong-thu');
  await createService(house, 'hoso', DOSSIERS);
  citizen = await meetInZalo(house);
  const { launch } = citizen;
  await launch.fetchNonce();
  good = launch.formFor({
    ...launch.newChallenge(),
    ...launch.loginFields(zaloToken(house, citizen.person).accessToken),
    ...REPORT,
  });
});
test.after.always(() => house?.stop());

const isRefused = async (
  t: { like: (said: Said, wanted: object) => void; regex: (text: string, wanted: RegExp) => void },
  sending: Sending,
  status: number,
  error: string,
) => {
  const said = await citizen.launch.send(sending);
  t.like(said, { status, body: { error } });
  t.regex(String(said.body['error_description']), /^[\x20-\x7e]+$/);
  t.regex(said.headers.get('dpop-nonce') ?? '', /^[\w-]{43}$/);
  t.regex(said.headers.get('cache-control') ?? '', /no-store/);
};
const without = (...names: string[]): Fields => ({
  ...good,
  ...Object.fromEntries(names.map((name) => [name, undefined])),
});

const malformed: readonly (readonly [what: string, sending: () => Sending])[] = [
  ['JSON', () => ({ body: JSON.stringify(good), headers: { 'content-type': 'application/json' } })],
  ['a form with files', () => ({ body: formOf(good), headers: { 'content-type': 'multipart/form-data; boundary=x' } })], // prettier-ignore
  ['text', () => ({ body: formOf(good), headers: { 'content-type': 'text/plain' } })],
  ['a type that only begins like a form', () => ({ body: formOf(good), headers: { 'content-type': 'application/x-www-form-urlencodedx' } })], // prettier-ignore
  ['nothing', () => ({ body: '' })],
  ['one byte too many', () => ({ body: padded(16_385) })],
  ['a megabyte', () => ({ body: padded(1_048_576) })],
  ['a hundred and one names', () => ({ body: `${formOf(good)}&${Array.from({ length: 101 }, (_, i) => `n${i}=1`).join('&')}` })], // prettier-ignore
  ['GET', () => ({ method: 'GET' })],
  ['PUT', () => ({ method: 'PUT', body: good })],
  ...['client_id', 'scope', 'resource', 'code_challenge', 'zalo_access_token', 'response_type'].map(
    (name) => [`${name} twice`, () => ({ body: `${formOf(good)}&${name}=${good[name]}` })] as const,
  ),
  ['a second resource', () => ({ body: `${formOf(good)}&resource=${encodeURIComponent(DOSSIERS)}` })],
  ['an unknown name twice', () => ({ body: `${formOf(good)}&x=1&x=2` })],
  ['a name twice, once empty', () => ({ body: `${formOf(good)}&scope=` })],
  ...['response_type', 'client_id', 'code_challenge', 'code_challenge_method', 'scope', 'subject_evidence_type', 'zalo_access_token'].flatMap(
    (name) => [
      [`no ${name}`, () => ({ body: without(name) })] as const,
      [`an empty ${name}`, () => ({ body: { ...good, [name]: '' } })] as const,
    ],
  ), // prettier-ignore
  ['neither challenge nor session', () => ({ body: without('code_challenge', 'code_challenge_method') })],
  ['response_type token', () => ({ body: { ...good, response_type: 'token' } })],
  ['response_type code id_token', () => ({ body: { ...good, response_type: 'code id_token' } })],
  ['plain PKCE', () => ({ body: { ...good, code_challenge_method: 'plain' } })],
  ['a short code_challenge', () => ({ body: { ...good, code_challenge: 'A'.repeat(42) } })],
  ['a long code_challenge', () => ({ body: { ...good, code_challenge: 'A'.repeat(44) } })],
  ['a padded code_challenge', () => ({ body: { ...good, code_challenge: `${'A'.repeat(42)}=` } })],
  ...['', '-1', '+5', '1e3', '1e99', 'NaN', 'Infinity', '0x10', ' 5', '5 ', '3.5', '٥', '9'.repeat(40)].map(
    (odd) => [`max_age "${odd}"`, () => ({ body: { ...good, max_age: odd } })] as const,
  ),
  ['prompt none', () => ({ body: { ...good, prompt: 'none' } })],
  ['a prompt nobody knows', () => ({ body: { ...good, prompt: 'consent create' } })],
  ['a number of the machine that is too short', () => ({ body: { ...good, device_id: 'abc' } })],
  ['evidence of another kind', () => ({ body: { ...good, subject_evidence_type: 'urn:ietf:params:oauth:token-type:jwt' } })], // prettier-ignore
  ['evidence of another issuer', () => ({ body: { ...good, subject_evidence_type: 'https://id.example/evidence/zalo-access-token' } })], // prettier-ignore
  ['a token with a line break', () => ({ body: { ...good, zalo_access_token: 'a\r\nb' } })],
  ['a token longer than any', () => ({ body: { ...good, zalo_access_token: 'a'.repeat(8_193) } })],
];

function padded(bytes: number): string {
  const start = `${formOf(good)}&pad=`;
  return start + 'x'.repeat(bytes - start.length);
}

for (const [what, sending] of malformed)
  test(`malformed, and refused as such: ${what}`, (t) => isRefused(t, sending(), 400, 'invalid_request'));

test('whom the client may be: nobody unknown, no portal, no service, none of the second party', async (t) => {
  await isRefused(t, { body: { ...good, client_id: 'nobody' } }, 401, 'invalid_client');
  await isRefused(t, { body: { ...good, client_id: '../miniapp' } }, 401, 'invalid_client');
  for (const id of ['cong-thu', 'hoso', 'app-khac'])
    await isRefused(t, { body: { ...good, client_id: id } }, 400, 'unauthorized_client');
});

const scopes: readonly (readonly [what: string, over: Fields, error: string])[] = [
  ['a scope nobody knows', { scope: 'svc:phananh:khong-co' }, 'invalid_scope'],
  ['a known scope beside an unknown one', { scope: 'svc:phananh:gui svc:x' }, 'invalid_scope'],
  ['nothing but spaces', { scope: '  ' }, 'invalid_scope'],
  ['a scope of another service', { scope: 'svc:hoso:xem', resource: REPORTS }, 'invalid_scope'],
  ['scopes of two services', { scope: 'svc:phananh:gui svc:hoso:xem' }, 'invalid_scope'],
  ['a personal scope', { scope: 'svc:phananh:gui tn.identity' }, 'invalid_scope'],
  ['a personal scope without a service', { scope: 'openid tn.identity', resource: undefined }, 'invalid_scope'], // prettier-ignore
  ['a scope of a service without the service', { resource: undefined }, 'invalid_scope'],
  ['a refresh token', { scope: 'svc:phananh:gui offline_access' }, 'invalid_scope'],
  ['a machine scope', { scope: 'tn:revocations' }, 'invalid_scope'],
  ["the account's own scope at a service", { scope: 'tn:me' }, 'invalid_scope'],
  ['a service nobody knows', { resource: 'https://x.example' }, 'invalid_target'],
  ['a service by another spelling', { resource: `${REPORTS}/` }, 'invalid_target'],
  ['a service in capitals', { resource: REPORTS.toUpperCase() }, 'invalid_target'],
  ['no address', { resource: 'phananh' }, 'invalid_target'],
];
for (const [what, over, error] of scopes)
  test(`what no token is ever issued for is refused before the evidence is looked at: ${what}`, (t) =>
    isRefused(t, { body: { ...good, ...over } }, 400, error));

test("the account's own API takes its own scope and no other", async (t) => {
  const resource = `${house.issuer}/me`;
  await isRefused(t, { body: { ...good, resource, scope: 'svc:phananh:gui' } }, 400, 'invalid_scope');
  await isRefused(t, { body: { ...good, resource, scope: 'tn:me openid' } }, 400, 'invalid_scope');
  const machines = { ...good, resource: `${house.issuer}/api`, scope: 'tn:revocations' };
  await isRefused(t, { body: machines }, 400, 'invalid_target');
});

test('a level nobody knows cannot be reached; among known ones the lowest counts', async (t) => {
  const acr = `${house.issuer}/acr`;
  for (const odd of [`${acr}/3`, `${acr}/0`, 'urn:x', '2', `${acr}/2/`])
    await isRefused(t, { body: { ...good, acr_values: odd } }, 400, 'unmet_authentication_requirements');
  const other = await meetInZalo(house);
  const { accessToken } = zaloToken(house, other.person);
  const said = await other.launch.login(accessToken, { ...REPORT, acr_values: `urn:x ${acr}/1 ${acr}/2` });
  t.like(said.body, { challenge: { type: 'consent' } });
});

test.serial('none of all that spent the evidence, began a session or met an account', async (t) => {
  const { launch } = citizen;
  t.is((await house.db.rows(sql`select 1 from zalo_link where zalo_id = ${citizen.person.zaloId}`)).length, 0); // prettier-ignore
  t.is((await house.db.rows(sql`select 1 from login_family where jkt = ${launch.jkt}`)).length, 0);
  const said = await launch.send({ body: padded(16_384) });
  t.like(said.body, { error: 'insufficient_authorization', challenge: { type: 'consent' } });
  const next = await openLaunch(house.issuer, { clientId: MINI_APP });
  t.is((await next.login(String(good['zalo_access_token']), REPORT)).body['error'], 'invalid_grant');
});
