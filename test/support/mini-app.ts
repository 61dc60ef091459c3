// The mini app on the sandbox's telephone, in a real Chromium of 360 × 740: whoever holds it, the taps they
// make, and a look at every screen on the way.

import type { ExecutionContext } from 'ava';
import type { FrameLocator, Page } from 'playwright-core';
import type { Stage } from '../../bin/demo-stage.ts';
import { introduce, inventPerson } from '../../sandbox/citizen/people.ts';
import type { Person } from '../../sandbox/citizen/people.ts';
import { axeViolations, openBrowser, shoot } from './browser.ts';

export type MiniApp = {
  readonly page: Page;
  readonly frame: FrameLocator;
  readonly person: Person;
  /** Taps and fields of the citizen so far; Zalo's own dialogs are not counted. */
  taps(): number;
  press(button: string | RegExp): Promise<void>;
  open(link: string | RegExp): Promise<void>;
  type(label: string | RegExp, text: string): Promise<void>;
  /** Waits for the screen with this heading. */
  titled(title: string | RegExp): Promise<void>;
  reads(text: string | RegExp): Promise<void>;
  /** The heading on the screen once it is another than `before`. */
  heading(before?: string): Promise<string>;
  /** A picture, and axe on what is shown. */
  look(name: string): Promise<void>;
  /** Zalo's own question. */
  zalo(answer: 'Cho phép' | 'Từ chối'): Promise<void>;
  /** Turns a fault of the telephone on or off. */
  fault(label: RegExp): Promise<void>;
  /** What Zalo does with the app while its person is elsewhere; the first is what the telephone does anyway. */
  returns(how: 'relaunch' | 'resume' | 'never'): Promise<void>;
  /** Back from another page: Chromium without a screen never hides one. */
  comeBack(): Promise<void>;
  /** Closed and opened again. */
  relaunch(): Promise<void>;
};

const qrOf = ({ personalNumber, name, birthdate }: Person) =>
  `${personalNumber}||${name}|${birthdate.slice(6)}${birthdate.slice(4, 6)}${birthdate.slice(0, 4)}|Nữ|Ấp 1, phường Tân Ninh|02032022`;

/** Somebody nobody has met, with Zalo, a card with a chip, VNeID, and this telephone in the hand. */
export async function newcomer({ sandbox, miniApp }: Stage): Promise<Person> {
  const person = inventPerson();
  const { personalNumber, name, birthdate, zaloId, phone } = person;
  await introduce(person, sandbox);
  const tell = async (url: string, body: object) => {
    const { status } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (status !== 201) throw new Error(`${url}: HTTP ${status}`);
  };
  await Promise.all([
    tell(`${sandbox.register}/__sandbox/citizens`, { personalNumber, name, birthdate }),
    tell(`${sandbox.cards}/__sandbox/cards`, { personalNumber, name, birthdate }),
    tell(`${miniApp}/host/people`, { zaloId, name, phone, personalNumber, qr: qrOf(person) }),
  ]);
  return person;
}

/** Opens the app in this person's hand, and answers Zalo's question about the name. */
export async function openMiniApp(
  t: ExecutionContext,
  stage: Stage,
  road: string,
  options: { readonly person?: Person; readonly name?: 'Cho phép' | 'Từ chối' } = {},
): Promise<MiniApp> {
  const person = options.person ?? (await newcomer(stage));
  const context = await (
    await openBrowser()
  ).newContext({
    viewport: { width: 360, height: 740 },
    locale: 'vi-VN',
    hasTouch: true,
  });
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) t.fail(message.text());
  });
  page.on('pageerror', (error) => t.fail(error.message));
  const frame = page.frameLocator('iframe');
  let [taps, looks] = [0, 0];
  const app: MiniApp = {
    page,
    frame,
    person,
    taps: () => taps,
    async press(button) {
      taps += 1;
      await frame.getByRole('button', { name: button }).first().click();
    },
    async open(link) {
      taps += 1;
      await frame.getByRole('link', { name: link }).first().click();
    },
    async type(label, text) {
      taps += 1;
      await frame.getByLabel(label).first().fill(text);
    },
    titled: (title) => frame.getByRole('heading', { level: 1, name: title }).waitFor(),
    async heading(before = '') {
      const heading = frame.locator('h1:visible').first();
      for (const end = Date.now() + 20_000; Date.now() < end; await page.waitForTimeout(50)) {
        const text: string = await heading.innerText().catch(() => before);
        if (text !== before && text !== '') return text;
      }
      throw new Error(`still on "${before}"`);
    },
    reads: (text) => frame.getByText(text).first().waitFor(),
    async look(what) {
      looks += 1;
      await shootFrame(page, `mini-app-${road}-${String(looks).padStart(2, '0')}-${what}`);
      t.deepEqual(await axeViolations(page, 'all', true), [], what);
    },
    zalo: (answer) => page.getByRole('dialog').getByRole('button', { name: answer }).click(),
    fault: (label) => inMenu(page, () => page.getByLabel(label).click()),
    async returns(how) {
      await inMenu(page, () => page.getByLabel('Khi quay về từ trang khác').selectOption(how));
    },
    async comeBack() {
      await page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')));
    },
    async relaunch() {
      await page.getByRole('button', { name: 'Cài đặt' }).click();
      await page.getByRole('button', { name: 'Đóng và mở lại ứng dụng nhỏ' }).click();
    },
  };
  await page.goto(`${stage.miniApp}/?zalo_id=${person.zaloId}`);
  await app.zalo(options.name ?? 'Cho phép');
  return app;
}

async function inMenu(page: Page, work: () => Promise<unknown>): Promise<void> {
  await page.getByRole('button', { name: 'Cài đặt' }).click();
  await work();
  await page.getByRole('button', { name: 'Đóng cài đặt' }).click();
}

// The whole screen of the app, which scrolls inside its frame: the telephone grows for the picture.
async function shootFrame(page: Page, name: string): Promise<void> {
  const height = await page.evaluate(
    () => document.querySelector('iframe')?.contentDocument?.documentElement.scrollHeight ?? 692,
  );
  await page.setViewportSize({ width: 360, height: Math.max(740, height + 48) });
  await shoot(page, name);
  await page.setViewportSize({ width: 360, height: 740 });
}
