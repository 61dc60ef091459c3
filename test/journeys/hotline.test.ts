// The 1022 hotline on Zalo, by somebody with a telephone of 360 × 740: asked without being known, linked in
// the mini app, asked again and answered, ended.

import test from 'ava';
import { shoot } from '../support/browser.ts';
import { openMiniApp } from '../support/mini-app.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });

test.serial('hồ sơ của tôi: first the way to the app, one code, then the answer', async (t) => {
  t.timeout(180_000);
  const app = await openMiniApp(t, stage.current(), 'tong-dai');
  await app.titled('Các tiện ích của tỉnh');
  const chat = await app.page.context().newPage();
  await chat.goto(`${stage.current().hotline}?zalo_id=${app.person.zaloId}`);
  const ask = async (text: string, answer: RegExp, picture: string) => {
    await chat.getByLabel('Tin nhắn của bạn').fill(text);
    await chat.getByRole('button', { name: 'Gửi' }).click();
    await chat.locator('ol.chat li').last().filter({ hasText: answer }).waitFor({ timeout: 20_000 });
    await shoot(chat, `tong-dai-${picture}`);
  };
  await ask('Cho hỏi mấy giờ làm việc?', /7 giờ/, '1-gio-lam-viec');
  await ask('hồ sơ của tôi', /chưa biết bạn là ai/, '2-chua-noi');

  await app.open(/Nối với Tổng đài 1022/);
  await app.titled('Nối với Tổng đài 1022');
  await app.look('moi');
  await app.frame.locator('input[value=given]').first().check();
  await app.press('Nối với 1022');
  const code = await app.frame.locator('.big-code').innerText();
  t.regex(code, /^LK \d{5} \d{5}$/);
  await app.look('ma');
  await ask(code, /Đã nối/, '3-da-noi');
  await app.reads('Đang nối');
  await app.look('dang-noi');
  await ask('Ho so cua toi', /chưa có hồ sơ nào/, '4-ho-so-cua-toi');

  await app.press('Thôi nối');
  await app.reads('Đã thôi nối');
  await ask('hồ sơ của tôi', /chưa biết bạn là ai/, '5-thoi-noi');
});
