// A telephone nobody has seen at this account waits before an act of high risk, while its owner is told; and the
// key of another device helps where the telephone itself cannot.

import test from 'ava';
import type { CDPSession, Page } from 'playwright-core';
import { openDatabase, sql } from '../../database.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { wordsOf } from '../../views/words/words.ts';
import { openMiniApp, type MiniApp } from '../support/mini-app.ts';
import { proveInBrowser, walk } from '../support/mini-app-walk.ts';
import { passHold } from '../support/notices.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });
const words = wordsOf('vi');

async function file(app: MiniApp): Promise<string> {
  await app.reads(`Chào ${app.person.name}`);
  await app.open(/Nộp hồ sơ trực tuyến/);
  await app.open(/^Nộp hồ sơ Cần/);
  await app.type('Loại hồ sơ', 'Xin xác nhận nơi ở');
  await app.type('Nội dung', 'Tôi cần giấy xác nhận nơi ở');
  await app.press('Nộp hồ sơ');
  return app.heading('Nộp hồ sơ');
}
const prove = (app: MiniApp) => async () => {
  await app.press(/Bằng VNeID/);
  await app.titled('Xác minh bằng VNeID');
  await app.type('8 số trên trang vừa mở', await proveInBrowser(app));
  await app.press('Xác nhận');
  return 'Xác minh bằng VNeID';
};

test.serial('a new telephone waits until the owner has been told, and goes on by itself', async (t) => {
  t.timeout(300_000);
  const app = await openMiniApp(t, stage.current(), 'doi');
  await file(app);
  await walk(app, stage.current(), { prove: prove(app) });
  await app.titled('Đã nộp hồ sơ');

  // The same Zalo in another hand: nothing of the telephone's storage is there.
  const other = await openMiniApp(t, stage.current(), 'doi-may-khac', { person: app.person });
  t.is(await file(other), 'Máy này mới, cần đợi');
  await other.reads(/Đã báo đến số \*\*\*\d{3}\./);
  await other.look('doi');
  const db = openDatabase(stage.current().database, { maxConnections: 1 });
  t.teardown(() => db.close());
  const held = await db.row<{ account_id: string }>(sql`
    select h.account_id from device_hold h join zalo_link l on l.account_id = h.account_id where l.zalo_id = ${app.person.zaloId}`);
  await passHold({ db }, held?.account_id ?? '');
  // Nobody presses anything: the screen asks every ten seconds.
  await other.titled('Cần xác minh lại');
  await other.look('xac-minh-lai');
  const { end } = await walk(other, stage.current(), { prove: prove(other) });
  t.regex(end, /Nộp hồ sơ|Đã nộp hồ sơ/);
  await other.titled('Đã nộp hồ sơ');
});

test.serial('a passkey in the browser is a factor, its 8 digits come back through the app', async (t) => {
  t.timeout(300_000);
  const app = await openMiniApp(t, stage.current(), 'khoa');
  await app.reads(`Chào ${app.person.name}`);
  await app.returns('resume');
  const credentials = await addPasskey(app);

  await app.open(/Nộp hồ sơ trực tuyến/);
  await app.open(/Xem hồ sơ của tôi/);
  await app.titled('Cần xác minh lại');
  await app.press(/Bằng khóa đăng nhập/);
  await app.titled('Dùng khóa đăng nhập');
  await app.look('khoa');
  const opened = app.page.context().waitForEvent('page');
  await app.press('Mở trình duyệt');
  const browser = await opened;
  await holdPasskeys(browser, credentials);
  await browser.getByRole('button', { name: 'Tôi đang làm việc này' }).click();
  await browser.getByRole('button', { name: words.legPasskey.button }).click();
  await browser.getByRole('heading', { name: 'Nhập mã này trong Zalo' }).waitFor();
  const digits = (await browser.locator('.big-code').innerText()).replaceAll(/\D/g, '');
  await browser.close();
  await app.type('8 số trên trang vừa mở', digits);
  await app.press('Xác nhận');
  await walk(app, stage.current(), { from: 'Dùng khóa đăng nhập' });
  await app.reads('Chưa có gì ở đây.');
});

type Credential = Awaited<ReturnType<typeof kept>>[number];

/** The device of a page, as Chromium plays it: each page has one of its own. */
async function device(page: Page): Promise<{ session: CDPSession; authenticatorId: string }> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } as const; // prettier-ignore
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  return { session, authenticatorId };
}
async function kept({ session, authenticatorId }: Awaited<ReturnType<typeof device>>) {
  return (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
}
async function holdPasskeys(page: Page, credentials: readonly Credential[]): Promise<void> {
  const { session, authenticatorId } = await device(page);
  for (const credential of credentials)
    await session.send('WebAuthn.addCredential', { authenticatorId, credential });
}

/** On the citizen's own page in a browser: signed in with the same Zalo, proven, one passkey added. */
async function addPasskey({ page: telephone, person }: MiniApp): Promise<readonly Credential[]> {
  const { issuer, sandbox } = stage.current();
  const page = await telephone.context().newPage();
  const mine = await device(page);
  const press = (button: string) => page.getByRole('button', { name: button }).first().click();
  await page.goto(`${issuer}/toi/khoa/them`);
  await press(words.login.button);
  await press(person.name);
  await press('Cho phép');
  await press(words.brake.no);
  await press(words.stepUp.methods.vneid.button);
  await press(person.name);
  await page.getByLabel(words.phone.label).fill(person.phone);
  await press(words.phone.button);
  await page.locator('input[name=code]').fill(await newestCode(sandbox.sms, person.phone));
  await press(words.code.button);
  await press(words.passkeyAdd.button);
  await page.getByText(words.passkeys.done.added).waitFor();
  const credentials = await kept(mine);
  await page.close();
  return credentials;
}
