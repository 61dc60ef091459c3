import test from 'ava';
import { sql } from '../../database.ts';
import { bindPhone } from '../../accounts/phone.ts';
import { bind, inventNumber } from '../consent/family.ts';
import { ME, meetInZalo, tokenFor, useMiniApp } from '../support/app-citizen.ts';
import { bornAgo, vaultOf } from '../support/child.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { internationalNumber } from '../../sandbox/citizen/people.ts';
import { claimsOf } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { begin, CALL_BACK, meetCitizen, openDesk, OPERATOR, own, poll, REASON, sayNo, sayYes, seenBy, yesTo } from './desk.ts'; // prettier-ignore
import type { Citizen } from './desk.ts';

let house: TestHouse;
let desk: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  desk = await openDesk(house, 'tong-dai-1022');
});
test.after.always(() => house?.stop());

const CALL_ME = { scope: 'openid svc:tongdai:goi-lai', resource: CALL_BACK };
const keptOf = ({ person }: Citizen) => sql`
  select count(*) as n from consent_event e join consent c on c.id = e.consent_id join subject s on s.subject_id = c.subject_id
  join zalo_link l on l.account_id = s.account_id
  where l.zalo_id = ${person.zaloId} and e.purpose_id = 'tongdai.goi-lai' and e.client_id = 'tong-dai-1022'`;
const answer = (citizen: Citizen, id: string, body: object) =>
  own(house, citizen, `/me/requests/${id}`, body);

test('what the service does with the data is shown with the request, and the yes records it for this desk', async (t) => {
  const citizen = await meetCitizen(house);
  const begun = await begin(desk, citizen.tel, CALL_ME);
  const [seen] = await seenBy(house, citizen);
  t.like(seen?.notice?.purposes[0], { id: 'tongdai.goi-lai', needed: true, asked: true, basis: 'consent' });
  t.is((await sayYes(house, citizen)).status, 200);
  const claims = claimsOf((await poll(desk, begun)).body['access_token']);
  t.deepEqual(claims['purposes'], ['tongdai.goi-lai']);
  const kept = await house.db.row<{ n: number }>(keptOf(citizen));
  t.is(kept?.n, 1);
  // The second time nothing is left to ask.
  await begin(desk, citizen.tel, CALL_ME);
  const [again] = await seenBy(house, citizen);
  t.is(again?.notice, undefined);
  t.is((await sayYes(house, citizen)).status, 200);
});

test('a yes without the purpose it needs, with one that was not asked, or to another wording is none, and the request still waits', async (t) => {
  const citizen = await meetCitizen(house);
  const begun = await begin(desk, citizen.tel, CALL_ME);
  const [seen] = await seenBy(house, citizen);
  if (seen?.notice === undefined) return t.fail('no notice');
  const right = yesTo(seen);
  for (const [body, status] of [
    [{ answer: 'approve' }, 409],
    [{ ...right, notice_version: 'x'.repeat(43) }, 409],
    [{ ...right, purposes: [] }, 400],
    [{ ...right, purposes: ['hoso.bao-tin'] }, 400],
    [{ ...right, purposes: ['tongdai.goi-lai', 'hoso.bao-tin'] }, 400],
  ] as const)
    t.is((await answer(citizen, seen.id, body)).status, status, JSON.stringify(body));
  t.like((await poll(desk, begun)).body, { error: 'authorization_pending' });
  const kept = await house.db.row<{ n: number }>(keptOf(citizen));
  t.is(kept?.n, 0, 'what was refused left nothing behind');
  t.is((await answer(citizen, seen.id, right)).status, 200);
});

test('a purpose nothing depends on may be left out', async (t) => {
  const citizen = await meetCitizen(house);
  const begun = await begin(desk, citizen.tel);
  const [seen] = await seenBy(house, citizen);
  if (seen?.notice === undefined) return t.fail('no notice');
  t.is((await answer(citizen, seen.id, { ...yesTo(seen), purposes: [] })).status, 200);
  const given = await poll(desk, begun);
  t.is(given.status, 200, given.text);
  t.false((claimsOf(given.body['access_token'])['purposes'] as string[]).includes('hoso.bao-tin'));
});

