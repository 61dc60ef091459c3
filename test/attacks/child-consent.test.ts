import test from 'ava';
import { randomUUID } from 'node:crypto';
import { endGuardianship } from '../../consent/guardianship.ts';
import { sql } from '../../database.ts';
import { wordsOf } from '../../views/words/words.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { bornAgo, meetAdult, meetChild, recordParent, see, vaultOf } from '../support/child.ts';
import type { ChildAtHouse } from '../support/child.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, accountOf, ageProofs, meet, signIn } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

// A child agrees alone; somebody agrees for a child who may not; a parent's word is taken twice.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const words = wordsOf('vi');
const NOTICE = 'phananh.bao-ket-qua';
const YES = { [`purpose.${NOTICE}`]: 'given' };
const purposesIn = (token: unknown): unknown =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())['purposes'];
const standingOf = (accountId: string) =>
  house.db.rows<{ state: string; own: boolean }>(sql`
    select c.state, c.valid_until is null as own from consent c join subject s using (subject_id)
    where s.account_id = ${accountId}`);

/** Sends the form of the page shown last to another address, with other fields. */
async function send(visitor: Visitor, path: string, fields: Readonly<Record<string, string>>) {
  const form = visitor.browser.page().document.querySelector('form');
  if (!form) throw new Error('no form to change');
  form.setAttribute('action', path);
  const button = form.querySelector('button');
  for (const [name, value] of Object.entries(fields)) {
    for (const old of form.querySelectorAll(`input[name="${name}"]`)) old.remove();
    form.insertAdjacentHTML('afterbegin', `<input type="hidden" name="${name}" value="${value}">`);
  }
  return visitor.browser.press(button?.textContent.trim() ?? '');
}

async function asked(child: ChildAtHouse) {
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const page = await see(child, request.url);
  return { request, page, path: page.url.pathname };
}
async function questionOf(child: ChildAtHouse): Promise<string> {
  await asked(child);
  await child.browser.press(words.guardian.childSubmit, YES);
  const row = await house.db.row<{ id: string }>(
    sql`select id from guardian_request where child_account_id = ${child.accountId} and ended_at is null`,
  );
  if (row === undefined) throw new Error('nothing was asked');
  return row.id;
}

test('a child who posts the answer of a grown-up gives nothing', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  const before = await standingOf(child.accountId);
  const { path } = await asked(child);
  const arrival = await send(child, `${path}/dong-y`, YES);
  t.is(arrival.at, 'page', 'no way back to the client with a consent');
  t.is(child.browser.page().title, words.guardian.childTitle);
  t.deepEqual(await standingOf(child.accountId), before);
});

test('going on without an answer carries no yes along', async (t) => {
  const child = await meetChild(house, rp, bornAgo(12));
  const { request } = await asked(child);
  const arrival = await child.browser.press(words.guardian.withoutButton, { ...YES });
  if (arrival.at !== 'door') return t.fail(arrival.page.title);
  const tokens = await rp.redeem(request, arrival.url);
  t.deepEqual(purposesIn(tokens.body['access_token']), []);
  t.true(
    (await standingOf(child.accountId)).every(({ own }) => own),
    'nothing new is on record',
  );
});

test('what a child agreed to before the age was known goes out in no new token', async (t) => {
  const child = await meetChild(house, rp, bornAgo(12));
  t.deepEqual(purposesIn(child.before.tokens.body['access_token']), [NOTICE]);
  const refreshed = await rp.refresh(child.before.tokens);
  t.is(refreshed.status, 200, 'what rests on law stays');
  t.deepEqual(purposesIn(refreshed.body['access_token']), []);
});

test('a stranger and another parent find no question, and their answers change nothing', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  const id = await questionOf(child);
  const [other, hers] = [await meetAdult(house, rp), await meetChild(house, rp, bornAgo(10))];
  await recordParent(house, other, hers);
  const theirs = await questionOf(hers);
  for (const visitor of [other, await meetAdult(house, rp)]) {
    const page = await see(visitor, `${house.issuer}/toi/con/hoi/${id}`);
    t.true(page.document.textContent.includes(words.guardian.results.ended));
    t.false(page.document.textContent.includes('Phản ánh hiện trường muốn'));
  }
  // The form of one's own child's question, sent to the other child's.
  await see(other, `${house.issuer}/toi/con/hoi/${theirs}`);
  await send(other, `/toi/con/hoi/${id}`, YES);
  t.true((await standingOf(child.accountId)).every(({ own }) => own));
  const row = await house.db.row<{ open: boolean }>(sql`select ended_at is null as open from guardian_request where id = ${id}`);
  t.true(row?.open);
}); // prettier-ignore

