import test from 'ava';
import { sql } from '../../database.ts';
import { listEvents } from '../../audit/search.ts';
import { lockAccount } from '../../safety/lock.ts';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import { meetInZalo, useMiniApp } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { HOUSE_OA_ID, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { agreeToHotline, createHotline, deliver, eventOf, linkChat, ownApi } from '../support/hotline.ts';
import { startBrokerProcess } from '../support/second-broker.ts';
import type { BrokerProcess } from '../support/second-broker.ts';

let house: TestHouse;
let second: BrokerProcess;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { zaloEvents: true });
  second = await startBrokerProcess(house.config);
  await useMiniApp(house);
  await createHotline(house);
});
test.after.always(async () => {
  await second?.stop();
  await house?.stop();
});

const chatOf = ({ person }: AppCitizen) =>
  house.zalo.oaUserId({ zaloId: person.zaloId, oaId: house.hotlineOa.oaId });
const accountOf = async ({ person }: AppCitizen) =>
  (await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`))?.account_id ?? ''; // prettier-ignore
const send = (userId: string, text: string, how: Parameters<typeof eventOf>[3] = {}) =>
  deliver(house, eventOf(house.hotlineOa, userId, text, how));
/** Signed in, agreed, and the code is there. */
async function ready() {
  const citizen = await meetInZalo(house);
  const own = await ownApi(house, citizen);
  const { body } = await agreeToHotline(own);
  return { citizen, own, code: String(body['code']), chat: chatOf(citizen) };
}
const isLinked = async (own: Awaited<ReturnType<typeof ownApi>>) => (await own('GET')).body['linked'];

test('the citizen agrees in the app, sends the code from their own chat, and is linked and told', async (t) => {
  const citizen = await meetInZalo(house);
  const own = await ownApi(house, citizen);
  const before = await own('GET');
  t.is(before.status, 200, JSON.stringify(before.body));
  t.like(before.body, { linked: false, agreed: false, oa_id: house.hotlineOa.oaId });
  t.like(before.body['notice'], { purposes: [{ id: 'hoso.tinh-trang' }] });
  t.is((before.body['notice'] as { purposes: unknown[] }).purposes.length, 1, 'nothing else is asked');

  const said = await agreeToHotline(own);
  t.is(said.status, 200, JSON.stringify(said.body));
  t.like(said.body, { linked: false, agreed: true, expires_in: 600 });
  t.regex(String(said.body['code']), /^LK \d{5} \d{5}$/);

  t.is((await send(chatOf(citizen), String(said.body['code']))).status, 200);
  const after = await own('GET');
  t.like(after.body, { linked: true, agreed: true });
  t.truthy(after.body['since']);
  const accountId = await accountOf(citizen);
  t.true((await listEvents(house.db, { kind: 'hotline.linked', limit: 1 })).length === 1);
  const told = await house.db.rows(sql`select kind from notice_shown where account_id = ${accountId}`);
  t.deepEqual(told, [{ kind: 'hotline_linked' }]);
  t.like((await agreeToHotline(own)).body, { linked: true }, 'asking again changes nothing');
});

for (const [what, text] of [
  ['in one word', (code: string) => code.replaceAll(' ', '')],
  ['in small letters', (code: string) => code.toLowerCase()],
  ['with points', (code: string) => code.replaceAll(' ', '.')],
] as const)
  test(`a code typed ${what} is the same code`, async (t) => {
    const { own, code, chat } = await ready();
    await send(chat, text(code));
    t.true(await isLinked(own));
  });

test('nothing is linked by what is no code of the citizen', async (t) => {
  const { citizen, own, code, chat } = await ready();
  const zalo = house.zalo.oaUserId({ zaloId: citizen.person.zaloId, oaId: HOUSE_OA_ID });
  t.is((await send(chat, code, { secret: 'another' })).status, 401);
  t.is((await send(chat, `Mã của tôi là ${code}`)).status, 200, 'a code stands alone');
  t.is((await send(chat, `${code}0`)).status, 200);
  t.is((await send(chat, 'https://zalo.me/s/1/?man=lien-ket-1022')).status, 200);
  const hours = 14 * 3_600_000;
  t.is((await send(chat, code, { at: Date.now() - hours })).status, 401);
  // Through the house's own account, signed with its secret.
  const own2 = { ...house.hotlineOa, oaId: HOUSE_OA_ID, appId: house.config.TNID_ZALO_APP_ID, secret: house.config.TNID_OA_SECRET ?? '' }; // prettier-ignore
  t.is((await deliver(house, eventOf(own2, zalo, code))).status, 200);
  t.false(await isLinked(own));
  await send(chat, code);
  t.true(await isLinked(own), 'none of it has spent the code');
});

test('a code works once, for the first chat that brings it', async (t) => {
  const { own, code, chat } = await ready();
  const other = await meetInZalo(house);
  const [first, again] = [await send(chat, code), await send(chatOf(other), code)];
  t.deepEqual([first.status, again.status], [200, 200]);
  t.true(await isLinked(own));
  const links = await house.db.rows(
    sql`select end_reason from oa_link where account_id = ${await linkedAccount(chat)}`,
  );
  t.deepEqual(links, [{ end_reason: null }]);
});

test('of many chats that bring a code at once to two brokers one is linked', async (t) => {
  const { citizen, code } = await ready();
  const chats = await Promise.all(Array.from({ length: 12 }, async () => chatOf(await meetInZalo(house))));
  const replies = await Promise.all(
    chats.map((chat, turn) =>
      deliver(house, eventOf(house.hotlineOa, chat, code), { at: turn % 2 === 0 ? house.issuer : second.at }),
    ),
  );
  t.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
  const links = await house.db.rows(
    sql`select 1 from oa_link where account_id = ${await accountOf(citizen)}`,
  );
  t.is(links.length, 1);
});

test('a new code ends the one before; an old one is good for ten minutes', async (t) => {
  const { citizen, own, code, chat } = await ready();
  const { body } = await agreeToHotline(own);
  await send(chat, code);
  t.false(await isLinked(own));
  const accountId = await accountOf(citizen);
  await house.db.run(
    sql`update oa_link_code set expires_at = now() - interval '1 second' where account_id = ${accountId}`,
  );
  await send(chat, String(body['code']));
  t.false(await isLinked(own));
});

test('a chat that guesses is not heard for a while, and others are', async (t) => {
  const { own, code, chat } = await ready();
  for (const guess of [1, 2, 3, 4, 5]) await send(chat, `LK 00000 0000${guess}`);
  await send(chat, code);
  t.false(await isLinked(own));
  const other = chatOf(await meetInZalo(house));
  await send(other, code);
  t.true(await isLinked(own));
});

test('a chat belongs to one account: who links it anew takes it from the one before', async (t) => {
  const first = await ready();
  await send(first.chat, first.code);
  const next = await ready();
  await send(first.chat, next.code);
  t.false(await isLinked(first.own));
  t.true(await isLinked(next.own));
  const marks = await house.db.rows(sql`
    select client_id from watermark where kind = 'sub' and account_id = ${await accountOf(first.citizen)}`);
  t.deepEqual(marks, [{ client_id: 'nhan-tin-1022' }], 'and its tokens die');
});

test('the citizen ends the link; ending it again is quiet', async (t) => {
  const citizen = await meetInZalo(house);
  const { own } = await linkChat(house, citizen);
  t.true(await isLinked(own));
  t.is((await own('DELETE')).status, 204);
  t.false(await isLinked(own));
  t.is((await own('DELETE')).status, 204);
});

test('who refuses the purposes gets no code, and who takes the consent back is linked no longer', async (t) => {
  const citizen = await meetInZalo(house);
  const own = await ownApi(house, citizen);
  t.deepEqual((await agreeToHotline(own, [])).body, { linked: false, agreed: false });
  const { own: again } = await linkChat(house, citizen);
  t.true(await isLinked(again));
  const { body } = await again('GET', '/me/consents');
  const services = body['services'] as {
    consents: { record_id: string; version: number; live: boolean }[];
  }[]; // the wire's shape
  const record = services.flatMap(({ consents }) => consents).find(({ live }) => live);
  const path = `/me/consents/${record?.record_id}/withdraw`;
  t.is((await again('POST', path, { version: record?.version })).status, 200);
  t.like((await again('GET')).body, { linked: false, agreed: false });
});

test('what was not shown is not agreed to', async (t) => {
  const own = await ownApi(house, await meetInZalo(house));
  const { body } = await own('GET');
  const { version } = body['notice'] as { version: string };
  const post = (fields: object) => own('POST', '/me/hotline', fields);
  t.is((await post({ notice_version: 'x', purposes: ['hoso.tinh-trang'] })).status, 409);
  t.is((await post({ notice_version: version, purposes: ['hoso.xu-ly'] })).status, 400);
  t.is((await post({ notice_version: version })).status, 400);
  t.is((await post({ notice_version: version, purposes: [], more: 1 })).status, 400);
  t.is((await fetch(`${house.issuer}/me/hotline`)).status, 401);
});

test('locking an account ends its link and its code', async (t) => {
  const citizen = await meetInZalo(house);
  await linkChat(house, citizen);
  const accountId = await accountOf(citizen);
  const now = new Date();
  const vault = await openVault(house.db, openEnvelope(house.config.TNID_KEK), now);
  const locking = { db: house.db, vault, origin: new URL(house.issuer).host, grants: createGrants(house.db) };
  t.true(await lockAccount(locking, { accountId, reason: 'lost_phone', by: { kind: 'operator' } }, now));
  const links = await house.db.rows(sql`select end_reason from oa_link where account_id = ${accountId}`);
  t.deepEqual(links, [{ end_reason: 'locked' }]);
});

test('logs hold no message, no code and no id of a person', async (t) => {
  const { citizen, code, chat } = await ready();
  await send(chat, 'bí mật của tôi là chim bồ câu');
  await send(chat, code);
  await send(chat, code, { secret: 'another' });
  const all = house.logged.join('\n');
  t.regex(all, /hotline\.code/);
  for (const secret of [
    'bồ câu',
    code,
    code.replaceAll(' ', '').slice(2),
    chat,
    citizen.person.zaloId,
    await accountOf(citizen),
  ])
    // prettier-ignore
    t.false(all.includes(secret), secret);
});

async function linkedAccount(chat: string): Promise<string> {
  const now = new Date();
  const vault = await openVault(house.db, openEnvelope(house.config.TNID_KEK), now);
  const key = vault.keyOf('oa-user', `${house.hotlineOa.oaId}/${chat}`);
  const row = await house.db.row<{ account_id: string }>(sql`
    select account_id from oa_link where oa_user_key = ${key} and ended_at is null`);
  return row?.account_id ?? '';
}
