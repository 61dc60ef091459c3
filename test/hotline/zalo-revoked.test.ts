// A citizen takes the consent to the mini app back in Zalo's settings (contract zalo 4.5).

import test from 'ava';
import { listEvents } from '../../audit/search.ts';
import { sql } from '../../database.ts';
import { ME, meetInZalo, tokenFor, useMiniApp } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { MINI_APP_ID, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createHotline, deliver, eventOf, exchange, linkChat, ownApi, sha256 } from '../support/hotline.ts';
import type { Rp } from '../support/rp.ts';
import { startBrokerProcess } from '../support/second-broker.ts';
import type { BrokerProcess } from '../support/second-broker.ts';

let house: TestHouse;
let second: BrokerProcess;
let hotline: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { zaloEvents: true });
  second = await startBrokerProcess(house.config);
  await useMiniApp(house);
  hotline = await createHotline(house);
  house.zalo.setWebhook(MINI_APP_ID, `${house.issuer}/zalo/thu-hoi`);
});
test.after.always(async () => {
  await second?.stop();
  await house?.stop();
});

const path = '/zalo/thu-hoi';
const accountOf = async ({ person }: AppCitizen) =>
  (await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`))?.account_id ?? ''; // prettier-ignore
/** As Zalo signs it: the values in the order of their keys, then the key. */
function revocation(
  userId: string,
  over: object = {},
  apiKey = house.config.TNID_ZALO_MINIAPP_API_KEY ?? '',
) {
  const fields: Record<string, unknown> = { event: 'user.revoke.consent', appId: MINI_APP_ID, userId, timestamp: Date.now(), ...over }; // prettier-ignore
  const content = Object.keys(fields).toSorted().map((name) => String(fields[name])).join(''); // prettier-ignore
  return { raw: JSON.stringify(fields), signature: sha256(content, apiKey) };
}
const duties = async (accountId: string) =>
  (await house.db.rows(sql`select 1 from data_duty where account_id = ${accountId} and closed_at is null`)).length; // prettier-ignore

test('everything that rests on the sign-in ends, the duty to erase is on record, the citizen is told', async (t) => {
  const citizen = await meetInZalo(house);
  const { own, userId } = await linkChat(house, citizen);
  const accountId = await accountOf(citizen);
  t.like(await house.zalo.revokeConsent({ zaloId: citizen.person.zaloId }), { outcome: 'delivered', attempts: [200] }); // prettier-ignore

  t.is((await own('GET', '/me')).status, 401, 'the token that is out');
  const renewed = await citizen.launch.begin(ME(house));
  t.like(renewed, { status: 400, body: { error: 'invalid_session' } });
  const asked = await exchange(hotline, eventOf(house.hotlineOa, userId, 'hồ sơ của tôi'));
  t.like(asked.body, { error: 'interaction_required', reason: 'link_required' });
  const left = await house.db.rows(sql`
    select 1 from oidc_grant where account_id = ${accountId}
    union all select 1 from login_family where account_id = ${accountId} and ended_at is null
    union all select 1 from level_fact where account_id = ${accountId} and revoked_at is null`);
  t.is(left.length, 0);
  t.is(await duties(accountId), 1);
  const kinds = await house.db.rows(sql`
    select kind from notice_shown where account_id = ${accountId} and kind = 'zalo_revoked'`);
  t.is(kinds.length, 1);
  t.is((await listEvents(house.db, { kind: 'login.zalo_revoked', limit: 1 })).length, 1);
  const link = await house.db.row<{ name_sealed: Buffer | null; ended_at: Date | null }>(sql`
    select name_sealed, ended_at from zalo_link where account_id = ${accountId}`);
  t.deepEqual(link, { name_sealed: null, ended_at: null }, 'what Zalo told goes, the link stays');
});

test('who comes back through Zalo finds their account again', async (t) => {
  const citizen = await meetInZalo(house);
  await ownApi(house, citizen);
  const accountId = await accountOf(citizen);
  await house.zalo.revokeConsent({ zaloId: citizen.person.zaloId });
  const again = await meetInZalo(house, citizen.person);
  t.truthy(await tokenFor(house, again, ME(house)));
  t.is(await accountOf(again), accountId);
});

test('the same news many times at two brokers ends things once; older and repeated news end nothing', async (t) => {
  const citizen = await meetInZalo(house);
  await ownApi(house, citizen);
  const accountId = await accountOf(citizen);
  const news = revocation(citizen.person.zaloId);
  const replies = await Promise.all(
    Array.from({ length: 10 }, (_, turn) => deliver(house, news, { path, at: turn % 2 === 0 ? house.issuer : second.at })), // prettier-ignore
  );
  t.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
  t.is(await duties(accountId), 1);
  const marks = await house.db.rows(sql`select 1 from watermark where account_id = ${accountId} and kind = 'sub' and client_id is null`); // prettier-ignore
  t.is(marks.length, 1);

  const own = await ownApi(house, await meetInZalo(house, citizen.person));
  t.is((await deliver(house, news, { path })).status, 200);
  t.is((await deliver(house, revocation(citizen.person.zaloId, { timestamp: Date.now() - 86_400_000 }), { path })).status, 200); // prettier-ignore
  t.is((await own('GET', '/me')).status, 200);
});

test('news about nobody, or of a kind that is not ours to act on, is answered and does nothing', async (t) => {
  const citizen = await meetInZalo(house);
  const own = await ownApi(house, citizen);
  const { zaloId } = citizen.person;
  t.deepEqual(await deliver(house, revocation('1234567890123456789'), { path }), { status: 200, text: '{"errorCode":0,"message":"ok"}' }); // prettier-ignore
  t.is((await deliver(house, revocation(zaloId, { event: 'user.other' }), { path })).status, 200);
  house.zalo.setKnobs({ 'ma.event': 'remove' });
  t.teardown(() => house.zalo.resetKnobs());
  t.like(await house.zalo.revokeConsent({ zaloId }), { outcome: 'delivered' });
  t.is((await own('GET', '/me')).status, 200);
});

test('what is not signed for this mini app ends nothing', async (t) => {
  const citizen = await meetInZalo(house);
  const own = await ownApi(house, citizen);
  const { zaloId } = citizen.person;
  const { raw, signature } = revocation(zaloId);
  for (const [what, sent] of [
    ['unsigned', { raw, signature: '' }],
    ['another key', revocation(zaloId, {}, 'another')],
    ['another mini app', revocation(zaloId, { appId: '99' })],
    ['another person written in', { raw: raw.replace(zaloId, '1234567890123456789'), signature }],
    ['no JSON', { raw: 'x', signature }],
    ['signed like an Official Account', eventOf(house.hotlineOa, zaloId, 'x')],
  ] as const)
    t.is((await deliver(house, sent, { path })).status, 401, what);
  t.is((await own('GET', '/me')).status, 200);
  t.false(house.logged.join('\n').includes(zaloId));
});
