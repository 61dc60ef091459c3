// Every road to level 2 in a real Chromium, each by the citizen it was built for, on a phone. The road
// through the counter, with its officer, is in counter.test.ts. And one whom every road refuses.

import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { sql } from '../../database.ts';
import { introduce, inventPerson } from '../../sandbox/citizen/people.ts';
import type { Person } from '../../sandbox/citizen/people.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { atWork, goToCounter, words } from '../counter/people.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { axeViolations, openBrowser, shoot } from '../support/browser.ts';
import { compareCard, openCardPage } from '../support/card.ts';
import { openChipPage, sendChip } from '../support/chip.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, INSURANCE } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { visitorAs } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before('the house is open', async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always('the house is closed', () => house?.stop());

type Walker = {
  readonly page: Page;
  press(button: string): Promise<void>;
  titled(title: string): Promise<void>;
  look(name: string): Promise<void>;
};

async function phone(t: ExecutionContext, road: string): Promise<Walker> {
  const viewport = { width: 360, height: 740 };
  const context = await (await openBrowser()).newContext({ viewport, locale: 'vi-VN' });
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) t.fail(message.text());
  });
  let count = 0;
  return {
    page,
    press: (button) => page.getByRole('button', { name: button }).first().click(),
    titled: (title) => page.getByRole('heading', { level: 1, name: title }).waitFor(),
    async look(what) {
      count += 1;
      await shoot(page, `journey-road-${road}-${String(count).padStart(2, '0')}-${what}`);
      if (page.url().startsWith(house.issuer)) t.deepEqual(await axeViolations(page), [], what);
    },
  };
}

/** From the request to the choice of a way. */
async function arrive({ page, press, titled, look }: Walker, person: Person): Promise<void> {
  await page.goto((await rp.begin('openid tn.level svc:bhyt:xem', INSURANCE)).url);
  await press(words.login.button);
  await page.waitForURL(/\/v4\/permission/);
  await press(person.name);
  await press('Cho phép');
  await titled(words.brake.title);
  await look('co-ai-goi');
  await press(words.brake.no);
  await titled(words.stepUp.title.first);
  await look('chon-cach');
}

async function codeAndConsent({ page, press, titled, look }: Walker, person: Person): Promise<void> {
  await titled(words.phone.title);
  await page.getByLabel(words.phone.label).fill(person.phone);
  await look('so-dien-thoai');
  await press(words.phone.button);
  await page.locator('input[name=code]').fill(await newestCode(house.sms.url, person.phone));
  await look('nhap-ma');
  await press(words.code.button);
  const submit = page.getByRole('button', { name: words.consent.submit });
  await submit
    .or(page.getByRole('button', { name: words.consent.acknowledge }))
    .first()
    .waitFor();
  for (const radio of await page.locator('input[type=radio][value=given]').all()) await radio.check();
  await look('dong-y');
  // Nobody listens at the client's address: that the browser sets out for it with a code is the end.
  const gone = page.waitForRequest(/localhost:9\/ve\?code=/);
  if (await submit.isVisible()) await submit.click();
  else await press(words.consent.acknowledge);
  await gone;
}

const sourceOf = async ({ zaloId }: Person) =>
  (
    await house.db.row<{ source: string }>(sql`
      select b.source from identity_binding b join zalo_link l using (account_id)
      where l.zalo_id = ${zaloId} and b.ended_at is null`)
  )?.source;

async function newcomer(): Promise<Person> {
  const person = inventPerson();
  await introduce(person, { zalo: house.zalo.url, vneid: house.vneid.url });
  return person;
}

test.serial('a phone with VNeID: VNeID and a code', async (t) => {
  const [walker, person] = [await phone(t, 'vneid'), await newcomer()];
  await arrive(walker, person);
  await walker.press(words.stepUp.methods.vneid.button);
  await walker.page.waitForURL(/\/oauth2\/authorize/);
  await walker.press(person.name);
  await codeAndConsent(walker, person);
  t.is(await sourceOf(person), 'vneid');
});

