import test from 'ava';
import { sql } from '../../database.ts';
import { clientKey, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { claimsFrom, createPortalOf, PORTAL, scopesOf, userInfo } from '../support/claims.ts';
import { useDatabase } from '../support/database.ts';
import {
  challengeOf,
  claimsOf,
  createPortal,
  createRp,
  newProofKey,
  newVerifier,
  REDIRECT,
  REPORTS,
} from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, ageProofs, meet, passZalo, signIn, visitorAs } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortalOf(house, 'cong', PORTAL);
});
test.after.always(() => house?.stop());

const ALL = 'openid tn.level profile.basic phone tn.identity tn.pin tn.pin.masked tn.age';
const name = (claim: string) => `${house.issuer}/claims/${claim}`;
const ask = (scope: string, visitor: Visitor, choose?: (purpose: string) => 'given' | 'refused', over = {}) =>
  signIn(rp, visitor, { scope, over }, choose);

test('what the person agreed to is in UserInfo, under the names of the contract', async (t) => {
  const visitor = await meet(house);
  const { tokens, walk } = await ask(ALL, visitor);
  t.deepEqual(walk.choices, { 'cong.dien-san': 'given', 'cong.doi-chieu': 'given' });
  t.deepEqual(scopesOf(tokens), ALL.split(' ').toSorted());
  const { person } = visitor;
  const claims = await claimsFrom(rp, tokens);
  t.like(claims, {
    tnid_level: 2,
    identity_source: 'vneid',
    name: person.name,
    gender: person.personalNumber[3] === '1' || person.personalNumber[3] === '3' ? 'female' : 'male',
    phone_number: `+84${person.phone.replace(/^0/, '')}`,
    phone_number_verified: true,
    [name('personal_number')]: person.personalNumber,
    [name('personal_number_masked')]: `*********${person.personalNumber.slice(-3)}`,
    [name('age_over_16')]: true,
    [name('age_over_18')]: true,
  });
  t.regex(String(claims['birthdate']), /^\d{4}(-\d{2}-\d{2})?$/);
});

test('no token carries a personal claim: not the ID token, not the access token', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await ask(ALL, visitor);
  const idToken = claimsOf(tokens.body['id_token']);
  t.deepEqual(Object.keys(idToken).toSorted(), ['acr', 'amr', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'nonce', 'sub']); // prettier-ignore
  t.regex(String(tokens.body['access_token']), /^[A-Za-z0-9_-]{32,}$/, 'opaque');
  const all = JSON.stringify([idToken, claimsOf(tokens.body['access_token'])]);
  for (const personal of [visitor.person.name, visitor.person.personalNumber, visitor.person.phone.slice(1)])
    t.false(all.includes(personal));
});

test('only what was asked comes, and only what a chosen purpose covers', async (t) => {
  const visitor = await meet(house);
  const { tokens, walk } = await ask('openid tn.identity', visitor, (purpose) =>
    purpose === 'cong.dien-san' ? 'given' : 'refused',
  );
  t.deepEqual(Object.keys(walk.choices), ['cong.dien-san'], 'the number was not asked for');
  t.deepEqual(Object.keys(await claimsFrom(rp, tokens)).toSorted(), ['birthdate', 'gender', 'name']);

  const more = await ask('openid tn.identity tn.pin tn.pin.masked', visitor, () => 'refused');
  t.deepEqual(more.walk.choices, { 'cong.doi-chieu': 'refused' }, 'what was answered is not asked again');
  t.deepEqual(scopesOf(more.tokens), ['openid', 'tn.identity']);
  t.deepEqual(Object.keys(await claimsFrom(rp, more.tokens)).toSorted(), ['birthdate', 'gender', 'name']);
});

test('who refuses everything is signed in all the same, and nothing is told', async (t) => {
  const { tokens } = await ask(ALL, await meet(house), () => 'refused');
  t.is(tokens.status, 200);
  t.deepEqual(scopesOf(tokens), ['openid', 'tn.level']);
  t.deepEqual(Object.keys(await claimsFrom(rp, tokens)).toSorted(), ['identity_source', 'tnid_level', 'tnid_verified_at']); // prettier-ignore
});

