// The main job in a real Chromium, through the portal, on a phone and on a desk. Every page is
// photographed into shots/journey-* for a person to look at, and examined by axe.

import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { introduce, inventPerson, type Person } from '../../sandbox/citizen/people.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { wordsOf } from '../../views/words/words.ts';
import { axeViolations, openBrowser, shoot } from '../support/browser.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 1_000 });
const words = wordsOf('vi');

type Walker = {
  readonly page: Page;
  readonly person: Person;
  press(button: string): Promise<void>;
  look(name: string): Promise<void>;
};

async function walker(
  t: ExecutionContext,
  name: string,
  viewport: { width: number; height: number },
): Promise<Walker> {
  const person = inventPerson();
  await introduce(person, stage.current().sandbox);
  const browser = await openBrowser();
  const context = await browser.newContext({ viewport, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => {
    // Chromium says here what a policy stopped: a form that may not lead where the flow goes.
    if (/Content Security Policy|Refused to/.test(message.text())) t.fail(message.text());
  });
  let count = 0;
  return {
    page,
    person,
    press: (button) => page.getByRole('button', { name: button }).first().click(),
    async look(what) {
      count += 1;
      await shoot(page, `journey-${name}-${String(count).padStart(2, '0')}-${what}`);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      t.true(Number(overflow) <= 0, `${what} fits the width of the screen`);
      // The neighbours' pages are not ours to publish.
      const ours = [stage.current().issuer, stage.current().portal].some((origin) =>
        page.url().startsWith(origin),
      );
      if (ours) t.deepEqual(await axeViolations(page), [], what);
    },
  };
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

async function passZalo({ page, person, press, look }: Walker): Promise<void> {
  await look('dang-nhap');
  await press(words.login.button);
  await page.waitForURL(/\/v4\/permission/);
  await look('zalo');
  await press(person.name);
  await press('Cho phép');
}

async function answerConsent(
  { page, press, look }: Walker,
  choices: Readonly<Record<string, 'given' | 'refused'>>,
): Promise<void> {
  await page.waitForURL(/\/interaction\/[\w-]+/);
  await look('dong-y-trong');
  for (const [purpose, choice] of Object.entries(choices))
    await page.locator(`input[name="purpose.${purpose}"][value="${choice}"]`).check();
  await look('dong-y');
  await press(words.consent.submit);
}

async function stepUp({ page, person, press, look }: Walker): Promise<void> {
  await page.waitForURL(/\/interaction\/[\w-]+/);
  t_is(await heading(page).innerText(), words.brake.title);
  await look('co-ai-goi');
  await press(words.brake.no);
  t_is(await heading(page).innerText(), words.stepUp.title.first);
  await look('xac-minh');
  await press(words.stepUp.methods.vneid.button);
  await page.waitForURL(/\/oauth2\/authorize/);
  await look('vneid');
  await press(person.name);
  await page.getByLabel(words.phone.label).fill(person.phone);
  await look('so-dien-thoai');
  await press(words.phone.button);
  await page.locator('input[name=code]').fill(await newestCode(stage.current().sandbox.sms, person.phone));
  await look('ma');
  await press(words.code.button);
}

function t_is(actual: string, expected: string): void {
  if (actual !== expected) throw new Error(`expected "${expected}", the page says "${actual}"`);
}

const screens = [
  ['360', { width: 360, height: 740 }],
  ['1280', { width: 1280, height: 900 }],
] as const;

for (const [name, viewport] of screens) {
  test.serial(
    `a citizen reports, files, withdraws and leaves at ${viewport.width} × ${viewport.height}`,
    async (t) => {
      const me = await walker(t, name, viewport);
      const { page, press, look } = me;
      const { portal, issuer } = stage.current();

      await page.goto(portal);
      await look('cong');
      await page.getByRole('link', { name: 'Gửi phản ánh' }).click();
      await page.getByLabel('Bạn thấy điều gì?').fill('Đèn đường hỏng trước cổng trường.');
      await page.getByLabel('Ở đâu?').fill('Đường 30/4, phường Tân Ninh');
      await look('phan-anh');
      await press('Gửi phản ánh');
      await passZalo(me);
      await answerConsent(me, { 'phananh.bao-ket-qua': 'given' });
      await page.waitForURL(`${portal}/ket-qua`);
      t.is(await heading(page).innerText(), 'Phản ánh đã được tiếp nhận');
      await page.getByText('Dành cho nhà phát triển').click();
      t.true((await page.locator('dl').last().innerText()).includes('/acr/1'));
      await look('phan-anh-xong');

      await page.goto(`${portal}/ho-so`);
      await answerConsent(me, { 'hoso.bao-tin': 'refused' });
      await page.waitForURL(`${portal}/ho-so`);
      await page.getByLabel('Điều bạn muốn đăng ký').fill('Tôi xin học lớp buổi sáng.');
      await look('ho-so');
      await press('Nộp hồ sơ');
      await stepUp(me);
      await answerConsent(me, { 'hoso.xu-ly': 'given' });
      await page.waitForURL(`${portal}/ket-qua`);
      t.is(await heading(page).innerText(), 'Hồ sơ đã được tiếp nhận');
      t.regex(await page.locator('dl').first().innerText(), /HS-\d{4}-\d{6}/);
      await look('ho-so-xong');

      await page.goto(`${issuer}/toi`);
      await look('ho-so-cua-toi');
      await page.getByRole('link', { name: /Rút lại đồng ý\s*: Tiếp nhận và xử lý hồ sơ/ }).click();
      await look('rut-lai');
      await press(words.withdraw.button);
      t.is(await heading(page).innerText(), words.withdrawn.title);
      await look('da-rut-lai');
      await page.getByRole('link', { name: words.withdrawn.receipt }).click();
      await look('bien-nhan');

      // The portal still holds its token; the service asks for consent again, and only for that.
      await page.waitForTimeout(2_000);
      await page.goto(`${portal}/ho-so`);
      await page.getByLabel('Điều bạn muốn đăng ký').fill('Tôi xin học lớp buổi chiều.');
      await press('Nộp hồ sơ');
      await answerConsent(me, { 'hoso.xu-ly': 'given' });
      await page.waitForURL(`${portal}/ket-qua`);
      t.is(await heading(page).innerText(), 'Hồ sơ đã được tiếp nhận');

      await page.goto(portal);
      await look('cong-da-vao');
      await press('Đăng xuất');
      await page.waitForURL(/\/session\/end/);
      await look('dang-xuat');
      await press(words.leave.confirmYes);
      await page.waitForURL(`${portal}/`);
      t.is(await page.getByRole('button', { name: 'Đăng xuất' }).count(), 0);
      await look('da-dang-xuat');
    },
  );
}

test.serial('leaving Tây Ninh ID by its own page ends the session at the portal, too', async (t) => {
  const me = await walker(t, 'roi', { width: 360, height: 740 });
  const { page, press } = me;
  const { portal, issuer } = stage.current();
  await page.goto(`${portal}/ho-so`);
  await passZalo(me);
  await answerConsent(me, { 'hoso.bao-tin': 'refused' });
  await page.waitForURL(`${portal}/ho-so`);
  await page.goto(portal);
  t.is(await page.getByRole('button', { name: 'Đăng xuất' }).count(), 1);
  await page.goto(`${issuer}/toi`);
  await press(words.account.logout);
  await me.look('dang-xuat');
  await press(words.leave.confirmYes);
  await page.getByRole('heading', { level: 1, name: words.leave.signedOutTitle }).waitFor();
  await page.goto(portal);
  t.is(await page.getByRole('button', { name: 'Đăng xuất' }).count(), 0);
});

test.serial(
  'who says no at Zalo is told what to do, and who stops altogether comes back to the portal',
  async (t) => {
    const me = await walker(t, 'thoi', { width: 360, height: 740 });
    const { page, press, look } = me;
    await page.goto(`${stage.current().portal}/ho-so`);
    await press(words.login.button);
    await press(me.person.name);
    await press('Từ chối');
    await page.getByText(words.login.errors.declined).first().waitFor();
    await look('tu-choi-zalo');
    await press(words.login.cancel);
    await page.waitForURL(/\/ve\?/);
    t.is(await heading(page).innerText(), 'Bạn chưa hoàn tất');
    await look('chua-hoan-tat');
  },
);