test.serial('a phone without NFC and no VNeID: what is printed on the card, and a code', async (t) => {
  const [walker, person] = [await phone(t, 'card'), await newcomer()];
  const { personalNumber, name, birthdate } = person;
  const told = await fetch(`${house.register.url}/__sandbox/citizens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ personalNumber, name, birthdate }) }); // prettier-ignore
  t.is(told.status, 201);
  await arrive(walker, person);
  const { page, press, titled, look } = walker;
  await press(words.stepUp.methods.card.button);
  await titled(words.card.title);
  await page.locator('input[name=number]').fill(personalNumber);
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=day]').fill(birthdate.slice(6, 8));
  await page.locator('input[name=month]').fill(birthdate.slice(4, 6));
  await page.locator('input[name=year]').fill(birthdate.slice(0, 4));
  await look('the');
  await press(words.card.button);
  await codeAndConsent(walker, person);
  t.is(await sourceOf(person), 'register_match');
});

test.serial('a phone with NFC: the chip of the card, its authority, and a code', async (t) => {
  const [walker, person] = [await phone(t, 'chip'), await newcomer()];
  const card = house.cardAuthority.issue(person);
  await arrive(walker, person);
  const { page, press, titled, look } = walker;
  await press(words.stepUp.methods.chip.button);
  await titled(words.chip.title);
  const buffer = Buffer.from(JSON.stringify(card.read()));
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'the.json', mimeType: 'application/json', buffer });
  await look('chip');
  await press(words.chip.button);
  await codeAndConsent(walker, person);
  t.is(await sourceOf(person), 'chip_c06');
});

// VNeID at level 1, a number that was cancelled, a card that was reported lost.
test.serial('one person is refused by every road, by each for its own reason', async (t) => {
  const person = {
    ...inventPerson(),
    personalNumber: '999091000013',
    name: 'Lê Văn Thu',
    birthdate: '19910101',
  };
  const vneidCitizen = { personalNumber: person.personalNumber, name: person.name, birthdate: person.birthdate, ial: 1 }; // prettier-ignore
  await introduce(person, { zalo: house.zalo.url, vneid: house.vneid.url });
  const told = await fetch(`${house.vneid.url}/__sandbox/citizens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(vneidCitizen) }); // prettier-ignore
  t.is(told.status, 201);
  const card = house.cardAuthority.issue(person);
  house.cardAuthority.setKnobs({ revoked: [person.personalNumber] });
  const told2 = () => visitor.browser.page().document.text;

  const visitor = visitorAs(house, person);
  await openCardPage(rp, visitor);
  await compareCard(visitor, {
    number: person.personalNumber,
    name: person.name,
    day: '01',
    month: '01',
    year: '1991',
  });
  t.regex(told2(), /Chưa đối chiếu được/, 'the register knows the number as cancelled and says so to nobody');
  t.notRegex(told2(), /hủy|thay bằng/);

  await openChipPage(rp, visitor);
  await sendChip(visitor, card.read());
  t.regex(told2(), /hiện không dùng để xác minh được/, 'the authority knows the card as lost');

  await visitor.browser.press('Chọn cách khác');
  await visitor.browser.press(words.stepUp.methods.vneid.button);
  await visitor.browser.press(person.name);
  t.regex(told2(), /Tài khoản VNeID này chưa đủ/, 'VNeID vouches at level 1 only');

  const officer = await atWork(house, 'hanh.pham');
  const code = await goToCounter(rp, visitor);
  await officer.browser.open(`${house.issuer}/counter`);
  await officer.browser.press(words.counter.codeButton, { code });
  await officer.browser.press(words.counterCard.button, { number: person.personalNumber, name: person.name, birthdate: '01/01/1991' }); // prettier-ignore
  t.regex(
    officer.browser.page().document.text,
    /đã bị hủy hoặc thay bằng số khác/,
    'the officer is told what to do',
  );

  t.is(await sourceOf(person), undefined);
  const levels = await house.db.rows(sql`
    select 1 as one from level_fact f join zalo_link l using (account_id) where l.zalo_id = ${person.zaloId} and f.level = 2`);
  t.is(levels.length, 0);
  house.cardAuthority.resetKnobs();
});
