// The sandbox's telephone as a server: what it gives to whom, and what it refuses.

import test from 'ava';
import { fileURLToPath } from 'node:url';
import { startZalo } from '../../sandbox/zalo/server.ts';
import { startZaloHost, type ZaloHost } from '../../sandbox/zalo-host/server.ts';

const person = { zaloId: '8080808080808080801', name: 'Bảy Lành', phone: '0912345601' };
let telephone: ZaloHost;
let closeZalo: () => Promise<void>;
test.before(async () => {
  const zalo = await startZalo({
    apps: [
      { appId: '1234567890123456789', appSecret: 's'.repeat(32), redirectUris: ['http://localhost/ve'] },
    ],
    citizens: [person],
  });
  closeZalo = () => zalo.close();
  telephone = await startZaloHost({
    zaloUrl: zalo.url,
    appDir: fileURLToPath(new URL('../../packages/miniapp/app/dist', import.meta.url)),
    config: { issuer: 'http://localhost:1', clientId: 'miniapp', miniAppId: 'thu', services: {} },
    people: [person],
  });
});
test.after.always(async () => {
  await telephone?.stop();
  await closeZalo?.();
});

const get = (path: string, headers = {}) => fetch(`${telephone.url}${path}`, { headers });
const post = (path: string, body: unknown) =>
  fetch(`${telephone.url}${path}`, { method: 'POST', body: JSON.stringify(body) });

test('the app is served with the stand-in before it, under a policy that names the broker alone', async (t) => {
  const page = await get('/zapps/thu/');
  const text = await page.text();
  t.true(text.indexOf('/host/bridge.js') < text.indexOf('assets/index'));
  const policy = page.headers.get('content-security-policy') ?? '';
  t.regex(policy, /connect-src 'self' http:\/\/localhost:1;/);
  t.notRegex(policy, /unsafe/);
  t.is((await get('/zapps/thu/config.json')).status, 200);
});

test('tokens are given for people the twin knows', async (t) => {
  const answer = await post('/host/token', { zaloId: person.zaloId, scopes: ['scope.userPhonenumber'] });
  const { accessToken, phoneToken } = (await answer.json()) as Record<string, string>; // its own answer
  t.truthy(accessToken);
  t.truthy(phoneToken);
});

for (const body of [
  {},
  { zaloId: 'x', scopes: [] },
  { zaloId: person.zaloId, scopes: ['scope.userLocation'] },
  'no',
  { zaloId: person.zaloId, scopes: [], appId: '1' },
])
  // prettier-ignore
  test(`no token for ${JSON.stringify(body)}`, async (t) => t.is((await post('/host/token', body)).status, 400));

test('no token for a stranger', async (t) => {
  t.is((await post('/host/token', { zaloId: '99999', scopes: [] })).status, 502);
});

for (const path of [
  '/zapps/thu/../server.ts',
  '/zapps/thu/%2e%2e/build.ts',
  '/zapps/khac/',
  '/host/server.ts',
  '/host/card/999190000011',
  '/host/card/..%2f',
  '/package.json',
])
  test(`${path} is not there`, async (t) => t.is((await get(path)).status, 404));

test('an app that was not built is said by name', async (t) => {
  await t.throwsAsync(
    startZaloHost({
      zaloUrl: telephone.url,
      appDir: fileURLToPath(new URL('.', import.meta.url)),
      config: { issuer: 'http://localhost:1', clientId: 'miniapp', miniAppId: 'thu', services: {} },
      people: [],
    }),
    { message: /bin\/setup/ },
  );
});
