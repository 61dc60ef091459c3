import test from 'ava';
import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { begin, deskClient, meetCitizen, openDesk, poll, sayYes } from '../assisted/desk.ts';
import { useMiniApp } from '../support/app-citizen.ts';
import { clientKey, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createRp } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';

// Ways round what stands before a desk's questions, found by reading as an attacker.

let house: TestHouse;
let desk: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  desk = await openDesk(house, 'tong-dai-1022');
});
test.after.always(() => house?.stop());

// The library's router takes them for the same; what guards the endpoint goes by the address.
for (const path of ['/Backchannel', '/BACKCHANNEL', '/backchannel/'])
  test(`${path} is no way past the even time of /backchannel`, async (t) => {
    const form = { scope: 'openid svc:hoso:xem', login_hint: 'tel:+84981234567' };
    const reply = await desk.post(path, form, { proof: null });
    t.is(reply.status, 404, reply.text);
  });

for (const path of ['/Token', '/TOKEN', '/token/'])
  test(`${path} is no way past the pace of a desk, nor past the transaction of /token`, async (t) => {
    const citizen = await meetCitizen(house);
    const begun = await begin(desk, citizen.tel);
    const form = { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: String(begun.body['auth_req_id']) }; // prettier-ignore
    t.is((await desk.post(path, form)).status, 404);
    await sayYes(house, citizen);
    t.is((await desk.post(path, form)).status, 404);
    t.is((await poll(desk, begun)).status, 200, 'nothing was used up');
  });

test('no address of the protocol has a second spelling', async (t) => {
  for (const path of [
    '/PAR',
    '/Introspect',
    '/revoke/',
    '/UserInfo',
    '/Auth',
    '/auth/',
    '/AUTH/x',
    '/auth/x/',
    '/session/END/confirm',
    '/session/end/confirm/',
  ])
    // prettier-ignore
    for (const method of ['GET', 'POST'])
      t.is((await ask(`${house.issuer}${path}`, { method })).status, 404, `${method} ${path}`);
  t.is((await ask(`${house.issuer}/jwks`)).status, 200);
});

for (const [what, over] of [
  ['an operator who writes another office beside their name', { tn_operator: 'Hoa · Công an tỉnh Tây Ninh' }],
  ['an operator of letters that cannot be seen', { tn_operator: '\u3164\u3164\u3164' }],
  ['a reason with an address that begins with no www', { tn_reason: 'Xem tại tayninh-hoso.com' }],
  ['a reason with an address and a path', { tn_reason: 'Xem tại bit.ly/abc' }],
  ['a reason with an address in capitals', { tn_reason: 'Xem tại EVIL.VN/ho-so' }],
] as const)
  test(`${what} is refused`, async (t) => {
    const reply = await begin(desk, `tel:+8498${randomInt(1_000_000, 9_999_999)}`, over);
    t.is(reply.status, 400, reply.text);
    t.is(reply.body['error'], 'invalid_request');
  });

test('what people write is taken: abbreviations, numbers, dates', async (t) => {
  for (const [turn, reason] of [
    'Bà nhờ xem hồ sơ nộp ở UBND P.3, TP.Tây Ninh ngày 3/9.',
    'Th.S. Lê nhờ xem hồ sơ HS-2026-000123 (lần 2)',
    'Hồ sơ số 12.345/2026, hẹn trả 15.00',
  ].entries())
    // prettier-ignore
    t.is((await begin(desk, `tel:+8498123450${turn}`, { tn_reason: reason })).status, 200, reason);
});

test('a key that was replaced opens nothing from then on, and the new one does', async (t) => {
  const anybody = () => `tel:+8498${randomInt(1_000_000, 9_999_999)}`;
  const old = await openDesk(house, 'quay-doi-khoa');
  t.is((await begin(old, anybody())).status, 200);
  const key = await clientKey();
  await house.addClient(deskClient('quay-doi-khoa', key, ['svc:hoso:xem']));
  await wait(300); // the word goes round by a notification
  const stolen = await begin(old, anybody());
  t.is(stolen.status, 401, stolen.text);
  const fresh = await begin(await createRp(house, 'quay-doi-khoa', key), anybody());
  t.is(fresh.status, 200, fresh.text);
});
