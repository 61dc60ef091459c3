// The webhooks Zalo calls: signed or nothing, and everything once.

import test from 'ava';
import { enqueueMessage } from '../../codes/outbox.ts';
import { sql } from '../../database.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import type { Vault } from '../../keys/vault.ts';
import { HOUSE_OA_ID, startHouse } from '../support/broker.ts';
import type { HotlineOa, TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { deliver, eventOf, sha256 } from '../support/hotline.ts';

let house: TestHouse;
let vault: Vault;
let houseOa: HotlineOa;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { zaloEvents: true });
  vault = await openVault(house.db, openEnvelope(house.config.TNID_KEK), new Date());
  const { TNID_ZALO_APP_ID: appId, TNID_OA_SECRET: secret = '' } = house.config;
  houseOa = { ...house.hotlineOa, oaId: HOUSE_OA_ID, appId, secret };
});
test.after.always(() => house?.stop());

async function message(): Promise<string> {
  const now = new Date();
  const giveUpAt = new Date(now.getTime() + 60_000);
  return enqueueMessage(house.db, vault, { to: '+84912345678', text: '1', giveUpAt, channel: 'zns' }, now);
}
const stateOf = (id: string) =>
  house.db.row<{ delivery_state: string | null; delivered_at: Date | null }>(sql`
    select delivery_state, delivered_at from message_outbox where id = ${id}`);
const arrived = (trackingId: string, over: object = {}) =>
  eventOf(houseOa, '1', '', {
    over: {
      event_name: 'user_received_message',
      sender: { id: HOUSE_OA_ID },
      recipient: { id: '84912345678' },
      message: { delivery_time: String(Date.now() - 1_000), msg_id: 'a1', tracking_id: trackingId },
      ...over,
    },
  });

test('a template message that arrived is known to have arrived, in either shape', async (t) => {
  const nested = await message();
  t.deepEqual(await deliver(house, arrived(nested)), { status: 200, text: '' });
  t.is((await stateOf(nested))?.delivery_state, 'delivered');
  const flat = await message();
  const fields = { message: undefined, oa_id: HOUSE_OA_ID, delivery_time: String(Date.now()), msg_id: 'a2', tracking_id: flat }; // prettier-ignore
  await deliver(house, arrived(flat, fields));
  t.is((await stateOf(flat))?.delivery_state, 'delivered');
});

test('the same event again, or at once many times, changes nothing', async (t) => {
  const id = await message();
  const event = arrived(id);
  const replies = await Promise.all(Array.from({ length: 8 }, () => deliver(house, event)));
  t.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
  const first = (await stateOf(id))?.delivered_at;
  await deliver(house, arrived(id, { message: { delivery_time: String(Date.now() - 60_000), msg_id: 'a1', tracking_id: id } })); // prettier-ignore
  t.deepEqual((await stateOf(id))?.delivered_at, first);
});

test('the twin’s own deliveries arrive here, whatever the variant of the signature', async (t) => {
  house.zalo.setWebhook(HOUSE_OA_ID, `${house.issuer}/zalo/su-kien`);
  t.teardown(() => house.zalo.resetKnobs());
  for (const [prefix, first, ts] of [
    ['mac=', 'app_id', 'body'],
    ['none', 'oa_id', 'body'],
    ['sha256=', 'app_id', 'header'],
    ['mac=', 'oa_id', 'header'],
  ] as const) {
    house.zalo.setKnobs({ 'wh.prefix': prefix, 'wh.first': first, 'wh.ts': ts, 'wh.dup': 'on', 'wh.get': 'on' }); // prettier-ignore
    const told = await house.zalo.follow({ zaloId: '8080808080808080801', oaId: HOUSE_OA_ID });
    t.deepEqual(told, { event: 'follow', outcome: 'delivered', attempts: [200] }, `${prefix} ${first} ${ts}`);
  }
});

test('a delivery told of the hotline’s account says nothing about our messages', async (t) => {
  const id = await message();
  const over = { event_name: 'user_received_message', sender: { id: house.hotlineOa.oaId }, message: { delivery_time: String(Date.now()), msg_id: 'a', tracking_id: id } }; // prettier-ignore
  t.is((await deliver(house, eventOf(house.hotlineOa, '1', '', { over }))).status, 200);
  t.is((await stateOf(id))?.delivery_state, null);
});

test('what is not signed does nothing', async (t) => {
  const id = await message();
  const event = arrived(id);
  const { raw, signature } = event;
  const old = Date.now() - 14 * 3_600_000;
  for (const [what, sent] of [
    ['no signature', { raw, signature: '' }],
    ['a wrong one', { raw, signature: `mac=${'0'.repeat(64)}` }],
    ['of other bytes', { raw: `${raw} `, signature }],
    ['of the other account', eventOf({ ...houseOa, secret: house.hotlineOa.secret }, '1', '')],
    ['of long ago', eventOf(houseOa, '1', '', { at: old })],
    ['of what is no JSON', { raw: 'x', signature: sha256(houseOa.appId, 'x', '1', houseOa.secret) }],
  ] as const)
    t.deepEqual(await deliver(house, sent), { status: 401, text: '' }, what);
  t.is((await stateOf(id))?.delivery_state, null);
});

test('an event of a shape nobody knows is answered and noted by its name alone', async (t) => {
  const over = { event_name: 'user_sent_moon_1', secret_of_a_person: 'chim bồ câu' };
  t.is((await deliver(house, eventOf(houseOa, '1', '', { over }))).status, 200);
  const said = house.logged.filter((line) => line.includes('zalo.event_unknown'));
  t.true(said.some((line) => line.includes('"user_sent_moon_"')));
  t.false(house.logged.join('\n').includes('bồ câu'));
});

test('only POST, and not more than 64 KiB', async (t) => {
  for (const path of ['/zalo/su-kien', '/zalo/thu-hoi']) {
    const got = await fetch(`${house.issuer}${path}?hub.challenge=1`);
    t.is(got.status, 405);
    t.is(got.headers.get('allow'), 'POST');
    t.is((await deliver(house, { raw: 'x'.repeat(65 * 1024), signature: 'mac=' }, { path })).status, 413);
  }
});

test('a house without secrets hears nothing', async (t) => {
  const deaf = await startHouse((await useDatabase()).url);
  t.teardown(() => deaf.stop());
  for (const path of ['/zalo/su-kien', '/zalo/thu-hoi'])
    t.is((await deliver(deaf, eventOf(houseOa, '1', 'x'), { path })).status, 404);
});