test('a scope of level 2 leads through the step-up; one of level 1 does not', async (t) => {
  const visitor = await meet(house);
  const basic = await ask('openid profile.basic phone', visitor);
  t.false(basic.walk.steps.includes('vneid'));
  t.deepEqual(
    await claimsFrom(rp, basic.tokens),
    { name: visitor.person.name },
    'Zalo’s name; no number was proven yet',
  );
  t.is(basic.tokens.body['expires_in'], 600);
  const proven = await ask('openid tn.age', visitor);
  t.is(proven.tokens.body['expires_in'], 300);
  t.true(proven.walk.steps.includes('vneid'));
  t.deepEqual(await claimsFrom(rp, proven.tokens), {
    [name('age_over_16')]: true,
    [name('age_over_18')]: true,
  });
});

test('a withdrawal empties UserInfo at once, and a later token has no such scope', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await ask(ALL, visitor);
  await visitor.open(`${house.issuer}/toi`);
  await visitor.browser.follow('Rút lại');
  const done = await visitor.browser.press('Rút lại');
  t.is(done.at === 'page' ? done.page.status : 0, 200);
  const left = await claimsFrom(rp, tokens);
  t.true(!('birthdate' in left) || !(name('personal_number') in left));
  const account = await accountOf(house, visitor);
  const [record] = await house.db.rows<{ purpose_id: string }>(sql`
    select c.purpose_id from consent c join subject s using (subject_id) where s.account_id = ${account} and c.state = 'withdrawn'`);
  const gone = record?.purpose_id === 'cong.dien-san' ? 'tn.identity' : 'tn.pin';
  t.false(scopesOf(await rp.refresh(tokens)).includes(gone));
  const again = await ask(ALL, visitor);
  t.deepEqual(again.walk.choices, {}, 'a voluntary purpose that was withdrawn is not pressed upon anybody');
  const asked = await ask(ALL, visitor, undefined, { prompt: 'consent' });
  t.true(scopesOf(asked.tokens).includes(gone), 'unless the portal asks for the page');
});

test('a level that is over takes its claims with it; those of level 1 stay', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await ask(ALL, visitor);
  const account = await accountOf(house, visitor);
  await house.db.run(sql`
    update level_fact set at = at - interval '9 hours' where account_id = ${account} and level = 2`);
  t.deepEqual(Object.keys(await claimsFrom(rp, tokens)).toSorted(), ['name', 'phone_number', 'phone_number_verified', 'tnid_level']); // prettier-ignore
  t.deepEqual(scopesOf(await rp.refresh(tokens)), ['openid', 'phone', 'profile.basic', 'tn.level']);
  await ageProofs(house, account, 9 * 3600);
  t.deepEqual(await claimsFrom(rp, tokens), {});
});

test('a token of level 1 does not grow when the session steps up later', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await ask('openid profile.basic', visitor);
  await ask('openid tn.identity tn.pin', visitor);
  t.deepEqual(Object.keys(await claimsFrom(rp, tokens)), ['name']);
});

test('the consent given through one portal says nothing to another', async (t) => {
  const other = await createPortalOf(house, 'cong-khac', PORTAL);
  const visitor = await meet(house);
  await ask(ALL, visitor);
  const first = await signIn(other, visitor, { scope: 'openid tn.identity' });
  t.deepEqual(first.walk.steps.filter((step) => step === 'consent' || step === 'notice').length, 1, 'the person sees who asks'); // prettier-ignore
});

test('nothing goes to a client that stands for no service, and nobody is sent to a step-up for it', async (t) => {
  const plain = await createPortal(house, 'cong-thuong');
  const { tokens, walk } = await signIn(plain, await meet(house), { scope: ALL });
  t.deepEqual(
    walk.steps.filter((step) => step !== 'zalo' && step !== 'zalo-permission'),
    [],
  );
  t.deepEqual(scopesOf(tokens), ['openid', 'tn.level']);
  t.deepEqual(await claimsFrom(plain, tokens), { tnid_level: 1 });
});

test('nothing goes to a service whose purposes do not name the data', async (t) => {
  const reports = await createPortalOf(house, 'cong-phan-anh', REPORTS);
  const { tokens, walk } = await signIn(reports, await meet(house), { scope: 'openid tn.pin tn.age' });
  t.false(walk.steps.includes('vneid'));
  t.deepEqual(scopesOf(tokens), ['openid']);
  t.deepEqual(await claimsFrom(reports, tokens), {});
});

