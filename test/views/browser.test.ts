// The pages in a real Chromium under the strictest policy: no script, no inline style.

import test from 'ava';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { gallery, galleryIndexPage } from '../../views/gallery.ts';
import { render } from '../../views/html.ts';
import type { Lang } from '../../views/words/words.ts';
import { axeViolations, openBrowser, shoot } from '../support/browser.ts';

const stylesheet = readFileSync(new URL('../../views/style.css', import.meta.url));
const entries = gallery((lang, id) => ({ lang, stylesheet: '/style.css', otherLangHref: `/${id}` }));
const index = galleryIndexPage({
  page: { lang: 'vi', stylesheet: '/style.css' },
  entries: entries.map(({ id, title }) => ({ title, viHref: `/${id}`, enHref: `/${id}?lang=en` })),
});

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://gallery');
  if (url.pathname === '/style.css') {
    response.setHeader('content-type', 'text/css').end(stylesheet);
    return;
  }
  const entry = entries.find(({ id }) => `/${id}` === url.pathname);
  const lang: Lang = url.searchParams.get('lang') === 'en' ? 'en' : 'vi';
  response
    .setHeader('content-type', 'text/html; charset=utf-8')
    .setHeader(
      'content-security-policy',
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'",
    )
    .end(render(entry ? entry.html(lang) : index));
});
let origin = '';
test.before('the gallery is open', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on TCP, so the address is never a string or null.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.after.always('the gallery is closed', () => {
  server.close();
});

type Measured = { readonly overflowPx: number; readonly basePx: number; readonly small: readonly string[] };

// Runs inside the page. A link inside a sentence is exempt from target size (WCAG 2.5.8).
const measure = `(() => {
  const name = (element) => element.tagName + ' ' + (element.textContent.trim() || element.id);
  const targets = [...document.querySelectorAll('a, button, summary, input:not([type=hidden])')]
    .map((element) => (['radio', 'checkbox'].includes(element.type) ? element.closest('label') : element))
    // What lies in a closed fold is no target yet; a page with a mistake there shows it open.
    .filter((element) => element && element.checkVisibility() && getComputedStyle(element).display !== 'inline');
  return {
    overflowPx: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    basePx: parseFloat(getComputedStyle(document.body).fontSize),
    small: targets
      .filter((element) => { const box = element.getBoundingClientRect(); return box.height < 48 || box.width < 48; })
      .map(name),
  };
})()`;

// Through the debugger: page.evaluate is an eval to the page, which its policy forbids.
async function measured(page: Page): Promise<Measured> {
  const debug = await page.context().newCDPSession(page);
  const { result } = await debug.send('Runtime.evaluate', { expression: measure, returnByValue: true });
  await debug.detach();
  return result.value as Measured; // the shape `measure` builds
}

type Look = {
  readonly name: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'dark';
  readonly lang: Lang;
  /** Which rules: all of them once; then what can differ, the colours at night. A size is measured below. */
  readonly axe: 'all' | 'colours' | undefined;
  readonly shots: boolean;
};
const looks: readonly Look[] = [
  { name: 'a small phone', viewport: { width: 360, height: 740 }, lang: 'vi', axe: 'all', shots: true },
  { name: 'a computer', viewport: { width: 1280, height: 800 }, lang: 'vi', axe: undefined, shots: true },
  {
    name: 'a phone at night',
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
    lang: 'en',
    axe: 'colours',
    shots: false,
  },
  {
    name: 'a screen enlarged to the limit',
    viewport: { width: 320, height: 600 },
    lang: 'vi',
    axe: undefined,
    shots: false,
  },
];

// For a person to look at; they cost as long as the test itself.
const wantsShots = process.env['TNID_SHOTS'] !== undefined;

for (const look of looks) {
  // One after the other: they share one browser and two cores.
  test.serial(`every page can be read and pressed on ${look.name}`, async (t) => {
    t.timeout(180_000);
    const { lang, axe, shots, viewport, colorScheme = 'light' } = look;
    const context = await (await openBrowser()).newContext({ viewport, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    for (const { id } of [...entries, { id: 'index' }]) {
      await page.goto(`${origin}/${id}?lang=${lang}`);
      const { overflowPx, basePx, small } = await measured(page);
      t.is(overflowPx, 0, `${id} does not scroll sideways`);
      t.is(basePx, 18, `${id} is set in 18 px`);
      t.deepEqual(small, [], `${id} has targets of 48 px`);
      if (axe !== undefined) t.deepEqual(await axeViolations(page, axe), [], id);
      if (shots && wantsShots) await shoot(page, `views-${id}-${viewport.width}`);
    }
    t.deepEqual(complaints, [], 'no page breaks the content policy');
    await context.close();
  });
}

test.serial('the focus can be seen', async (t) => {
  const context = await (await openBrowser()).newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto(`${origin}/consent`);
  await page.keyboard.press('Tab');
  await page.locator('.skip:focus').waitFor();
  await shoot(page, 'views-focus-skip');
  for (let step = 0; step < 2; step += 1) await page.keyboard.press('Tab');
  const choice = page.locator('#purpose-1-given:focus-visible');
  await choice.waitFor();
  await shoot(page, 'views-focus-choice');
  t.is(await choice.count(), 1);
  await context.close();
});
