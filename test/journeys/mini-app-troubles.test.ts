// What goes wrong on the way, as a citizen sees it: a sentence, a way on, and nothing half done.

import test from 'ava';
import { newcomer, openMiniApp } from '../support/mini-app.ts';
import { walk } from '../support/mini-app-walk.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });

test.serial('Zalo is down: the list stands, a sentence says why, one press signs in later', async (t) => {
  t.timeout(120_000);
  const { sandbox } = stage.current();
  const knobs = async (body: object) => {
    await fetch(`${sandbox.zalo}/__sandbox/knobs`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  };
  const person = await newcomer(stage.current());
  await knobs({ 'net.fault': 'html502' });
  const app = await openMiniApp(t, stage.current(), 'zalo', { person });
  await app.titled('Các tiện ích của tỉnh');
  await app.reads('Zalo đang bận. Bạn đợi một lát rồi bấm Thử lại.');
  await app.reads('Phản ánh hiện trường');
  await app.look('zalo-ban');
  await knobs({ 'net.fault': 'none' });
  await app.press('Thử lại');
  await app.reads(`Chào ${app.person.name}`);
});

test.serial('a citizen who keeps the name from the app is signed in all the same', async (t) => {
  t.timeout(120_000);
  const app = await openMiniApp(t, stage.current(), 'ten', { name: 'Từ chối' });
  await app.reads(/Bạn đã đăng nhập bằng Zalo|Chào/);
  await app.look('khong-ten');
});

test.serial('no network: a sentence and a retry, and what was typed is still there', async (t) => {
  t.timeout(120_000);
  const app = await openMiniApp(t, stage.current(), 'mang');
  await app.reads(`Chào ${app.person.name}`);
  await app.open(/Phản ánh hiện trường/);
  await app.open(/Gửi phản ánh/);
  await app.type('Nơi xảy ra', 'Trước chợ');
  await app.type('Việc cần phản ánh', 'Mất điện');
  await app.page.context().setOffline(true);
  await app.press('Gửi phản ánh');
  await app.reads('Điện thoại đang không có mạng.');
  await app.look('mat-mang');
  t.is(await app.frame.getByLabel('Nơi xảy ra').inputValue(), 'Trước chợ');
  await app.page.context().setOffline(false);
  await app.press('Gửi phản ánh');
  await app.titled('Cho phép dùng thông tin của bạn?');
  await app.press('Dừng lại');
  await app.reads('Bạn đã dừng lại. Chưa có gì được gửi đi.');
  await app.look('da-dung');
  t.is(await app.frame.getByLabel('Việc cần phản ánh').inputValue(), 'Mất điện');
});

test.serial('somebody on the phone: the app says stop, and nothing was begun', async (t) => {
  t.timeout(120_000);
  const app = await openMiniApp(t, stage.current(), 'goi');
  await app.reads(`Chào ${app.person.name}`);
  await app.open(/Nộp hồ sơ trực tuyến/);
  await app.open(/Xem hồ sơ của tôi/);
  let title = await app.heading('Nộp hồ sơ trực tuyến');
  if (title === 'Xem hồ sơ của tôi') title = await app.heading(title);
  t.regex(title, /Có ai đang hướng dẫn/);
  await app.press('Có người đang gọi tôi');
  await app.reads('Hãy dừng lại và cúp máy');
  await app.look('dung-lai');
  await app.press('Tôi hiểu, dừng lại');
  await app.reads('Chưa được phép làm việc này.');
});

test.serial("a wrong code, a browser that does not open, the telephone's own back", async (t) => {
  t.timeout(240_000);
  const app = await openMiniApp(t, stage.current(), 'sai');
  await app.reads(`Chào ${app.person.name}`);
  await app.fault(/openOutApp/);
  await app.fault(/openWebview/);
  await app.open(/Nộp hồ sơ trực tuyến/);
  await app.open(/Xem hồ sơ của tôi/);
  await app.titled(/Có ai đang hướng dẫn/);
  await app.press('Không, tôi tự làm');
  await app.press(/Bằng VNeID/);
  await app.press('Mở trang VNeID');
  await app.reads('Điện thoại không tự mở được trang.');
  t.regex(await app.frame.locator('.machine').innerText(), /^http:\/\/localhost:\d+\/tiep\//);
  await app.look('khong-mo');
  await app.press('Chọn cách khác');
  await app.press(/Quét mã QR trên thẻ/);
  await app.press('Quét mã QR trên thẻ');
  await app.titled('Số điện thoại của bạn');
  await app.type('Số điện thoại di động', '02763822333');
  await app.press('Gửi mã cho tôi');
  await app.reads(/số di động/);
  await app.look('so-sai');
  await app.press('Dùng số của Zalo');
  await app.zalo('Cho phép');
  await app.titled('Nhập mã 6 số');
  const right = await newestCode(stage.current().sandbox.sms, app.person.phone);
  await app.type(/Mã gồm/, right === '000000' ? '111111' : '000000');
  await app.press('Xác nhận');
  await app.reads('Mã chưa đúng. Hãy xem lại tin nhắn.');
  await app.reads('Bạn còn 4 lần nhập.');
  await app.look('ma-sai');
  // Back in the middle of the steps: stopped, on the screen before.
  await app.page
    .locator('iframe')
    .evaluate((frame: HTMLIFrameElement) => frame.contentWindow?.history.back());
  await app.titled('Nộp hồ sơ trực tuyến');
  await app.open(/Xem hồ sơ của tôi/);
  const { end, met } = await walk(app, stage.current(), {
    prove: async () => {
      await app.press(/Quét mã QR trên thẻ/);
      await app.press('Quét mã QR trên thẻ');
      return 'Thẻ căn cước của bạn';
    },
  });
  t.regex(end, /Xem hồ sơ của tôi/);
  t.log(met.join());
});

test.serial(
  'in English, at twice the text size, nothing is cut off and nothing scrolls sideways',
  async (t) => {
    t.timeout(120_000);
    const app = await openMiniApp(t, stage.current(), 'lon');
    await app.reads(`Chào ${app.person.name}`);
    await app.press('English');
    await app.titled('Utilities of the province');
    await app.look('english');
    await app.press('Tiếng Việt');
    for (const path of [
      '/',
      '/tien-ich/phananh',
      '/viec/phananh.gui',
      '/dong-y',
      '/ai-xem',
      '/may',
      '/tro-giup',
    ]) {
      await app.page.locator('iframe').evaluate((frame: HTMLIFrameElement, to) => {
        if (frame.contentWindow === null) return;
        frame.contentWindow.document.documentElement.style.fontSize = '225%';
        frame.contentWindow.location.hash = `#${to}`;
      }, path);
      await app.page.waitForTimeout(700);
      const wide = await app.frame.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
      t.is(wide, 0, path);
      const small = await app.frame
        .locator('a:visible, button:visible, summary:visible, input:visible')
        .evaluateAll((all) =>
          all
            .filter((one) => one.getBoundingClientRect().height < 48 && !one.closest('label'))
            .map((one) => one.textContent),
        );
      t.deepEqual(small, [], `${path} has targets of 48 px`);
    }
    await app.look('gap-doi');
  },
);
