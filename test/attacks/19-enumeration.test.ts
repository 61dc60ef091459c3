import test from 'ava';
import { randomUUID } from 'node:crypto';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, createService, INSURANCE, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

// Case 19, light: same status and words. Times are compared by the bench, on a quiet machine.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

test('a stranger cannot tell a client that exists from one that does not', async (t) => {
  const known = await rp.post('/token', { grant_type: 'refresh_token', refresh_token: 'x' }, { assertion: 'a.b.c', proof: null }); // prettier-ignore
  const unknown = await rp.post('/token', { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'khong-co' }, { assertion: 'a.b.c', proof: null }); // prettier-ignore
  t.is(known.status, unknown.status);
  t.deepEqual(known.body, unknown.body);
});

test('somebody else\'s consent and no consent are one answer', async (t) => {
  const [mine, theirs] = [await meet(house), await meet(house)];
  await signIn(rp, mine, LEVEL_ONE);
  await signIn(rp, theirs, LEVEL_ONE);
  await theirs.open(`${house.issuer}/toi`);
  const href = theirs.browser.page().document.querySelector('a[href^="/toi/dong-y/"]')?.getAttribute('href') ?? '';
  t.regex(href, /dong-y/);
  const answers = [];
  for (const path of [href, `/toi/dong-y/${randomUUID()}`]) {
    const arrival = await mine.open(`${house.issuer}${path}`);
    if (arrival.at !== 'page') return t.fail();
    answers.push([arrival.page.status, arrival.page.title, arrival.page.document.text.replaceAll(/[A-Z2-9]{8}/g, '')]);
  }
  return t.deepEqual(answers[0], answers[1]);
}); // prettier-ignore

test('a token of another service, a dead one and none at all are one answer', async (t) => {
  const [insurance, reports] = [await createService(house, 'bhyt', INSURANCE), await createService(house, 'phananh', REPORTS)];
  const { tokens } = await signIn(rp, await meet(house), { scope: 'openid svc:bhyt:xem', resource: INSURANCE });
  const token = String(tokens.body['access_token']);
  const answers = [await reports.introspect(token), await reports.introspect('khong-co')];
  await rp.revoke(token);
  answers.push(await insurance.introspect(token));
  for (const { status, text } of answers) t.deepEqual([status, text], [200, '{"active":false}']);
}); // prettier-ignore

test('a code of nobody and a code of somebody else are one answer', async (t) => {
  const other = await createPortal(house, 'cong-khac');
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const { callback } = await (await meet(house)).go(request);
  const stolen = await other.redeem(request, callback);
  const made = await other.redeem(request, callback, { code: randomUUID() });
  t.deepEqual([stolen.status, stolen.body], [made.status, made.body]);
});
