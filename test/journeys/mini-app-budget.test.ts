// A slow telephone on a slow network: Chromium slowed down four times, 1.6 Mbit/s, 150 ms. What is
// downloaded until the first screen can be used, and when it stands there.

import test from 'ava';
import { openBrowser } from '../support/browser.ts';
import { newcomer } from '../support/mini-app.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });
const BUDGET_BYTES = 300_000;
const BUDGET_MS = 1_500;
const ROUNDS = 3;

// The app's own clock, from the start of its navigation: the taps of the test are slowed down as well and
// are nobody's wait. Runs in the app's frame.
async function listStoodAt(): Promise<number> {
  for (;;) {
    const [mark] = performance.getEntriesByName('utilities');
    if (mark !== undefined) return mark.startTime;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test.serial(
  'the first screen of the app: within 300 KB and 1.5 s on slow 4G with a slow processor',
  async (t) => {
    t.timeout(120_000);
    const { miniApp } = stage.current();
    const person = await newcomer(stage.current());
    const times: number[] = [];
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const context = await (await openBrowser()).newContext({ viewport: { width: 360, height: 740 } });
      const page = await context.newPage();
      await page.goto(miniApp);
      await page.getByRole('button', { name: person.name }).waitFor();
      const debug = await context.newCDPSession(page);
      await debug.send('Network.enable');
      await debug.send('Network.setCacheDisabled', { cacheDisabled: true });
      await debug.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 150,
        downloadThroughput: (1_600_000 / 8) * 0.9,
        uploadThroughput: (750_000 / 8) * 0.9,
      });
      await debug.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      const loaded = new Map<string, number>();
      debug.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
        loaded.set(requestId, encodedDataLength),
      );
      await page.getByRole('button', { name: person.name }).click();
      const frame = page.frameLocator('iframe');
      await frame.getByText('Phản ánh hiện trường').waitFor();
      times.push(await frame.locator('html').evaluate(listStoodAt));
      await page.getByRole('dialog').getByRole('button', { name: 'Cho phép' }).click();
      await frame.getByText(`Chào ${person.name}`).waitFor();
      bytes = [...loaded.values()].reduce((sum, one) => sum + one, 0);
      await context.close();
    }
    const best = Math.min(...times);
    t.log(
      `${Math.round(bytes / 1000)} KB until signed in; the list stands after ${times.map(Math.round).join(', ')} ms`,
    );
    t.true(bytes <= BUDGET_BYTES, `${bytes} bytes`);
    // The best of three: the machine of a test has other work.
    t.true(best <= BUDGET_MS, `${best} ms`);
  },
);
