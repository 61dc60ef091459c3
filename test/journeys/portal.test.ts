// The portal under wrong requests: it answers with a page or a plain refusal, never with a fault.

import test from 'ava';
import { generateKeyPair, SignJWT } from 'jose';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { introduce, inventPerson } from '../../sandbox/citizen/people.ts';
import { walk } from '../../sandbox/citizen/sign-in.ts';
import { useStage } from './stage.ts';

const stage = useStage();
const form = (fields: Record<string, string>) => ({
  method: 'POST',
  body: new URLSearchParams(fields),
  redirect: 'manual' as const,
});

const wrong: readonly [title: string, path: string, init: RequestInit, status: number][] = [
  ['an unknown page', '/khong-co', {}, 404],
  ['a page of the prototype chain', '/__proto__', {}, 404],
  ['another method', '/ve', { method: 'PUT' }, 404],
  ['a callback nobody waits for', '/ve?code=a&state=b&iss=c', {}, 400],
  ['a callback without anything', '/ve', {}, 400],
  ['a form without a session', '/phan-anh', form({ noiDung: 'a', viTri: 'b' }), 403],
  ['a form with a made-up token', '/ho-so', form({ csrf: 'x', noiDung: 'a', loai: 'b' }), 403],
  ['a form that is far too long', '/phan-anh', form({ noiDung: 'a'.repeat(20_000) }), 413],
  ['a log-out token that is none', '/thoat-tu-xa', form({ logout_token: 'eyJ.eyJ.x' }), 400],
  ['a log-out call without a token', '/thoat-tu-xa', form({}), 400],
];
for (const [title, path, init, status] of wrong) {
  test(`${title} is answered with ${status}`, async (t) => {
    const response = await fetch(stage.current().portal + path, init);
    t.is(response.status, status);
    t.notRegex(await response.text(), /at .*\.ts|Error:/);
    t.regex(response.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
  });
}

test('a log-out token signed by a stranger ends nothing', async (t) => {
  const { privateKey } = await generateKeyPair('ES256');
  const { issuer, portal } = stage.current();
  const token = await new SignJWT({
    sub: 'a',
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'logout+jwt' })
    .setIssuer(issuer)
    .setAudience('portal')
    .setJti('1')
    .setIssuedAt()
    .setExpirationTime('2m')
    .sign(privateKey);
  t.is((await fetch(`${portal}/thoat-tu-xa`, form({ logout_token: token }))).status, 400);
});

test('a code that was swapped on the way is refused, and the page says what to do', async (t) => {
  const { portal, sandbox } = stage.current();
  const person = inventPerson();
  await introduce(person, sandbox);
  const browser = openBrowser({
    stopAt: ({ href }) => href.startsWith(`${portal}/ve`) && !href.includes('swapped'),
  });
  const { callback } = await walk(browser, new URL(`${portal}/ho-so`), person, { sms: sandbox.sms });
  callback.searchParams.set('code', 'swapped');
  const arrival = await browser.open(callback);
  t.is(arrival.at === 'page' ? arrival.page.status : 0, 403);
  t.is(browser.page().title, 'Bạn chưa hoàn tất');
});

test('a callback opened in another browser signs nobody in', async (t) => {
  const { portal, sandbox } = stage.current();
  const person = inventPerson();
  await introduce(person, sandbox);
  const victim = openBrowser({ stopAt: ({ href }) => href.startsWith(`${portal}/ve`) });
  const { callback } = await walk(victim, new URL(`${portal}/ho-so`), person, { sms: sandbox.sms });
  const other = openBrowser();
  await other.open(`${portal}/phan-anh`);
  const arrival = await other.open(callback);
  t.is(arrival.at === 'page' ? arrival.page.status : 0, 400);
  await other.open(portal);
  t.false(other.hasButton('Đăng xuất'));
});

test('the cookie of the portal is bound to its host and unreadable to scripts', async (t) => {
  const response = await fetch(`${stage.current().portal}/phan-anh`);
  t.regex(
    response.headers.get('set-cookie') ?? '',
    /^__Host-[\w-]+=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
  );
});
