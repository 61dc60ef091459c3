// Somebody calls 1022 and is helped (docs/assisted-requests.md): the operator asks at a desk, the citizen sees who
// asks for what, and answers in the app. Nothing is read out but the letters both can see.

import test from 'ava';
import type { Page } from 'playwright-core';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { openMiniApp, type MiniApp } from '../support/mini-app.ts';
import { walk } from '../support/mini-app-walk.ts';
import { shoot } from '../support/browser.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });

/** Known at level 2 by card and phone number. */
async function meet(app: MiniApp): Promise<void> {
  await app.reads(`Chào ${app.person.name}`);
  await app.open(/Nộp hồ sơ trực tuyến/);
  await app.open(/Xem hồ sơ của tôi/);
  await app.titled(/Có ai đang hướng dẫn/);
  const prove = async () => {
    await app.press(/Quét mã QR trên thẻ/);
    await app.press('Quét mã QR trên thẻ');
    return 'Thẻ căn cước của bạn';
  };
  await walk(app, stage.current(), { prove });
  await app.reads('Chưa có gì ở đây.');
  await app.open('Về trang đầu');
}

async function askAtDesk(desk: Page, app: MiniApp, errand: string): Promise<string> {
  await desk.goto(stage.current().desk);
  await desk.getByLabel('Số điện thoại của người dân').fill(app.person.phone);
  await desk.getByLabel('Việc cần làm').selectOption({ label: errand });
  await desk.getByLabel('Lý do').fill('Bạn nhờ xem hồ sơ');
  await desk.getByLabel('Tên và số của bạn').fill('Lê Thị Hoa, số 12');
  await desk.getByRole('button', { name: 'Gửi yêu cầu' }).click();
  await desk.getByRole('heading', { name: 'Đang đợi' }).waitFor();
  return desk.locator('strong.number').innerText();
}
async function agree(app: MiniApp): Promise<void> {
  const answers = app.frame.locator('input[type=radio][value=given]:visible');
  for (const answer of await answers.all()) await answer.check();
  await app.press(/^Cho phép$/);
}
const deskSays = (desk: Page, title: string) =>
  desk.getByRole('heading', { level: 1, name: title }).waitFor();

test.serial('a request from 1022: seen with who and why, refused, then allowed', async (t) => {
  t.timeout(240_000);
  const app = await openMiniApp(t, stage.current(), '1022');
  await meet(app);
  await app.open('Yêu cầu từ 1022');
  await app.reads('Chưa có yêu cầu nào.');
  const desk = await app.page.context().newPage();
  const code = await askAtDesk(desk, app, 'Xem hồ sơ của người dân');
  // The screen looks again by itself.
  await app.reads('Lê Thị Hoa, số 12 · Tổng đài 1022');
  await app.reads('Bạn nhờ xem hồ sơ');
  t.is(await app.frame.locator('dd strong.number').innerText(), code);
  await app.look('yeu-cau');
  await app.press('Không cho phép');
  await app.reads('Bạn không cho phép. Cán bộ không làm được gì.');
  await app.look('tu-choi');
  await deskSays(desk, 'Người dân không đồng ý');

  await askAtDesk(desk, app, 'Xem hồ sơ của người dân');
  await app.reads('Lê Thị Hoa, số 12 · Tổng đài 1022');
  await agree(app);
  await app.reads('Bạn đã cho phép. Cán bộ làm tiếp được ngay.');
  await app.look('dong-y');
  await deskSays(desk, 'Đã có kết quả');
  await shoot(desk, 'mini-app-1022-ban');
});

test.serial(
  'a request that needs level 2 in a launch of level 1: the steps come first, then the yes',
  async (t) => {
    t.timeout(240_000);
    const app = await openMiniApp(t, stage.current(), '1022-muc-2');
    await meet(app);
    await app.relaunch();
    await app.reads(`Chào ${app.person.name}`);
    const desk = await app.page.context().newPage();
    await askAtDesk(desk, app, 'Xem hồ sơ của người dân');
    await app.open('Yêu cầu từ 1022');
    await app.reads('Lê Thị Hoa, số 12 · Tổng đài 1022');
    await agree(app);
    await app.titled('Cần xác minh lại');
    await app.look('xac-minh-lai');
    await app.press(/Nhận mã qua tin nhắn/);
    await app.titled('Nhập mã 6 số');
    await app.type(/Mã gồm/, await newestCode(stage.current().sandbox.sms, app.person.phone));
    await app.press('Xác nhận');
    await app.reads('Bạn đã cho phép. Cán bộ làm tiếp được ngay.');
    await deskSays(desk, 'Đã có kết quả');
  },
);

test.serial('a request with a purpose to choose on: nothing goes before the choice', async (t) => {
  t.timeout(240_000);
  const app = await openMiniApp(t, stage.current(), '1022-chon');
  await meet(app);
  const desk = await app.page.context().newPage();
  await askAtDesk(desk, app, 'Gửi phản ánh thay người dân');
  await app.open('Yêu cầu từ 1022');
  await app.reads('Lê Thị Hoa, số 12 · Tổng đài 1022');
  await app.press(/^Cho phép/);
  await app.reads(/^Chưa chọn:/);
  await app.look('chua-chon');
  await agree(app);
  await app.reads('Bạn đã cho phép. Cán bộ làm tiếp được ngay.');
  await deskSays(desk, 'Đã có kết quả');
});
