// Somebody who reads no Vietnamese, in a province where Zalo does not hold its tokens to one app (contracts/zalo.md
// §8 U8): the number is asked for with the login, and every step on the way to level 2 speaks English.

import test from 'ava';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { newcomer, openMiniApp } from '../support/mini-app.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });

test.serial('a number for the login, then all the way to level 2 in English', async (t) => {
  t.timeout(240_000);
  const { sandbox } = stage.current();
  await fetch(`${sandbox.zalo}/__sandbox/knobs`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ 'me.proof': 'ignore' }),
  });
  const app = await openMiniApp(t, stage.current(), 'anh', { person: await newcomer(stage.current()) });
  await app.titled('Zalo cần xác nhận số của bạn');
  await app.look('zalo-hoi-so');
  await app.press('Cho Zalo xác nhận');
  await app.zalo('Từ chối');
  await app.reads('Zalo chưa xác nhận được. Hãy bấm lại nút.');
  await app.press('Cho Zalo xác nhận');
  await app.zalo('Cho phép');
  await app.reads(`Chào ${app.person.name}`);

  await app.press('English');
  await app.titled('Utilities of the province');
  await app.open(/Online dossiers|File dossiers|dossier/i);
  await app.open(/See my dossiers/);
  await app.titled('Is somebody guiding you over the phone?');
  await app.look('brake');
  await app.press('No, I am doing this myself');
  await app.titled('Who are you? Choose a way');
  await app.look('choose');
  await app.press(/With VNeID/);
  await app.titled('Verify with VNeID');
  await app.look('vneid');
  await app.press('Choose another way');
  await app.press(/Ask an officer at the counter/);
  await app.titled('Show this code to the officer');
  await app.look('counter');
  await app.press('Choose another way');
  await app.press(/Hold your card to the phone/);
  await app.titled('Read the chip');
  await app.look('chip');
  await app.press('Choose another way');
  await app.press(/Scan the QR code/);
  await app.titled('Your identity card');
  await app.press('Cannot scan? Type instead');
  await app.look('card');
  await app.press('Scan the QR code');
  await app.titled('Your phone number');
  await app.look('phone');
  // Allowed at the login, so Zalo does not ask again.
  await app.press('Use my Zalo number');
  await app.titled('Type the 6-digit code');
  await app.look('code');
  await app.type(/Code of 6 digits/, await newestCode(sandbox.sms, app.person.phone));
  await app.press('Confirm');
  await app.titled(/May your data be used|Your data is used/);
  await app.look('consent');
  for (const answer of await app.frame.locator('input[type=radio][value=given]:visible').all())
    await answer.check();
  await app.press(/Send my choice|I have read it/);
  await app.titled('See my dossiers');
  await app.reads('Nothing here yet.');
  t.notRegex(await app.frame.locator('main').innerText(), /Chưa|Hãy|Bạn/);
});
