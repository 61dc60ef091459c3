import test from 'ava';
import { createHmac, randomUUID } from 'node:crypto';
import { enqueueMessage } from '../../codes/outbox.ts';
import { sql } from '../../database.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import type { Vault } from '../../keys/vault.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';

// The SMS gateway's reports come from the open net: what is not signed changes nothing.

let house: TestHouse;
let vault: Vault;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  vault = await openVault(house.db, openEnvelope(house.config.TNID_KEK), new Date());
  house.sms.setKnobs({ report: 'never' });
});
test.after.always(() => house?.stop());

const secret = () => house.config.TNID_SMS_WEBHOOK_SECRET ?? '';
const signed = (body: string, key = secret()) =>
  `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
async function post(body: string, signature: string | undefined = signed(body)) {
  const headers = {
    'content-type': 'application/json',
    ...(signature === '' ? {} : { 'x-signature': signature }),
  };
  const response = await fetch(`${house.issuer}/tin-nhan/bao-nhan/sms`, { method: 'POST', headers, body });
  return { status: response.status, text: await response.text() };
}
async function message() {
  const now = new Date();
  return enqueueMessage(
    house.db,
    vault,
    { to: '+84912345678', text: 'thu', giveUpAt: new Date(now.getTime() + 60_000) },
    now,
  );
}
const report = (reference: string, more: object = {}) =>
  JSON.stringify({ reference, state: 'delivered', at: new Date().toISOString(), ...more });
const row = (id: string) =>
  house.db.row<{ delivery_state: string | null; delivery_reason: string | null; delivered_at: Date | null }>(sql`
    select delivery_state, delivery_reason, delivered_at from message_outbox where id = ${id}`); // prettier-ignore

test('a signed report is kept, and says nothing in return', async (t) => {
  const id = await message();
  const at = new Date().toISOString();
  t.deepEqual(await post(report(id, { at })), { status: 204, text: '' });
  t.deepEqual(await row(id), {
    delivery_state: 'delivered',
    delivery_reason: null,
    delivered_at: new Date(at),
  });
});

test('a failure keeps its class, never the words of the gateway', async (t) => {
  const [known, odd] = [await message(), await message()];
  await post(report(known, { state: 'failed', reason: 'unreachable_number' }));
  await post(report(odd, { state: 'failed', reason: 'so 0912345678 dang tat may' }));
  t.like(await row(known), {
    delivery_state: 'failed',
    delivery_reason: 'unreachable_number',
    delivered_at: null,
  });
  t.like(await row(odd), { delivery_state: 'failed', delivery_reason: 'other' });
});

test('a report sent again and again changes nothing more', async (t) => {
  const id = await message();
  const body = report(id);
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(body)));
  t.true(answers.every(({ status }) => status === 204));
  const first = await row(id);
  t.is((await post(report(id, { state: 'failed' }))).status, 204);
  t.deepEqual(await row(id), first, 'a delivery is not taken back');
});

test('a reference nobody knows is answered like any other', async (t) => {
  t.deepEqual(await post(report(randomUUID())), { status: 204, text: '' });
});

test('forged, missing, broken and foreign signatures are one answer and change nothing', async (t) => {
  const id = await message();
  const body = report(id);
  const forgeries = [
    '',
    'sha256=',
    signed(body, `${secret()}x`),
    signed(body).toUpperCase(),
    signed(body).replace('sha256=', ''),
    signed(body).slice(0, -1),
    `${signed(body)}00`,
    signed(body).replace('sha256', 'sha1'),
    signed(`${body} `),
    signed(report(randomUUID())),
  ];
  for (const forgery of forgeries) t.deepEqual(await post(body, forgery), { status: 401, text: '' }, forgery);
  t.is((await row(id))?.delivery_state, null);
});

test('a changed body, and one of another time, are refused', async (t) => {
  const id = await message();
  const body = report(id);
  t.is((await post(body.replace('delivered', 'failed'), signed(body))).status, 401);
  for (const minutes of [-6, 6, -60 * 24]) {
    const at = new Date(Date.now() + minutes * 60_000).toISOString();
    t.is((await post(report(id, { at }))).status, 401, `${minutes} minutes`);
  }
  t.is((await row(id))?.delivery_state, null);
});

test('signed nonsense is 400, more than 16 KiB is 413, other methods find nothing', async (t) => {
  const id = await message();
  for (const body of [
    '',
    'null',
    '[]',
    '{',
    report('1'),
    report(id, { state: 'read' }),
    report(id, { at: 'today' }),
    report(id, { at: 1 }),
    report(id, { reason: 'x'.repeat(201) }),
    '\u0000',
  ])
    t.is((await post(body, signed(body))).status, 400, body);
  t.is((await post(report(id, { more: 'x'.repeat(20_000) }))).status, 413);
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const { status } = await fetch(`${house.issuer}/tin-nhan/bao-nhan/sms`, { method });
    t.true(status === 404 || status === 405, `${method}: ${status}`);
  }
  t.is((await row(id))?.delivery_state, null);
});

test('no number, secret or signature reaches the log', async (t) => {
  const id = await message();
  const body = report(id, { reason: 'so 0987654321' });
  await post(body, signed(body, 'another key'));
  const log = house.logged.join('\n');
  for (const hidden of ['0987654321', secret(), signed(body, 'another key').slice(7)])
    t.false(log.includes(hidden));
  t.regex(log, /delivery\.refused/);
});

test.serial('the sandbox gateway reports what it delivered; a wrong signature of it is refused', async (t) => {
  const arrived = async (id: string, want: string) => {
    for (let i = 0; i < 60; i += 1) {
      if ((await row(id))?.delivery_state === want) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
  };
  for (const [knob, state] of [['prompt', 'delivered'], ['failed', 'failed'], ['duplicated', 'delivered']] as const) {
    house.sms.setKnobs({ report: knob });
    t.true(await arrived(await message(), state), knob);
  }
  house.sms.setKnobs({ report: 'wrong_signature' });
  const id = await message();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  t.is((await row(id))?.delivery_state, null);
  house.sms.setKnobs({ report: 'never' });
}); // prettier-ignore
