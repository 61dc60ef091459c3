import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal, DOSSIERS } from '../support/rp.ts';
import type { Form, Rp } from '../support/rp.ts';
import { accountOf, ageProofs, LEVEL_ONE, LEVEL_TWO, meet, signIn, visitorAs } from '../support/visitor.ts';
import { passHold } from '../support/notices.ts';
import type { Visitor } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let acr1: string;
let acr2: string;
/** One citizen for the questions that change nothing about them. */
let known: Visitor;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
  [acr1, acr2] = [`${house.issuer}/acr/1`, `${house.issuer}/acr/2`];
  known = await meet(house);
  await signIn(rp, known, LEVEL_ONE);
});
test.after.always(() => house?.stop());

const now = () => Math.floor(Date.now() / 1000);

/** Opens a request and says where the browser stands: the callback's parameters, or a page's title. */
async function ask(visitor: Visitor, wanted: { scope: string; resource: string }, over: Form) {
  const request = await rp.begin(wanted.scope, wanted.resource, over);
  if (request.answer.status !== 201) return { error: request.answer.body['error'], at: 'push' };
  const arrival = await visitor.open(request.url);
  return arrival.at === 'door'
    ? { ...Object.fromEntries(arrival.url.searchParams), at: 'door' }
    : { at: 'page', status: arrival.page.status, title: arrival.page.title };
}

test.serial('a level nobody knows cannot be reached, and says so', async (t) => {
  for (const acr of ['urn:khac', '2', `${house.issuer}/acr/3`, `${acr2}/`, `${house.issuer}/acr/２`]) {
    t.like(await ask(known, LEVEL_ONE, { acr_values: acr }), { at: 'door', error: 'unmet_authentication_requirements', iss: house.issuer }); // prettier-ignore
  } // prettier-ignore
});

test.serial(
  'unknown levels beside a known one are dropped, and of the known ones the lowest will do',
  async (t) => {
    for (const acr of [`urn:khac ${acr1}`, `${acr2} ${acr1}`, `${acr1} ${acr1}`]) {
      const arrived = await ask(known, LEVEL_ONE, { acr_values: acr });
      t.is(arrived.at, 'door');
      t.true('code' in arrived, JSON.stringify(arrived));
    }
  },
);

// Before the first binding this is asked.
const FIRST_QUESTION = 'Có ai đang hướng dẫn bạn qua điện thoại không?';

test.serial('level 2 asked for on a level 1 session leads to the step-up', async (t) => {
  const arrived = await ask(known, LEVEL_ONE, { acr_values: acr2 });
  t.like(arrived, { at: 'page', status: 200, title: FIRST_QUESTION });
  t.like(
    await ask(known, LEVEL_TWO, {}),
    { at: 'page', title: FIRST_QUESTION },
    'the scope alone asks for it',
  );
  t.like(await ask(known, LEVEL_TWO, { acr_values: acr1 }), { at: 'page', title: FIRST_QUESTION }, 'a lower acr lowers nothing'); // prettier-ignore
});

test.serial('prompt=none never shows a page', async (t) => {
  t.like(await ask(await meet(house), LEVEL_ONE, { prompt: 'none' }), {
    at: 'door',
    error: 'login_required',
  });
  t.like(await ask(known, LEVEL_TWO, { prompt: 'none' }), { at: 'door', error: 'login_required' });
  t.true('code' in (await ask(known, LEVEL_ONE, { prompt: 'none' })));
});

for (const odd of [
  '',
  '-1',
  '+5',
  '1e3',
  '1e99',
  'NaN',
  'Infinity',
  '0x10',
  ' 5',
  '5 ',
  '3.5',
  '9'.repeat(40),
]) {
  test.serial(`max_age "${odd.slice(0, 12)}" is no number of seconds`, async (t) => {
    t.like(await ask(known, LEVEL_ONE, { max_age: odd }), { error: 'invalid_request' });
  });
}

test.serial('max_age=0 and prompt=login ask for a proof made now', async (t) => {
  for (const over of [{ max_age: '0' }, { prompt: 'login' }]) {
    const visitor = await meet(house);
    const first = await signIn(rp, visitor, LEVEL_ONE);
    await ageProofs(house, await accountOf(house, visitor), 100);
    const again = await signIn(rp, visitor, { ...LEVEL_ONE, over });
    t.true(again.walk.steps.includes('zalo'), again.walk.steps.join());
    const before = Number(claimsOf(first.tokens.body['access_token'])['auth_time']);
    t.true(Number(claimsOf(again.tokens.body['access_token'])['auth_time']) >= before);
    t.true(now() - Number(claimsOf(again.tokens.body['id_token'])['auth_time']) < 60);
  }
});

