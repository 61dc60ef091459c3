// The front door: the mini app on a telephone of 360 × 740, by somebody who has never been here.

import test from 'ava';
import { openMiniApp } from '../support/mini-app.ts';
import { proveInBrowser, walk } from '../support/mini-app-walk.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });

test.serial('open the app and be signed in; a report needs nothing more', async (t) => {
  t.timeout(180_000);
  const app = await openMiniApp(t, stage.current(), 'bao');
  await app.titled('Các tiện ích của tỉnh');
  await app.reads(`Chào ${app.person.name}`);
  await app.reads('Mức Tây Ninh ID 1: chưa xác minh danh tính');
  t.is(app.taps(), 0, 'opening is the login');
  await app.look('trang-dau');
  await app.open(/Phản ánh hiện trường/);
  await app.titled('Phản ánh hiện trường');
  await app.look('tien-ich');
  await app.open(/Gửi phản ánh/);
  await app.press('Gửi phản ánh');
  await app.reads('Hãy viết vài chữ vào ô này.');
  await app.look('chua-nhap');
  await app.type('Nơi xảy ra', 'Trước chợ Long Hoa');
  await app.type('Việc cần phản ánh', 'Đèn đường hỏng đã ba ngày');
  await app.press('Gửi phản ánh');
  await app.titled('Cho phép dùng thông tin của bạn?');
  t.is(await app.frame.locator('input[type=radio]:checked').count(), 0, 'nothing is chosen beforehand');
  await app.press('Gửi lựa chọn');
  await app.reads('Chưa chọn: Báo kết quả cho bạn');
  await app.look('dong-y');
  await app.frame.locator('input[value=refused]').first().check();
  await app.press('Gửi lựa chọn');
  await app.titled('Đã gửi phản ánh');
  await app.reads(/PA-\d{4}-\d{6}/);
  await app.look('da-gui');
  await app.open('Về trang đầu');
  await app.open(/Phản ánh hiện trường/);
  await app.open(/Xem phản ánh của tôi/);
  await app.titled('Xem phản ánh của tôi');
  await app.reads(/PA-\d{4}-\d{6}/);
});

test.serial(
  'nộp hồ sơ: VNeID in the browser, eight digits back, a code, accepted; taken back, refused',
  async (t) => {
    t.timeout(300_000);
    const app = await openMiniApp(t, stage.current(), 'hoso');
    await app.reads(`Chào ${app.person.name}`);
    await app.returns('resume');
    const file = async () => {
      await app.type('Loại hồ sơ', 'Xin xác nhận nơi ở');
      await app.type('Nội dung', 'Tôi cần giấy xác nhận nơi ở');
      await app.press('Nộp hồ sơ');
    };
    await app.open(/Nộp hồ sơ trực tuyến/);
    await app.open(/^Nộp hồ sơ Cần/);
    await app.titled('Nộp hồ sơ');
    await app.look('bieu-mau');
    await file();
    const prove = async () => {
      await app.press(/Bằng VNeID/);
      await app.titled('Xác minh bằng VNeID');
      await app.look('vneid');
      const digits = await proveInBrowser(app);
      await app.type('8 số trên trang vừa mở', '1234');
      await app.press('Xác nhận');
      await app.reads('Hãy nhập đủ 8 số.');
      await app.type('8 số trên trang vừa mở', digits === '00000000' ? '11111111' : '00000000');
      await app.press('Xác nhận');
      await app.reads('Số chưa đúng. Hãy xem lại 8 số trên trang vừa mở.');
      await app.look('vneid-sai');
      await app.type('8 số trên trang vừa mở', digits);
      await app.press('Xác nhận');
      return 'Xác minh bằng VNeID';
    };
    await app.heading('Nộp hồ sơ');
    const first = await walk(app, stage.current(), { prove, look: true });
    await app.titled('Đã nộp hồ sơ');
    t.true(
      first.met.includes('brake') && first.met.includes('code') && first.met.includes('consent'),
      first.met.join(),
    );
    await app.reads(/HS-\d{4}-\d{6}/);
    await app.look('da-nop');
    t.log(`${app.taps()} taps and fields from opening to the number of the dossier`);

    await app.open('Về trang đầu');
    await app.reads('Mức Tây Ninh ID 2: đã xác minh danh tính');
    await app.look('muc-2');
    await app.open('Đồng ý của tôi');
    await app.titled('Đồng ý của tôi');
    await app.reads('Tiếp nhận và xử lý hồ sơ');
    await app.look('dong-y-cua-toi');
    const row = app.frame.locator('li', { hasText: 'Tiếp nhận và xử lý hồ sơ' }).first();
    const before = app.taps();
    await row.getByRole('button', { name: 'Rút lại' }).click();
    await app.reads('Rút lại đồng ý này?');
    await app.look('rut-lai');
    await row.getByRole('button', { name: 'Rút lại ngay' }).click();
    await app.reads('Đã rút lại.');
    t.is(app.taps(), before);
    await app.look('da-rut-lai');
    await app.frame.locator('.done').getByRole('link', { name: 'Xem biên nhận' }).click();
    await app.titled('Biên nhận');
    await app.reads('Chữ ký điện tử');
    await app.look('bien-nhan');

    // The token that is still out is refused as well: the service has heard of it.
    await app.page.waitForTimeout(1500);
    await app.page.locator('iframe').evaluate((frame: HTMLIFrameElement) => {
      if (frame.contentWindow !== null) frame.contentWindow.location.hash = '#/viec/hoso.nop';
    });
    await app.titled('Nộp hồ sơ');
    await file();
    await app.reads('Việc này cần bạn cho phép dùng thông tin.');
    await app.look('bi-tu-choi');
    await app.press('Xem lại và chọn lại');
    await app.heading('Nộp hồ sơ');
    t.deepEqual((await walk(app, stage.current())).met, ['consent']);
    // Given again, it works again.
    await app.titled('Đã nộp hồ sơ');
  },
);
