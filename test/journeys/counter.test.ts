// The counter in a real Chromium: a citizen of the demo with a telephone, an officer at a desk who
// uses the keyboard alone. Nobody touches the telephone while the officer works.

import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { sql } from '../../database.ts';
import { introduce, inventPerson } from '../../sandbox/citizen/people.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { inviteStaff } from '../../staff/invitation.ts';
import { PASSWORD } from '../counter/desk.ts';
import { words } from '../counter/people.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { openBrowser, shoot } from '../support/browser.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';

let house: TestHouse;
let rp: Rp;
test.before('the house is open', async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always('the house is closed', () => house?.stop());

async function openPage(t: ExecutionContext, viewport: { width: number; height: number }): Promise<Page> {
  const context = await (await openBrowser()).newContext({ viewport, locale: 'vi-VN' });
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) t.fail(message.text());
  });
  return page;
}

const press = (page: Page, button: string) => page.getByRole('button', { name: button }).first().click();
// The browser puts the cursor there a moment after the page is shown; letters typed before are lost.
const cursorIn = (page: Page) => page.locator(':is(input, textarea):focus').waitFor();
const titled = (page: Page, title: string) => page.getByRole('heading', { level: 1, name: title }).waitFor();
// The client's own page is none of ours, and does not stand anywhere in this test.
async function proven(): Promise<void> {
  for (let n = 0; n < 100; n += 1) {
    if ((await house.db.rows(sql`select 1 as one from level_fact where level = 2`)).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('no level 2 after ten seconds');
}
const narrow = { width: 360, height: 740 };
const wide = { width: 1280, height: 900 };

test.serial('from an invitation to level 2: passkey, code, card, three ticks, a text message', async (t) => {
  t.timeout(180_000);
  const desk = await openPage(t, wide);
  const look = (page: Page, what: string) => shoot(page, `journey-counter-${what}`);
  const device = await desk.context().newCDPSession(desk);
  await device.send('WebAuthn.enable');
  await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });

  // The officer: invitation, codes, a passkey, and in by it.
  const invitation = { login: 'hoa.nguyen', role: 'officer', unit: 'Quầy một cửa phường Tân Ninh', communeCode: '25459' } as const; // prettier-ignore
  const token = await inviteStaff({ db: house.db, origin: 'journey' }, invitation, new Date());
  await desk.goto(`${house.issuer}/nhan-vien/loi-moi/${token}`);
  await desk.getByLabel(words.staff.password).fill(PASSWORD);
  await press(desk, words.staff.button);
  await titled(desk, words.staffSafety.codesShownTitle);
  t.is(await desk.locator('.codes li').count(), 10);
  await look(desk, '01-ma-khoi-phuc');
  await desk.getByRole('link', { name: words.staffSafety.codesKept }).click();
  await desk.getByLabel(words.staffSafety.passkeyName).fill('Máy tính ở quầy 2');
  await press(desk, words.staffSafety.addPasskey);
  await desk.getByText('Máy tính ở quầy 2').first().waitFor();
  await look(desk, '02-bao-mat');
  await desk.getByRole('link', { name: words.staffSafety.signInFirst }).click();
  await titled(desk, words.staffDoor.title);
  await look(desk, '03-dang-nhap');
  await press(desk, words.staffDoor.passkey);
  await titled(desk, words.counter.title);
  await look(desk, '04-quay');

  // The citizen, on the telephone.
  const person = inventPerson();
  await introduce(person, { zalo: house.zalo.url, vneid: house.vneid.url });
  const phone = await openPage(t, narrow);
  const begunAt = Date.now();
  await phone.goto((await rp.begin('openid tn.level svc:hoso:xem', DOSSIERS)).url);
  let taps = 0;
  const tap = async (button: string) => {
    taps += 1;
    await press(phone, button);
  };
  await tap(words.login.button);
  await phone.waitForURL(/\/v4\/permission/);
  await press(phone, person.name); // Zalo's own pages are not counted
  await press(phone, 'Cho phép');
  await titled(phone, words.brake.title);
  await tap(words.brake.no);
  await tap(words.stepUp.methods.counter.button);
  await titled(phone, words.counterStep.title);
  await look(phone, '05-ma-cua-nguoi-dan');
  const code = await phone.locator('.big-code').innerText();

  // The officer again, by keyboard: the cursor is where it is needed.
  await desk.goto(`${house.issuer}/counter`);
  await cursorIn(desk);
  await desk.keyboard.type(code.toLowerCase());
  await desk.keyboard.press('Enter');
  await titled(desk, words.counterCard.title);
  await cursorIn(desk);
  await desk.keyboard.type('999190000011||Nguyễn Thị Minh An|15061990|Nữ|Ấp 1, phường Tân Ninh|02032022');
  await look(desk, '06-the');
  await desk.keyboard.press('Enter');
  await titled(desk, words.counterLook.title);
  await phone.getByRole('heading', { name: words.counterStep.claimed }).waitFor();
  await look(phone, '07-can-bo-dang-xem');
  await cursorIn(desk);
  for (const _ of ['face', 'card', 'freeWill']) {
    await desk.keyboard.press('Space');
    await desk.keyboard.press('Tab');
  }
  await desk.keyboard.type('Người cao');
  await look(desk, '08-doi-chieu');
  await desk.keyboard.press('Tab'); // the note
  await desk.keyboard.press('Tab');
  await desk.keyboard.press('Enter');
  await titled(desk, words.counterDone.proven);
  await look(desk, '09-xong');

  // Nobody has touched the telephone: it goes on by itself.
  await titled(phone, words.phone.title);
  await look(phone, '10-so-dien-thoai');
  taps += 1;
  await phone.getByLabel(words.phone.label).fill(person.phone);
  await tap(words.phone.button);
  taps += 1;
  await phone.locator('input[name=code]').fill(await newestCode(house.sms.url, person.phone));
  await tap(words.code.button);
  await proven();
  t.log(`${taps} taps and fields of the citizen, ${Math.round((Date.now() - begunAt) / 1000)} s`);
  t.true(taps <= 8, `${taps} taps and fields`);
  const levels = await house.db.rows<{ level: number; amr: string[]; identity_source: string | null }>(
    sql`select level, amr, identity_source from level_fact where level = 2`,
  );
  t.like(levels[0], { level: 2, identity_source: 'counter' });
  t.true(levels[0]?.amr.includes('counter') && levels[0].amr.includes('otp'));
});
