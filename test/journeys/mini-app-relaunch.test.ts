// Zalo closes the app while its person is elsewhere (contracts/zalo.md §8 U14): in the browser with VNeID, in the
// messages, at the counter. One tap leads back to where they stood.

import test from 'ava';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { openMiniApp, type MiniApp } from '../support/mini-app.ts';
import { proveInBrowser, walk } from '../support/mini-app-walk.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });
const NOTE = 'tnid.under-way';

async function begin(app: MiniApp, act: RegExp): Promise<void> {
  await app.reads(`Chào ${app.person.name}`);
  await app.open(/Nộp hồ sơ trực tuyến/);
  await app.open(act);
}
async function file(app: MiniApp): Promise<void> {
  await app.type('Loại hồ sơ', 'Xin xác nhận nơi ở');
  await app.type('Nội dung', 'Tôi cần giấy xác nhận nơi ở');
  await app.press('Nộp hồ sơ');
}
const kept = (app: MiniApp): Promise<string> =>
  app.page.evaluate(
    (key) =>
      (
        window as { zaloPhone?: { nativeStorage: { getItem(key: string): string } } }
      ).zaloPhone?.nativeStorage.getItem(key) ?? '', // sandbox/zalo-host/phone.js
    NOTE,
  );
const keep = (app: MiniApp, text: string): Promise<void> =>
  app.page.evaluate(
    ([key, value]) =>
      (
        window as { zaloPhone?: { nativeStorage: { setItem(key: string, value: string): void } } }
      ).zaloPhone?.nativeStorage.setItem(key, value), // sandbox/zalo-host/phone.js
    [NOTE, text] as const,
  );

test.serial('VNeID: the app starts anew behind the browser, one tap and the field is there', async (t) => {
  t.timeout(300_000);
  const app = await openMiniApp(t, stage.current(), 'lai-vneid');
  await begin(app, /^Nộp hồ sơ Cần/);
  await file(app);
  await app.titled(/Có ai đang hướng dẫn/);
  await app.press('Không, tôi tự làm');
  await app.press(/Bằng VNeID/);
  await app.titled('Xác minh bằng VNeID');
  const note: unknown = JSON.parse(await kept(app));
  t.deepEqual(Object.keys(note as object).sort(), ['action', 'at'], 'nothing personal is kept');
  const digits = await proveInBrowser(app);
  await app.comeBack();

  await app.reads('Bạn đang làm dở: Nộp hồ sơ');
  await app.reads(`Chào ${app.person.name}`);
  await app.look('lam-do');
  const before = app.taps();
  await app.open('Làm tiếp');
  await app.titled('Xác minh bằng VNeID');
  t.is(app.taps() - before, 1);
  await app.look('tam-so');
  await app.type('8 số trên trang vừa mở', digits);
  await app.press('Xác nhận');
  const { end, met } = await walk(app, stage.current(), { from: 'Xác minh bằng VNeID' });
  t.is(end, 'Nộp hồ sơ');
  t.false(met.includes('brake') || met.includes('choose'), met.join());
  await app.reads('Đã xác minh xong. Vì ứng dụng đã mở lại, xin bạn viết lại vào các ô dưới đây.');
  await app.look('viet-lai');
  await file(app);
  await app.titled('Đã nộp hồ sơ');
  await app.open('Về trang đầu');
  await app.titled('Các tiện ích của tỉnh');
  t.is(await app.frame.getByText('Bạn đang làm dở').count(), 0);
  t.is(await kept(app), '');
});

test.serial('a message: read in another app, and the code is asked for again, not the card', async (t) => {
  t.timeout(240_000);
  const app = await openMiniApp(t, stage.current(), 'lai-tin');
  await begin(app, /Xem hồ sơ của tôi/);
  await app.titled(/Có ai đang hướng dẫn/);
  await app.press('Không, tôi tự làm');
  await app.press(/Quét mã QR trên thẻ/);
  await app.press('Quét mã QR trên thẻ');
  await app.titled('Số điện thoại của bạn');
  await app.type('Số điện thoại di động', app.person.phone);
  await app.press('Gửi mã cho tôi');
  await app.titled('Nhập mã 6 số');
  await app.relaunch();
  await app.open('Làm tiếp');
  await app.titled('Nhập mã 6 số');
  await app.type(/Mã gồm/, await newestCode(stage.current().sandbox.sms, app.person.phone));
  await app.press('Xác nhận');
  t.is((await walk(app, stage.current(), { from: 'Nhập mã 6 số' })).end, 'Xem hồ sơ của tôi');
  await app.reads('Chưa có gì ở đây.');
});

test.serial(
  'the counter: the same code is shown to the officer, also when Zalo closed the app',
  async (t) => {
    t.timeout(240_000);
    const app = await openMiniApp(t, stage.current(), 'lai-quay');
    await begin(app, /Xem hồ sơ của tôi/);
    await app.titled(/Có ai đang hướng dẫn/);
    await app.press('Không, tôi tự làm');
    await app.press(/Nhờ cán bộ ở quầy một cửa/);
    await app.titled('Đưa mã này cho cán bộ');
    const code = await app.frame.locator('.big-code').innerText();
    await app.relaunch();
    await app.open('Làm tiếp');
    await app.titled('Đưa mã này cho cán bộ');
    t.is(await app.frame.locator('.big-code').innerText(), code);
  },
);

test.serial(
  'Zalo closed the app for good: opened by hand it still knows, until told to forget',
  async (t) => {
    t.timeout(240_000);
    const app = await openMiniApp(t, stage.current(), 'lai-dong');
    await app.reads(`Chào ${app.person.name}`);
    await app.returns('never');
    await begin(app, /^Nộp hồ sơ Cần/);
    await file(app);
    await app.titled(/Có ai đang hướng dẫn/);
    await app.press('Không, tôi tự làm');
    await app.press(/Bằng VNeID/);
    await app.titled('Xác minh bằng VNeID');
    await proveInBrowser(app);
    await app.comeBack();
    await app.page.getByRole('heading', { name: 'Zalo đã đóng ứng dụng nhỏ' }).waitFor();
    await app.page.getByRole('button', { name: 'Mở lại Tây Ninh Smart' }).click();
    await app.reads('Bạn đang làm dở: Nộp hồ sơ');
    await app.press('Thôi, không làm nữa');
    await app.frame.getByText('Bạn đang làm dở').waitFor({ state: 'hidden' });
    t.is(await kept(app), '');
    await app.relaunch();
    await app.reads(`Chào ${app.person.name}`);
    t.is(await app.frame.getByText('Bạn đang làm dở').count(), 0);
  },
);

test.serial('after half an hour, or when it cannot be read, nothing is offered to go on with', async (t) => {
  t.timeout(120_000);
  const app = await openMiniApp(t, stage.current(), 'lai-cu');
  await app.reads(`Chào ${app.person.name}`);
  const now = Date.now();
  for (const text of [
    JSON.stringify({ action: 'hoso.nop', at: now - 31 * 60_000 }),
    JSON.stringify({ action: 'hoso.nop', at: now + 60 * 60_000 }),
    JSON.stringify({ action: 'no.such-act', at: now }),
    '{"action":',
    '[]',
  ]) {
    await keep(app, text);
    await app.relaunch();
    await app.reads(`Chào ${app.person.name}`);
    t.is(await app.frame.getByText('Bạn đang làm dở').count(), 0, text);
  }
  await keep(app, JSON.stringify({ action: 'hoso.nop', at: now - 60_000 }));
  await app.relaunch();
  await app.reads('Bạn đang làm dở: Nộp hồ sơ');
});
