// A real headless Chromium for journeys: one for each test file, closed when the file is done.

import test from 'ava';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium as driver, type Browser, type CDPSession, type Page } from 'playwright-core';
import { chromium } from './chromium.ts';

let opened: Promise<Browser> | undefined;
test.after.always('the browser is closed', async () => {
  await (await opened)?.close();
});

/** The browser of this test file. Give each test its own `browser.newContext()`. */
export function openBrowser(): Promise<Browser> {
  // Playwright adds --no-sandbox by itself: the pages are ours, and root and containers have no sandbox.
  opened ??= driver.launch(chromium());
  return opened;
}

export type AxeViolation = {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  /** Selector and complaint of each offending element. */
  readonly elements: readonly string[];
};

// Read without waiting: AVA wants all tests declared in the turn in which the first hook is.
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = {
  all: `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`,
  colours: `{ type: 'rule', values: ['color-contrast'] }`,
};
const axeRun = (rules: keyof typeof RULES) => `axe.run(document, {
  resultTypes: ['violations'],
  runOnly: ${RULES[rules]},
}).then(({ violations }) => violations.map(({ id, impact, help, nodes }) => ({
  id, impact, help, elements: nodes.map((node) => node.target.join(' ') + ': ' + node.failureSummary),
})))`;

/** What axe finds against WCAG 2.2 AA and its own good practice; an empty list is the wish. */
export async function axeViolations(
  page: Page,
  rules: keyof typeof RULES = 'all',
  /** The page's first frame instead of the page: axe looks at one document. */
  inFrame = false,
): Promise<AxeViolation[]> {
  // Our pages allow no script that is not ours, and page.evaluate is an eval to them. The
  // debugger's evaluate is not, so the page is examined under the very policy it is served with.
  const debug = await page.context().newCDPSession(page);
  try {
    const where = inFrame ? await firstFrame(debug) : {};
    await debug.send('Runtime.evaluate', { ...where, expression: axeSource });
    const { result, exceptionDetails } = await debug.send('Runtime.evaluate', {
      ...where,
      expression: axeRun(rules),
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails)
      throw new Error(`axe failed: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value as AxeViolation[]; // the shape axeRun above builds
  } finally {
    await debug.detach();
  }
}

async function firstFrame(debug: CDPSession): Promise<{ contextId: number }> {
  const { frameTree } = await debug.send('Page.getFrameTree');
  const frameId = frameTree.childFrames?.[0]?.frame.id;
  if (frameId === undefined) throw new Error('the page has no frame');
  const { executionContextId } = await debug.send('Page.createIsolatedWorld', { frameId });
  return { contextId: executionContextId };
}

/** Writes shots/<name>.png, the whole page, for a person to look at. Not kept in git. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = fileURLToPath(new URL('../../shots/', import.meta.url));
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: true });
}