test('a child under 16 allows nothing alone that rests on consent, and may always refuse', async (t) => {
  const citizen = await meetInZalo(house);
  const child = { ...citizen, own: await tokenFor(house, citizen, ME(house)), tel: '' };
  const at = { db: house.db, vault: await vaultOf(house) };
  const row = await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${citizen.person.zaloId}`); // prettier-ignore
  const accountId = row?.account_id ?? '';
  const birthdate = bornAgo(12);
  await bind(at, { accountId, personalNumber: inventNumber(birthdate), birthdate }, new Date());
  const e164 = internationalNumber(citizen.person.phone);
  await bindPhone(at.db, at.vault, { accountId, e164 }, new Date());

  const begun = await begin(desk, `tel:${e164}`, CALL_ME);
  const said = await sayYes(house, child);
  t.is(said.status, 403, said.text);
  t.like((await poll(desk, begun)).body, { error: 'authorization_pending' });
  t.is((await sayNo(house, child)).status, 200);
});

test('a no agrees to nothing', async (t) => {
  const citizen = await meetCitizen(house);
  await begin(desk, citizen.tel, CALL_ME);
  await sayNo(house, citizen);
  await begin(desk, citizen.tel, CALL_ME);
  const [again] = await seenBy(house, citizen);
  t.truthy(again?.notice, 'asked anew');
});

test('the citizen is told by message, without an address and with what to do when nobody is on the line', async (t) => {
  const citizen = await meetCitizen(house);
  await begin(desk, citizen.tel);
  const giveUpAt = Date.now() + 10_000;
  let text = '';
  while (!text.includes('xin lam mot viec') && Date.now() < giveUpAt) {
    text = await (await fetch(`${house.sms.url}/phone/${internationalNumber(citizen.person.phone)}.json`)).text(); // prettier-ignore
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const [message] = /TayNinhID [^"]*xin lam mot viec[^"]*/.exec(text) ?? [''];
  t.regex(message, /Khong noi chuyen voi ho\? Hay tu choi\. Goi 1022/);
  t.notRegex(message, /https?:|\d{6}|TN-48|Hoa/);
  t.true(message.length <= 160, String(message.length));
});

test('the citizen sees afterwards who asked and how it ended', async (t) => {
  const citizen = await meetCitizen(house);
  await begin(desk, citizen.tel);
  await sayNo(house, citizen);
  await begin(desk, citizen.tel);
  await sayYes(house, citizen);
  const { body } = await own(house, citizen, '/me/requests');
  const history = body['history'] as Readonly<Record<string, unknown>>[];
  t.deepEqual(history.map(({ state }) => state), ['approved', 'denied']); // prettier-ignore
  t.like(history[0], { by: 'Tổng đài 1022', title: 'Xem hồ sơ của tôi' });
});

test('the access log tells what was asked and answered, by which desk, and names nobody', async (t) => {
  const citizen = await meetCitizen(house);
  await begin(desk, citizen.tel);
  await sayNo(house, citizen);
  await begin(desk, citizen.tel);
  await sayYes(house, citizen);
  const events = await house.db.rows<{ kind: string; outcome: string; actor_kind: string; client_id: string; body: Buffer }>(sql`
    select e.kind, e.outcome, e.actor_kind, e.client_id, e.body from access_event e join audit_stream s using (stream_id)
    join zalo_link l on l.account_id = s.account_id
    where l.zalo_id = ${citizen.person.zaloId} and e.kind like 'assisted.%' order by e.n`); // prettier-ignore
  t.deepEqual(
    events.map(({ kind, outcome, actor_kind: actor }) => `${kind} ${outcome} ${actor}`),
    ['assisted.asked ok operator', 'assisted.denied refused self', 'assisted.asked ok operator', 'assisted.approved ok self'],
  ); // prettier-ignore
  for (const { client_id: client, body } of events) {
    t.is(client, 'tong-dai-1022');
    for (const secret of [OPERATOR, 'Hoa', REASON, citizen.person.phone.slice(1), citizen.person.name])
      t.false(body.toString().includes(secret), secret);
  }
});
