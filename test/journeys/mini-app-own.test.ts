// What belongs to the citizen: who looked, which devices, requests from 1022, the hotline, help, leaving.

import test from 'ava';
import { openMiniApp } from '../support/mini-app.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });

test.serial("every screen of one's own can be opened, read and left", async (t) => {
  t.timeout(180_000);
  const app = await openMiniApp(t, stage.current(), 'cua-toi');
  await app.reads(`Chào ${app.person.name}`);
  for (const [link, name] of [
    ['Đồng ý của tôi', 'dong-y'],
    ['Ai đã xem dữ liệu của tôi', 'ai-xem'],
    ['Thiết bị của tôi', 'may'],
    ['Yêu cầu từ 1022', 'yeu-cau'],
    ['Nối với Tổng đài 1022', 'tong-dai'],
    ['Trợ giúp', 'tro-giup'],
  ] as const) {
    await app.open(link);
    await app.titled(link);
    await app.frame.getByText('Đang tải…').first().waitFor({ state: 'hidden' });
    await app.look(name);
    await app.press('Quay lại');
    await app.titled('Các tiện ích của tỉnh');
  }
});

test.serial('who looked: the own visit of this morning is there, by day', async (t) => {
  t.timeout(120_000);
  const app = await openMiniApp(t, stage.current(), 'xem');
  await app.reads(`Chào ${app.person.name}`);
  await app.open('Ai đã xem dữ liệu của tôi');
  await app.reads(/\d lần/);
  await app.look('ai-xem');
});

test.serial('signed out: nothing signs in again by itself, one press does', async (t) => {
  t.timeout(120_000);
  const app = await openMiniApp(t, stage.current(), 'thoat');
  await app.reads(`Chào ${app.person.name}`);
  await app.open('Thiết bị của tôi');
  await app.reads('Máy bạn đang cầm');
  await app.press('Đăng xuất khỏi máy này');
  await app.titled('Bạn đã đăng xuất');
  await app.look('da-thoat');
  await app.page.waitForTimeout(1000);
  await app.titled('Bạn đã đăng xuất');
  await app.press('Đăng nhập bằng Zalo');
  await app.reads(`Chào ${app.person.name}`);
});

test.serial('closed and opened again: a new launch, signed in, nothing asked twice', async (t) => {
  t.timeout(120_000);
  const app = await openMiniApp(t, stage.current(), 'mo-lai');
  await app.reads(`Chào ${app.person.name}`);
  await app.page.getByRole('button', { name: 'Cài đặt' }).click();
  await app.page.getByRole('button', { name: 'Đóng và mở lại ứng dụng nhỏ' }).click();
  await app.reads(`Chào ${app.person.name}`);
  t.is(await app.page.getByRole('dialog').count(), 0);
});
