// Consent in the app: what was shown is what is answered, and what was answered is what tokens carry.

import test from 'ava';
import { createHash } from 'node:crypto';
import { sql } from '../../database.ts';
import { askedIn, goOn, ME, meetInZalo, REPORT, signIn, useMiniApp } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, claimsIn, codeOf } from '../support/launch.ts';
import type { Said } from '../support/launch.ts';
import { openOwn, post } from '../me/account.ts';
import { createPortal } from '../support/rp.ts';
import { LEVEL_ONE, signIn as signInOnWeb, visitorAs } from '../support/visitor.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

const RESULT = 'phananh.bao-ket-qua';
/** Level 1 and two purposes that are asked about. */
const SHOP = { scope: 'svc:thuongmai:mua', resource: 'https://thuongmai.dichvu.tayninh.gov.vn' };

const states = async ({ person }: AppCitizen) =>
  (await house.db.rows<{ purpose_id: string; state: string }>(sql`
    select c.purpose_id, c.state from consent c join subject s using (subject_id) join zalo_link z using (account_id)
    where z.zalo_id = ${person.zaloId} order by 1`)).map(({ purpose_id: id, state }) => `${id} ${state}`); // prettier-ignore
const hashIn = (said: Said) => String(challengeOf(said)['text_hash']);
const token = async ({ launch }: AppCitizen, said: Said, { resource }: { resource: string } = REPORT) => {
  const given = await launch.token(codeOf(said), { resource });
  return { scope: given.body['scope'], claims: claimsIn(String(given.body['access_token'])) };
};

test('the page of consent as data: who, what for, what of, how long, and the exact text with its hash', async (t) => {
  const citizen = await meetInZalo(house);
  const said = challengeOf(await signIn(house, citizen));
  t.like(said, { type: 'consent', client: 'Tây Ninh Smart', service: { id: REPORT.resource, title: 'Phản ánh hiện trường', owner: 'Tổng đài 1022 tỉnh Tây Ninh' }, scopes: [REPORT.scope] }); // prettier-ignore
  const purposes = said['purposes'] as readonly Record<string, unknown>[]; // the wire's shape
  t.deepEqual(purposes.map(({ id, asked, basis, needed }) => ({ id, asked, basis, needed })), [
    { id: 'phananh.xu-ly', asked: false, basis: 'law', needed: true },
    { id: RESULT, asked: true, basis: 'consent', needed: false },
  ]); // prettier-ignore
  for (const purpose of purposes) {
    for (const name of ['title', 'text', 'retention']) t.truthy(purpose[name], name);
    t.true(Array.isArray(purpose['data']) && Array.isArray(purpose['recipients']));
  }
  t.like(purposes[0], { basis_ref: 'Luật 91/2025/QH15 Điều 19 khoản 1 điểm c', data: [{ sensitive: true }] });
  t.is(createHash('sha256').update(String(said['text'])).digest('base64url'), String(said['text_hash']));
});

test('an answer to another text records nothing and shows the text again', async (t) => {
  const citizen = await meetInZalo(house);
  const hash = hashIn(await signIn(house, citizen));
  for (const wrong of ['', 'x', hash.slice(1), hash.toLowerCase(), `${hash}=`])
    t.like(challengeOf(await citizen.launch.call({ consent: 'approve', consent_text_hash: wrong, consent_purposes: RESULT })), { type: 'consent', error: 'changed', text_hash: hash }); // prettier-ignore
  t.like(challengeOf(await citizen.launch.call({ consent: 'deny', consent_text_hash: 'x' })), { error: 'changed' }); // prettier-ignore
  t.deepEqual(await states(citizen), []);
});

test('only purposes that are asked may be named, and nothing is recorded otherwise', async (t) => {
  const citizen = await meetInZalo(house);
  const hash = hashIn(await signIn(house, citizen));
  for (const odd of ['phananh.xu-ly', 'hoso.xu-ly', `${RESULT} x`, `${RESULT},x`, '*']) {
    const said = await citizen.launch.call({ consent: 'approve', consent_text_hash: hash, consent_purposes: odd }); // prettier-ignore
    t.is(said.body['error'], 'invalid_request', odd);
  }
  t.deepEqual(await states(citizen), []);
  const said = await citizen.launch.call({ consent: 'approve', consent_text_hash: hash, consent_purposes: `${RESULT} ${RESULT}` }); // prettier-ignore
  t.is(said.status, 200, 'named twice is named');
});

test('where one thing is asked, "approve" means it; an empty list means none of it', async (t) => {
  const [one, other] = [await meetInZalo(house), await meetInZalo(house)];
  const plain = await one.launch.call({ consent: 'approve', consent_text_hash: hashIn(await signIn(house, one)) }); // prettier-ignore
  t.deepEqual((await token(one, plain)).claims['purposes'], [RESULT]);
  const none = await other.launch.call({ consent: 'approve', consent_purposes: '', consent_text_hash: hashIn(await signIn(house, other)) }); // prettier-ignore
  t.deepEqual((await token(other, none)).claims['purposes'], []);
  t.deepEqual(await states(one), [`${RESULT} given`]);
  t.deepEqual(await states(other), [`${RESULT} refused`]);
});

test('"no" to what the service can do without is an answer: the flow goes on without it', async (t) => {
  const citizen = await meetInZalo(house);
  const said = await citizen.launch.call({ consent: 'deny', consent_text_hash: hashIn(await signIn(house, citizen)) }); // prettier-ignore
  const { scope, claims } = await token(citizen, said);
  t.is(scope, REPORT.scope);
  t.deepEqual(claims['purposes'], []);
  t.is((await citizen.launch.begin(REPORT)).status, 200, 'and is not asked again');
});