test.serial('max_age counts from the proof of the level that is needed', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  await ageProofs(house, await accountOf(house, visitor), 400);
  const { tokens, walk } = await signIn(rp, visitor, { ...LEVEL_TWO, over: { max_age: '300' } });
  t.deepEqual(walk.steps, ['vneid', 'vneid-hub'], 'a bound person proves again with one factor');
  t.is(tokens.status, 200);
  t.true(now() - Number(claimsOf(tokens.body['access_token'])['auth_time']) < 60);
});

test.serial('level 2 decays at refresh: first to level 1 without its scopes, then to nothing', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, {
    ...LEVEL_TWO,
    scope: `${LEVEL_TWO.scope} svc:hoso:chuan-bi`,
  });
  t.is(tokens.body['scope'], 'svc:hoso:nop svc:hoso:chuan-bi');
  const accountId = await accountOf(house, visitor);
  const refreshed = await rp.refresh(tokens);
  t.like(claimsOf(refreshed.body['access_token']), { acr: acr2, aud: DOSSIERS });

  // The Zalo login stays fresh, the proof of identity is older than eight hours.
  await house.db.run(
    sql`update level_fact set at = at - interval '8 hours 1 minute' where account_id = ${accountId} and level = 2`,
  );
  const fallen = await rp.refresh(tokens);
  t.is(fallen.status, 200, fallen.text);
  const claims = claimsOf(fallen.body['access_token']);
  t.like(claims, { acr: acr1, amr: ['zalo'], scope: 'svc:hoso:chuan-bi' });
  t.false('identity_source' in claims);
  t.is(fallen.body['expires_in'], 600);
  t.like(claimsOf(fallen.body['id_token']), { acr: acr1, amr: ['zalo'] });

  await ageProofs(house, accountId, 8 * 3600 + 60);
  const dead = await rp.refresh(tokens);
  t.is(dead.status, 400);
  t.is(dead.body['error'], 'invalid_grant');
});

test.serial('a Zalo login after the step-up neither lowers nor freshens level 2', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  await ageProofs(house, await accountOf(house, visitor), 500);
  const { tokens } = await signIn(rp, visitor, { ...LEVEL_ONE, over: { prompt: 'login' } });
  t.is(tokens.status, 200, tokens.text);
  t.like(claimsOf(tokens.body['id_token']), { acr: acr1 }, 'what was asked for was proven at level 1 only');
  t.true(now() - Number(claimsOf(tokens.body['id_token'])['auth_time']) < 60);
  const second = await signIn(rp, visitor, LEVEL_TWO);
  const claims = claimsOf(second.tokens.body['access_token']);
  t.is(claims['acr'], acr2);
  t.true(now() - Number(claims['auth_time']) >= 500);
});

test.serial('a login that is too old for max_age is made anew', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_ONE);
  await ageProofs(house, await accountOf(house, visitor), 400);
  const { tokens, walk } = await signIn(rp, visitor, { ...LEVEL_ONE, over: { max_age: '300' } });
  t.is(tokens.status, 200, `${walk.callback.searchParams}`);
  t.true(walk.steps.includes('zalo'));
  t.true(now() - Number(claimsOf(tokens.body['id_token'])['auth_time']) < 60);
});

test.serial('a session whose proofs have all ended signs in again', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_ONE);
  await ageProofs(house, await accountOf(house, visitor), 9 * 3600);
  const { tokens, walk } = await signIn(rp, visitor, LEVEL_ONE);
  t.true(walk.steps.includes('zalo'));
  t.is(tokens.status, 200, tokens.text);
});

test.serial('a refresh token of level 1 stays at level 1 after a step-up', async (t) => {
  const visitor = await meet(house);
  const low = await signIn(rp, visitor, LEVEL_ONE);
  await signIn(rp, visitor, LEVEL_TWO);
  const refreshed = await rp.refresh(low.tokens);
  t.is(claimsOf(refreshed.body['access_token'])['acr'], acr1);
  t.is(claimsOf(refreshed.body['id_token'])['acr'], acr1);
});

test.serial('another browser of the same person proves by itself', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);

  const phone = visitorAs(house, visitor.person);
  // A machine never seen: its first act of high risk waits for a notice to the person's telephone.
  const held = await t.throwsAsync(signIn(rp, phone, LEVEL_TWO));
  t.regex(held?.message ?? '', /Xin đợi một chút/);
  await passHold(house, await accountOf(house, visitor));
  const { walk } = await signIn(rp, phone, LEVEL_TWO);
  t.deepEqual(
    walk.steps.filter((step) => step !== 'zalo-permission'),
    ['zalo', 'vneid', 'vneid-hub'],
  );
});
