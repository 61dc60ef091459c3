import test from 'ava';
import type { RegisteredClient } from '../../adapters/oidc-storage/clients.ts';
import { defaultAcrBase } from '../../policies/level.ts';
import { startDossier } from '../../sandbox/demo-services/dossier.ts';
import type { DemoService } from '../../sandbox/demo-services/serve.ts';
import { deskScopes, startDesk } from '../../sandbox/desk/server.ts';
import type { DeskTwin } from '../../sandbox/desk/server.ts';
import { useMiniApp } from '../support/app-citizen.ts';
import { clientKey, freePort, serviceClient, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { DOSSIERS } from '../support/rp.ts';
import { deskClient, meetCitizen, sayNo, sayYes, seenBy } from './desk.ts';

// The desk of the sandbox, with a library nobody here wrote, and the service behind it.

let house: TestHouse;
let dossier: DemoService;
let desk: DeskTwin;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, {
    environment: { TNID_ACR_BASE: defaultAcrBase.replace(/\/$/, '') },
  });
  await useMiniApp(house);
  const { issuer } = house;
  const [service, own] = [await clientKey(), await clientKey()];
  await house.addClient(serviceClient('hoso', DOSSIERS, service) satisfies RegisteredClient);
  await house.addClient(deskClient('tong-dai-1022', own, deskScopes));
  const port = await freePort();
  const at = `http://localhost:${port}`;
  dossier = await startDossier({ issuer, client: { clientId: 'hoso', privateKey: service.privateJwk }, port, baseUrl: at }); // prettier-ignore
  desk = await startDesk({ port: await freePort(), issuer, clientId: 'tong-dai-1022', privateKey: own.privateJwk, services: { dossier: at, report: at } }); // prettier-ignore
});
test.after.always(async () => {
  await desk?.stop();
  await dossier?.stop();
  await house?.stop();
});

const form = (phone: string, over: Readonly<Record<string, string>> = {}) => ({
  phone,
  errand: 'xem-ho-so',
  operator: 'Lê Thị Hoa, số 12',
  reason: 'Bạn nhờ xem hồ sơ',
  ...over,
});
const send = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${desk.url}/yeu-cau`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
    redirect: 'manual',
  });

/** The page of a call once it says one of these. */
async function pageThatSays(place: string, words: RegExp): Promise<string> {
  const giveUpAt = Date.now() + 20_000;
  for (;;) {
    const text = await (await fetch(`${desk.url}${place}`)).text();
    if (words.test(text) || Date.now() > giveUpAt) return text;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test('an operator asks, waits, and sees what the service answers after the citizen has said yes', async (t) => {
  const citizen = await meetCitizen(house);
  const sent = await send(form(citizen.person.phone));
  t.is(sent.status, 303);
  const place = sent.headers.get('location') ?? '';
  const waiting = await fetch(`${desk.url}${place}`);
  t.is(waiting.headers.get('refresh'), '3');
  const text = await waiting.text();
  t.regex(text, /Đang đợi/);
  t.regex(text, /Không bao giờ hỏi người dân mã/);
  t.false(text.includes(citizen.person.phone), 'others see the screen');
  const [seen] = await seenBy(house, citizen);
  t.true(text.includes(String(seen?.['code'])), 'both screens show the same letters');
  t.is((await sayYes(house, citizen)).status, 200);
  t.regex(await pageThatSays(place, /Đã có kết quả/), /Dịch vụ trả lời[^]*hoSo/);
});

test('an operator whose citizen says no sees that and nothing else', async (t) => {
  const citizen = await meetCitizen(house);
  const place = (await send(form(citizen.person.phone))).headers.get('location') ?? '';
  await sayNo(house, citizen);
  const text = await pageThatSays(place, /không đồng ý/);
  t.regex(text, /Người dân không đồng ý/);
  t.notRegex(text, /hoSo/);
});

test('what is not filled in, comes from another page, or was never asked is refused', async (t) => {
  for (const over of [
    { phone: '123' },
    { phone: '' },
    { operator: '' },
    { reason: 'a' },
    { errand: 'chuyen-tien' },
  ])
    t.is((await send({ ...form('0912345678'), ...over })).status, 400, JSON.stringify(over));
  t.is((await send(form('0912345678'), { origin: 'https://evil.example' })).status, 403);
  t.is((await fetch(`${desk.url}/cuoc/x`)).status, 404);
  const echoed = await (await send(form('<b>1</b>'))).text();
  t.false(echoed.includes('<b>1</b>'));
});
