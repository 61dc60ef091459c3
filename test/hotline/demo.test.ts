// The demo hotline from end to end: a citizen writes on Zalo, and reads the answer there.

import test from 'ava';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from '../../database.ts';
import { defaultAcrBase } from '../../policies/level.ts';
import { dossierAudience, startDossier } from '../../sandbox/demo-services/dossier.ts';
import type { DemoService } from '../../sandbox/demo-services/serve.ts';
import { said, wishOf } from '../../sandbox/hotline/answers.ts';
import { startHotline } from '../../sandbox/hotline/server.ts';
import type { Hotline } from '../../sandbox/hotline/server.ts';
import { meetInZalo, useMiniApp } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { clientKey, freePort, serviceClient, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { agreeToHotline, HOTLINE, hotlineClient, ownApi } from '../support/hotline.ts';

let house: TestHouse;
let dossiers: DemoService;
let hotline: Hotline;
const done: string[] = [];
test.before(async () => {
  house = await startHouse((await useDatabase()).url, {
    zaloEvents: true,
    environment: { TNID_ACR_BASE: defaultAcrBase.replace(/\/$/, '') },
  });
  await useMiniApp(house);
  const [service, own] = [await clientKey(), await clientKey()];
  await house.addClient(serviceClient('hoso', dossierAudience, service));
  await house.addClient(hotlineClient(own));
  const port = await freePort();
  dossiers = await startDossier({
    port,
    baseUrl: `http://localhost:${port}`,
    issuer: house.issuer,
    client: { clientId: 'hoso', privateKey: service.privateJwk },
  });
  const { oaId, appId, appSecret, secret, refreshToken } = house.hotlineOa;
  hotline = await startHotline({
    issuer: house.issuer,
    clientId: HOTLINE,
    privateKey: own.privateJwk,
    account: { oaId, appId, appSecret, oaSecret: secret, refreshToken },
    zaloUrl: house.zalo.url,
    dossier: { audience: dossierAudience, url: dossiers.url },
    onDone: (outcome) => done.push(outcome),
  });
  house.zalo.setWebhook(oaId, hotline.webhookUrl);
});
test.after.always(async () => {
  await hotline?.stop();
  await dossiers?.stop();
  await house?.stop();
});

/** Writes, and waits for the answer. */
async function ask({ person }: AppCitizen, text: string): Promise<string> {
  const who = { zaloId: person.zaloId, oaId: house.hotlineOa.oaId };
  const before = house.zalo.oaInbox(who).length;
  const told = await house.zalo.writeToOa({ ...who, text });
  if (told.outcome !== 'delivered') throw new Error(`not delivered: ${told.attempts.join()}`);
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(20)) {
    const messages = house.zalo.oaInbox(who);
    if (messages.length > before) return messages[0]?.text ?? '';
  }
  throw new Error('no answer');
}

test('what anybody may know is answered without knowing anybody', async (t) => {
  const stranger = await meetInZalo(house);
  t.regex(await ask(stranger, 'Cho hỏi xe buýt đi Gò Dầu'), /Tuyến 01/);
  t.regex(await ask(stranger, 'may gio mo cua'), /7 giờ/);
  t.regex(await ask(stranger, 'chào'), /hồ sơ của tôi/);
  const known = await house.db.rows(sql`select 1 from zalo_link where zalo_id = ${stranger.person.zaloId}`);
  t.is(known.length, 0);
});

test('a dossier by its code: the state, nothing of whose it is; too many guesses are not answered', async (t) => {
  const stranger = await meetInZalo(house);
  t.regex(await ask(stranger, 'tra cứu hồ sơ HS-2026-999999'), /Không có hồ sơ/);
  for (let guess = 0; guess < 9; guess += 1) await ask(stranger, `HS-2026-${guess}`);
  t.regex(await ask(stranger, 'HS-2026-1'), /đợi 10 phút/);
});

test('"hồ sơ của tôi": first the way to the app, then a link, then the answer, and none after unlinking', async (t) => {
  const citizen = await meetInZalo(house);
  const first = await ask(citizen, 'hồ sơ của tôi');
  t.regex(first, /https:\/\/zalo\.me\/s\/\d+\/\?man=lien-ket-1022/);
  t.regex(await ask(citizen, 'LK 12345 67890'), /Mã không đúng/);

  const own = await ownApi(house, citizen);
  const { body } = await agreeToHotline(own);
  t.regex(await ask(citizen, String(body['code'])), /Đã nối/);
  t.regex(await ask(citizen, 'Ho so cua toi'), /chưa có hồ sơ nào/);
  t.regex(await ask(citizen, 'tra cứu hồ sơ'), /chưa có hồ sơ nào/);

  await own('DELETE');
  t.regex(await ask(citizen, 'hồ sơ của tôi'), /Nối với 1022/);
});

test('a consent taken back is said to be one', async (t) => {
  const citizen = await meetInZalo(house);
  const own = await ownApi(house, citizen);
  await ask(citizen, String((await agreeToHotline(own)).body['code']));
  await agreeToHotline(own, []);
  t.regex(await ask(citizen, 'hồ sơ của tôi'), /chưa đồng ý/);
});

test('an event that comes twice is answered once, and one that is not Zalo’s never', async (t) => {
  const citizen = await meetInZalo(house);
  const who = { zaloId: citizen.person.zaloId, oaId: house.hotlineOa.oaId };
  house.zalo.setKnobs({ 'wh.dup': 'on' });
  await ask(citizen, 'giờ làm việc');
  house.zalo.setKnobs({ 'wh.dup': 'off' });
  await sleep(300);
  t.is(house.zalo.oaInbox(who).length, 1);
  const forged = await fetch(hotline.webhookUrl, { method: 'POST', body: '{}', headers: { 'x-zevent-signature': 'mac=00' } }); // prettier-ignore
  t.is(forged.status, 401);
  t.is((await fetch(hotline.webhookUrl)).status, 405);
});

test('a token of the account that ended elsewhere is renewed once', async (t) => {
  const citizen = await meetInZalo(house);
  await ask(citizen, 'chào');
  house.zalo.dropOaToken(house.hotlineOa.oaId);
  t.regex(await ask(citizen, 'giờ làm việc'), /7 giờ/);
});

for (const [text, kind] of [
  ['LK 48213 99375', 'link-code'],
  ['lk4821399375', 'link-code'],
  ['LK 4821', 'help'],
  ['hs 2026 12', 'dossier'],
  ['Hồ sơ HS-2026-000012 của tôi tới đâu rồi', 'dossier'],
  ['HỒ SƠ CỦA TÔI', 'mine'],
  ['tra cuu ho so', 'mine'],
  ['trạm nào gần chợ', 'buses'],
  ['mấy giờ làm việc', 'hours'],
  ['', 'help'],
] as const)
  test(`"${text}" asks for ${kind}`, (t) => {
    t.is(wishOf(text).kind, kind);
  });

test('a long list is cut, and says so', (t) => {
  const many = Array.from({ length: 30 }, (_, n) => ({ ma: `HS-2026-${n}`, trangThai: 'Đã tiếp nhận' }));
  const answer = said.mine(many);
  t.regex(answer, /Bạn có 30 hồ sơ/);
  t.regex(answer, /Các hồ sơ khác xem trong ứng dụng/);
  t.true(answer.length < 2_000, 'what one message may hold');
});