test('a parent at level 1, or at level 2 of half an hour ago, answers nothing', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  const id = await questionOf(child);
  await see(mother, `${house.issuer}/toi/con/hoi/${id}`);
  await ageProofs(house, await accountOf(house, mother), 1_800);
  const arrival = await mother.browser.press(words.guardian.answerSubmit, YES);
  t.true(arrival.at === 'page' && arrival.page.url.pathname.startsWith('/interaction/'), 'proves first');
  t.true((await standingOf(child.accountId)).every(({ own }) => own));

  const stranger = await meet(house);
  await signIn(rp, stranger, LEVEL_ONE);
  const page = await see(stranger, `${house.issuer}/toi/con`);
  t.regex(page.url.pathname, /^\/interaction\//);
});

test('a parent whose representation ended with the page open answers nothing and sees nothing', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  const guardianshipId = await recordParent(house, mother, child);
  const id = await questionOf(child);
  await see(mother, `${house.issuer}/toi/con/hoi/${id}`);
  const at = { db: house.db, vault: await vaultOf(house), origin: 'localhost' };
  t.true(await endGuardianship(at, { guardianshipId, staffId: undefined, reason: 'court' }, new Date()));
  await mother.browser.press(words.guardian.answerSubmit, YES);
  t.true((await standingOf(child.accountId)).every(({ own }) => own));
  t.is((await see(mother, `${house.issuer}/toi/con/em/${guardianshipId}`)).status, 404);
});

test('of ten answers at the same moment one counts', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  const id = await questionOf(child);
  await see(mother, `${house.issuer}/toi/con/hoi/${id}`);
  await Promise.all(
    Array.from({ length: 10 }, (_, i) => mother.browser.press(words.guardian.answerSubmit, i % 2 === 0 ? YES : {})),
  );
  const events = await house.db.rows(sql`
    select e.event_id from consent_event e join consent c on c.id = e.consent_id join subject s using (subject_id)
    where s.account_id = ${child.accountId} and e.actor_kind = 'representative'`);
  t.is(events.length, 1);
}); // prettier-ignore

test('a form without the token of the session is refused, and addresses that nobody has are missing', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  const guardianshipId = await recordParent(house, mother, child);
  const id = await questionOf(child);
  await see(mother, `${house.issuer}/toi/con/hoi/${id}`);
  const forged = await send(mother, `/toi/con/hoi/${id}`, { csrf: 'x', ...YES });
  t.true(forged.at === 'page' && forged.page.status === 403);
  for (const path of [`em/${randomUUID()}`, 'em/x', `em/${guardianshipId}/rut/${randomUUID()}`, `em/${guardianshipId}/rut/'`])
    t.is((await see(mother, `${house.issuer}/toi/con/${path}`)).status, 404, path);
  t.is((await see(mother, `${house.issuer}/toi/con/hoi/'`)).title, words.guardian.title);
}); // prettier-ignore

test('pages of a child and log lines hold no number of either', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  const id = await questionOf(child);
  const page = await see(mother, `${house.issuer}/toi/con/hoi/${id}`);
  const all = page.document.toString() + child.browser.page().document.toString() + house.logged.join('\n');
  for (const number of [child.personalNumber, mother.person.personalNumber]) t.false(all.includes(number));
  t.false(house.logged.join('\n').includes(id), 'addresses are logged as patterns');
});

test('a child below 7 asks without choosing, whatever the form says', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(4)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  const { path } = await asked(child);
  await send(child, `${path}/dong-y`, YES);
  await send(child, `${path}/tre-em`, YES);
  t.is(child.browser.page().title, words.guardian.waitTitle);
  t.true(
    (await standingOf(child.accountId)).every(({ own }) => own),
    'nothing is given yet',
  );
});