test('the mini app is public and gets nothing, whatever it asks and whatever it stands for', async (t) => {
  await t.throwsAsync(
    house.addClient({ clientId: 'mini', kind: 'miniapp', class: 'first_party', serviceId: PORTAL, metadata: { client_id: 'mini' } }), // prettier-ignore
    { message: /oidc_client_service_check/ },
  );
  const key = await clientKey();
  const open = { token_endpoint_auth_method: 'none' as const, grant_types: ['authorization_code'], require_pushed_authorization_requests: false }; // prettier-ignore
  await house.addClient({
    clientId: 'miniapp',
    kind: 'miniapp',
    class: 'first_party',
    serviceId: undefined,
    metadata: { client_id: 'miniapp', redirect_uris: [REDIRECT], ...open },
  });
  const mini = await createRp(house, 'miniapp', key);
  const visitor = await meet(house);
  const verifier = newVerifier();
  const query = new URLSearchParams({ client_id: 'miniapp', response_type: 'code', redirect_uri: REDIRECT, scope: ALL, code_challenge: challengeOf(verifier), code_challenge_method: 'S256', state: 'x' }); // prettier-ignore
  const { callback, steps } = await visitor.go({ url: `${house.issuer}/auth?${query}` });
  t.false(steps.includes('vneid'));
  const form = { grant_type: 'authorization_code', client_id: 'miniapp', code: callback.searchParams.get('code') ?? '', redirect_uri: REDIRECT, code_verifier: verifier }; // prettier-ignore
  const proofed = await mini.post('/token', form, { assertion: null });
  const tokens = proofed.status === 200 ? proofed : await mini.post('/token', form, { assertion: null });
  t.deepEqual(scopesOf(tokens), ['openid', 'tn.level']);
  t.deepEqual(await claimsFrom(mini, tokens), { tnid_level: 1 });
});

test('personal scopes beside a resource are refused, and a resource cannot be slipped in later', async (t) => {
  const { answer } = await rp.begin('openid tn.identity svc:phananh:gui', REPORTS);
  t.is(answer.status, 400);
  t.is(answer.body['error'], 'invalid_scope');
  const visitor = await meet(house);
  const request = await rp.begin('openid tn.identity', undefined);
  const { callback } = await visitor.go(request);
  const late = await rp.redeem(request, callback, { resource: REPORTS });
  t.is(late.body['error'], 'invalid_target');
});

test('the token of UserInfo is no use without its key, and to no introspection', async (t) => {
  const { tokens } = await ask(ALL, await meet(house));
  const stolen = await rp.withToken('/userinfo', String(tokens.body['access_token']), { key: await newProofKey() }); // prettier-ignore
  t.is(stolen.status, 401);
  t.deepEqual((await rp.introspect(String(tokens.body['access_token']))).body, { active: false });
});

test('a machine never seen waits before the number, as before any act of high risk; a name does not wait', async (t) => {
  const visitor = await meet(house);
  await ask('openid tn.identity', visitor);
  const titleAfter = async (scope: string) => {
    const stranger = visitorAs(house, visitor.person);
    await stranger.open((await rp.begin(scope, undefined)).url);
    await passZalo(stranger);
    return stranger.browser.page().title;
  };
  t.is(await titleAfter('openid tn.pin'), 'Xin đợi một chút');
  t.not(await titleAfter('openid tn.identity'), 'Xin đợi một chút');
});

test('a locked account tells nothing', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await ask(ALL, visitor);
  await house.db.run(sql`
    update account set locked_at = now(), lock_reason = 'owner' where id = ${await accountOf(house, visitor)}`);
  t.is((await userInfo(rp, tokens)).status, 401);
});

test('a number that somebody else has proven since is told as unverified', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await ask(ALL, visitor);
  await house.db.run(sql`
    update phone set contested_at = now() where account_id = ${await accountOf(house, visitor)}`);
  t.is((await claimsFrom(rp, tokens))['phone_number_verified'], false);
});

test('each release leaves a line with the names of the claims, and no log or event a value', async (t) => {
  const visitor = await meet(house);
  const { person } = visitor;
  const { tokens } = await ask(ALL, visitor);
  await claimsFrom(rp, tokens);
  const account = await accountOf(house, visitor);
  const lines = async () =>
    house.db.rows<{ text: string }>(sql`
      select convert_from(e.body, 'UTF8') as text from access_event e join audit_stream s using (stream_id)
      where s.account_id = ${account} and e.kind = 'claims.released'`);
  let found = await lines();
  for (let tries = 0; found.length === 0 && tries < 500; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20)); // events of UserInfo are gathered
    found = await lines();
  }
  t.is(found.length, 1);
  t.true(found[0]?.text.includes('birthdate'));
  const all = [...house.logged, ...found.map(({ text }) => text)].join('\n');
  for (const value of [
    person.name,
    person.personalNumber,
    person.phone.slice(1),
    String(tokens.body['access_token']),
  ])
    t.false(all.includes(value));
});
