import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal, DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, LEVEL_ONE, LEVEL_TWO, meet, signIn, visitorAs } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let other: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, other] = await Promise.all([createPortal(house, 'cong-thu'), createPortal(house, 'cong-khac')]);
});
test.after.always(() => house?.stop());

test('an answer given once is remembered at another browser', async (t) => {
  const visitor = await meet(house);
  const first = await signIn(rp, visitor, LEVEL_ONE);
  t.true(first.walk.steps.includes('consent'));
  const second = await signIn(rp, visitorAs(house, visitor.person), LEVEL_ONE);
  t.false(second.walk.steps.includes('consent'));
  t.is(second.tokens.status, 200);
  const consents = [first, second].map(({ tokens }) => claimsOf(tokens.body['access_token'])['consent_id']);
  t.is(consents[0], consents[1]);
});

test('the page is shown once for each client, and its answer counts for that client', async (t) => {
  const visitor = await meet(house);
  const one = await signIn(rp, visitor, LEVEL_ONE);
  const two = await signIn(other, visitor, LEVEL_ONE);
  t.true(two.walk.steps.includes('consent') || two.walk.steps.includes('notice'), two.walk.steps.join());
  t.not(
    claimsOf(one.tokens.body['access_token'])['consent_id'],
    claimsOf(two.tokens.body['access_token'])['consent_id'],
  );
});

test('a refused purpose takes its scope away and is not asked again', async (t) => {
  const visitor = await meet(house);
  const wanted = { ...LEVEL_TWO, scope: `${LEVEL_TWO.scope} svc:hoso:chuan-bi` };
  const first = await signIn(rp, visitor, wanted, (purpose) =>
    purpose === 'hoso.xu-ly' ? 'refused' : 'given',
  );
  t.is(first.tokens.status, 200, first.tokens.text);
  t.is(first.tokens.body['scope'], 'svc:hoso:chuan-bi');
  t.deepEqual(claimsOf(first.tokens.body['access_token'])['purposes'], ['hoso.bao-tin']);
  const second = await signIn(rp, visitor, wanted);
  t.deepEqual(second.walk.steps, []);
  t.is(second.tokens.body['scope'], 'svc:hoso:chuan-bi');
});

test('prompt=consent asks again, and the new answer counts', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO, () => 'refused').catch(() => {});
  const again = await signIn(rp, visitor, { ...LEVEL_TWO, over: { prompt: 'consent' } });
  t.true(again.walk.steps.includes('consent'));
  t.is(again.tokens.status, 200, again.tokens.text);
  t.is(again.tokens.body['scope'], 'svc:hoso:nop');
});

test('who refuses everything leaves with nothing that opens a service', async (t) => {
  const visitor = await meet(house);
  const request = await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource);
  const { callback } = await visitor.go(request, () => 'refused');
  if (callback.searchParams.has('code')) {
    const tokens = await rp.redeem(request, callback);
    t.is(tokens.status, 400, tokens.text);
    t.is(tokens.body['error'], 'invalid_grant');
  } else t.is(callback.searchParams.get('error'), 'access_denied');
});

test('a purpose in a new wording is asked again, and only that one', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  await answeredOtherWording(await accountOf(house, visitor));
  const again = await signIn(rp, visitor, LEVEL_TWO);
  t.deepEqual(again.walk.steps, ['consent']);
  t.deepEqual(Object.keys(again.walk.choices), ['hoso.xu-ly']);
  t.is(again.tokens.status, 200, again.tokens.text);
});

test('until the new wording is agreed to, an old answer opens nothing', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_TWO);
  await answeredOtherWording(await accountOf(house, visitor));
  t.is((await rp.refresh(tokens)).body['error'], 'invalid_grant');
});

// As if the citizen had answered another version. Published texts never change and every change of
// a consent has its event, so the triggers that see to it are off for this one statement.
const answeredOtherWording = (accountId: string) =>
  house.db.transaction(async () => {
    await house.db.run(sql`set local session_replication_role = replica`);
    await house.db.run(sql`
      insert into purpose (purpose_id, version, service_id, basis, basis_ref, body, sha256, published_at)
      select purpose_id, 99, service_id, basis, basis_ref, body, sha256(body), published_at from purpose
      where purpose_id = 'hoso.xu-ly' and version = 2 on conflict do nothing`);
    await house.db.run(sql`
      update consent set purpose_version = 99 where purpose_id = 'hoso.xu-ly'
        and subject_id = (select subject_id from subject where account_id = ${accountId})`);
  });

test('"Không tiếp tục" tells the client access_denied and leaves no grant', async (t) => {
  const visitor = await meet(house);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  await visitor.open(request.url);
  const arrival = await visitor.browser.press('Không tiếp tục');
  t.is(arrival.at, 'door');
  if (arrival.at === 'door') {
    t.is(arrival.url.searchParams.get('error'), 'access_denied');
    t.is(arrival.url.searchParams.get('iss'), house.issuer);
  }
});

test('a scope asked for later is added by its own answer and brings no older ones back', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  const more = await signIn(rp, visitor, { scope: 'openid svc:hoso:xem', resource: DOSSIERS });
  t.is(more.tokens.status, 200, more.tokens.text);
  t.is(more.tokens.body['scope'], 'svc:hoso:xem');
});