test('"no" to what it needs: access_denied, no token, the launch goes on', async (t) => {
  const citizen = await meetInZalo(house);
  const asked = await signIn(house, citizen, SHOP);
  t.true(askedIn(challengeOf(asked)['purposes']).length > 0);
  const said = await citizen.launch.call({ consent: 'deny', consent_text_hash: hashIn(asked) });
  t.like(said, { status: 400, body: { error: 'access_denied', authorization_code: undefined } });
  t.true((await states(citizen)).every((state) => state.endsWith('refused')));
  t.is((await citizen.launch.call({ consent: 'approve', consent_text_hash: hashIn(asked) })).body['error'], 'invalid_session', 'the flow is over'); // prettier-ignore
});

test('a launch that was denied everything may begin something else', async (t) => {
  const citizen = await meetInZalo(house);
  await citizen.launch.call({
    consent: 'deny',
    consent_text_hash: hashIn(await signIn(house, citizen, SHOP)),
  });
  t.is((await citizen.launch.begin(ME(house))).status, 200);
  const again = await citizen.launch.begin({ ...SHOP, prompt: 'consent' });
  t.like(challengeOf(again), { type: 'consent' });
  t.is((await goOn(house, citizen, again)).status, 200, 'a mind may be changed');
});

test('what was answered is not asked again, unless it is asked for on purpose, and then once', async (t) => {
  const citizen = await meetInZalo(house);
  await goOn(house, citizen, await signIn(house, citizen));
  t.is((await citizen.launch.begin(REPORT)).status, 200);
  const again = await citizen.launch.begin({ ...REPORT, prompt: 'consent' });
  t.like(challengeOf(again), { type: 'consent' });
  const purposes = challengeOf(again)['purposes'] as readonly Record<string, unknown>[]; // the wire's shape
  t.like(
    purposes.find(({ id }) => id === RESULT),
    { asked: true, current: 'given' },
  );
  const done = await citizen.launch.call({ consent: 'deny', consent_text_hash: hashIn(again) });
  t.deepEqual((await token(citizen, done)).claims['purposes'], []);
});

test('consent is the person’s, not the launch’s: given on the web, it is not asked here', async (t) => {
  const citizen = await meetInZalo(house);
  const rp = await createPortal(house, 'cong-thu');
  await signInOnWeb(rp, visitorAs(house, citizen.person), LEVEL_ONE);
  const said = await signIn(house, citizen);
  const done = said.status === 200 ? said : await goOn(house, citizen, said);
  t.deepEqual((await token(citizen, done)).claims['purposes'], [RESULT]);
});

test('what was withdrawn is out of the next token, even by a code from before', async (t) => {
  const own = await openOwn(house);
  const { claims } = await token(own, await goOn(house, own, await own.launch.begin(REPORT)));
  t.truthy(claims['consent_id']);
  const code = codeOf(await own.launch.begin(REPORT));
  const row = await house.db.row<{ id: string; version: number }>(sql`
    select c.id, c.version from consent c join subject s using (subject_id) join zalo_link z using (account_id)
    where z.zalo_id = ${own.person.zaloId}`);
  const withdrawn = await post(house, own, `/me/consents/${row?.id}/withdraw`, { version: row?.version });
  t.is(withdrawn.status, 200, withdrawn.text);
  const late = await own.launch.token(code, { resource: REPORT.resource });
  if (late.status === 200) t.deepEqual(claimsIn(String(late.body['access_token']))['purposes'], []);
  const next = await own.launch.begin(REPORT);
  const done = next.status === 200 ? next : await goOn(house, own, next, { consent: ({ text_hash: hash }) => ({ consent: 'deny', consent_text_hash: String(hash) }) }); // prettier-ignore
  t.deepEqual((await token(own, done)).claims['purposes'], []);
});

test('where two things are asked, "approve" alone says too little, and one may be given without the other', async (t) => {
  const citizen = await meetInZalo(house);
  const both = { scope: 'svc:thuongmai:mua svc:thuongmai:ban', resource: SHOP.resource };
  await goOn(house, citizen, await signIn(house, citizen, both), { consent: () => Promise.reject(new Error('asked')) }).catch(() => {}); // prettier-ignore
  const asked = await citizen.launch.call({ step: 'hold' });
  t.deepEqual(askedIn(challengeOf(asked)['purposes']), ['thuongmai.giao-hang', 'thuongmai.ban-hang']);
  const silent = await citizen.launch.call({ consent: 'approve', consent_text_hash: hashIn(asked) });
  t.is(silent.body['error'], 'invalid_request');
  t.deepEqual(await states(citizen), []);
  const said = await citizen.launch.call({ consent: 'approve', consent_text_hash: hashIn(asked), consent_purposes: 'thuongmai.giao-hang' }); // prettier-ignore
  const { scope, claims } = await token(citizen, said, SHOP);
  t.is(scope, 'svc:thuongmai:mua', 'what the refused purpose carries is not in the token');
  t.deepEqual(claims['purposes'], ['thuongmai.giao-hang']);
});

test('one request for consent asked in English is answered in English', async (t) => {
  const citizen = await meetInZalo(house);
  const said = challengeOf(await signIn(house, citizen, { ...REPORT, ui_locales: 'en' }));
  t.like(said, { service: { title: 'Report a problem' } });
  t.regex(String(said['text']), /Tell you the result/);
});
