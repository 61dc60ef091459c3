// How a citizen walks through the wizard: on each screen the one thing a person would do there. What was
// met on the way is told afterwards, so that a test can say what must and what must not be asked.

import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import type { Stage } from '../../bin/demo-stage.ts';
import type { MiniApp } from './mini-app.ts';

export type Ways = {
  /** How the identity is proven. Resolves to the heading of the screen where that ends. */
  readonly prove?: (app: MiniApp) => Promise<string>;
  /** Answers every purpose that is asked. */
  readonly consent?: 'given' | 'refused';
  /** Pictures and axe on the way. */
  readonly look?: boolean;
  /** The heading of the screen that is just being left. */
  readonly from?: string;
};

/** Walks until a screen that is no step. @returns its heading, and the steps before it */
export async function walk(
  app: MiniApp,
  { sandbox }: Stage,
  ways: Ways = {},
): Promise<{ end: string; met: string[] }> {
  const met: string[] = [];
  let title = await app.heading(ways.from);
  for (let steps = 0; steps < 15; steps += 1) {
    const step = stepOn(title);
    if (step === undefined) return { end: title, met };
    met.push(step);
    if (ways.look === true) await app.look(step);
    title = await app.heading((await act(step)) ?? title);
  }
  throw new Error(`no end: ${met.join(', ')}`);

  async function act(step: Step): Promise<string | void> {
    switch (step) {
      case 'brake':
        return app.press('Không, tôi tự làm');
      case 'choose':
        if (ways.prove === undefined) throw new Error('asked who they are');
        return ways.prove(app);
      case 'phone':
        await app.type('Số điện thoại di động', app.person.phone);
        return app.press('Gửi mã cho tôi');
      case 'code':
        await app.type(/Mã gồm/, await newestCode(sandbox.sms, app.person.phone));
        return app.press('Xác nhận');
      case 'consent': {
        const answers = app.frame.locator(`input[type=radio][value=${ways.consent ?? 'given'}]:visible`);
        for (const answer of await answers.all()) await answer.check();
        return app.press('Gửi lựa chọn');
      }
      case 'notice':
        return app.press('Tôi đã đọc, tiếp tục');
    }
  }
}

/** VNeID in the telephone's browser. @returns the 8 digits on its last page, which is closed */
export async function proveInBrowser(app: MiniApp): Promise<string> {
  const opened = app.page.context().waitForEvent('page');
  await app.press('Mở trang VNeID');
  const browser = await opened;
  await browser.getByRole('button', { name: 'Tôi đang làm việc này' }).click();
  await browser.getByRole('button', { name: app.person.name }).click();
  await browser.getByRole('heading', { name: 'Nhập mã này trong Zalo' }).waitFor();
  const digits = (await browser.locator('.big-code').innerText()).replaceAll(/\D/g, '');
  await browser.close();
  if (digits.length !== 8) throw new Error(`${digits.length} digits`);
  return digits;
}

type Step = 'brake' | 'choose' | 'phone' | 'code' | 'consent' | 'notice';

function stepOn(title: string): Step | undefined {
  if (title.startsWith('Có ai đang hướng dẫn')) return 'brake';
  if (title.startsWith('Bạn là ai') || title === 'Cần xác minh lại') return 'choose';
  if (title === 'Số điện thoại của bạn') return 'phone';
  if (title === 'Nhập mã 6 số') return 'code';
  if (title === 'Cho phép dùng thông tin của bạn?') return 'consent';
  return title === 'Thông tin của bạn được dùng như sau' ? 'notice' : undefined;
}
