// All mini apps of Zalo share the origin h5.zdn.vn. Another one, on the same telephone, gets nothing that
// lasts: nothing stored, nothing cached, nothing hung on the window, and no answer that helps it.

import { createHash } from 'node:crypto';
import test from 'ava';
import { exportJWK, generateKeyPair } from 'jose';
import type { Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { bundle } from '../miniapp/bundle.ts';
import { answersOf, meet, startGround, zaloOf, type Ground } from '../miniapp/ground.ts';
import { FOREIGN_ZALO_APP } from '../support/broker.ts';
import { openLaunch } from '../support/launch.ts';
import { ME } from '../support/app-citizen.ts';
import { REPORTS } from '../support/rp.ts';

const home = 'https://h5.zdn.vn/zapps/1234567890/';
const hostile = 'https://h5.zdn.vn/zapps/999/';
let ground: Ground;
let code: string;
test.before(async () => {
  [ground, code] = await Promise.all([startGround(), bundle()]);
});
test.after.always(() => ground?.stop());

// Everything the app is given is in its own module; only the driver of this test hangs on the window.
const app = `
import { createTayNinhId } from './miniapp.js';
const settings = await (await fetch('./settings.json')).json();
const kept = new Map();
const id = createTayNinhId({
  ...settings,
  zalo: {
    getAccessToken: () => window.zaloToken(),
    login: async () => 'Success',
    getPhoneNumber: async () => ({}),
    nativeStorage: { getItem: (key) => kept.get(key), setItem: (key, value) => void kept.set(key, value) },
  },
  onStep: (challenge) => window.reply(challenge),
});
window.addEventListener('message', async ({ data }) => {
  if (data !== 'go') return;
  await id.utilities();
  await id.login('tn:me', settings.issuer + '/me');
  await (await id.fetch(settings.issuer + '/me')).text();
  await id.login('svc:phananh:gui', '${REPORTS}');
  document.body.textContent = 'signed in';
});
document.body.textContent = 'ready';
`;

/** Both apps in one browser profile, as in the worst webview. `tokens`: every secret that went over the wire. */
async function openApps() {
  const person = await meet(ground);
  const browser = await openBrowser();
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  await context.grantPermissions(['local-network-access'], { origin: 'https://h5.zdn.vn' }).catch(() => {});
  const settings = { issuer: ground.house.issuer, clientId: 'miniapp', services: ground.services };
  const files: Readonly<Record<string, readonly [string, string]>> = {
    [home]: [
      'text/html',
      '<!doctype html><meta charset="utf-8"><script type="module" src="app.js"></script><body>',
    ],
    [`${home}app.js`]: ['text/javascript', app],
    [`${home}miniapp.js`]: ['text/javascript', code],
    [`${home}settings.json`]: ['application/json', JSON.stringify(settings)],
    [hostile]: ['text/html', '<!doctype html><title>hostile</title><body>'],
  };
  await context.route('https://h5.zdn.vn/**', async (route) => {
    const [contentType, body] = files[route.request().url()] ?? ['text/plain', ''];
    await route.fulfill({ contentType, body });
  });
  const zalo = zaloOf(ground, person);
  await context.exposeFunction('zaloToken', () => zalo.getAccessToken());
  await context.exposeFunction('reply', answersOf(ground, person, []));
  const secrets = new Set<string>();
  context.on('request', (request) => {
    const { authorization } = request.headers();
    if (authorization !== undefined) secrets.add(authorization.replace(/^DPoP /, ''));
    for (const name of ['auth_session', 'code', 'code_verifier', 'device_id', 'zalo_access_token']) {
      const value = new URLSearchParams(request.postData() ?? '').get(name);
      if (value !== null) secrets.add(value);
    }
  });
  const page = await context.newPage();
  await page.goto(home);
  await page.getByText('ready').waitFor();
  await page.evaluate(`postMessage('go')`);
  await page.getByText('signed in').waitFor();
  return { context, page, secrets };
}

/** Whatever outlives a page, and whatever another window of the origin may read of this one, as text. */
const everything = `(async () => {
  const said = [document.cookie, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.referrer];
  said.push(JSON.stringify(await indexedDB.databases()), JSON.stringify(await caches.keys()));
  said.push(JSON.stringify((await navigator.serviceWorker.getRegistrations()).length));
  const files = []; for await (const [name] of (await navigator.storage.getDirectory()).entries()) files.push(name);
  said.push(JSON.stringify(files), JSON.stringify((await navigator.locks.query()).held));
  return said;
})()`;
const EMPTY = ['', '{}', '{}', '', '[]', '[]', '0', '[]', '[]'];

test('after a citizen was signed in, the next app of the origin finds nothing that outlives the page', async (t) => {
  const { context, page, secrets } = await openApps();
  t.true(secrets.size >= 7, 'the test saw the secrets it looks for');
  await page.close();
  const other = await context.newPage();
  await other.goto(hostile);
  t.deepEqual(await other.evaluate(everything), EMPTY);
  t.deepEqual(await context.cookies(), []);
});

test('whoever reaches our window (same origin: a frame, an opener) reads no secret off it, its history or its addresses', async (t) => {
  const { page, secrets } = await openApps();
  // Nearer than another app can come: the page itself is read, all the way down.
  const found = (await page.evaluate(`(() => {
    const seen = new Set(); const text = []; const keys = [];
    const look = (value, depth) => {
      if (typeof value === 'string') return void text.push(value);
      if (value === null || typeof value !== 'object' || seen.has(value) || depth > 4) return;
      if (value instanceof CryptoKey) keys.push(value.type);
      if (value instanceof Node && value !== document.body) return;
      seen.add(value);
      for (const name of Object.getOwnPropertyNames(value)) { try { look(value[name], depth + 1) } catch {} }
    };
    look(window, 0);
    text.push(location.href, document.documentElement.outerHTML, JSON.stringify(history.state), window.name);
    for (const entry of performance.getEntries()) text.push(entry.name);
    return { text: text.join('\\n'), keys };
  })()`)) as { text: string; keys: string[] };
  t.deepEqual(found.keys, []);
  for (const secret of secrets) t.false(found.text.includes(secret));
});

test('the origin alone is worth nothing: without a key and a token the account says nothing to its pages', async (t) => {
  const { context } = await openApps();
  const other: Page = await context.newPage();
  await other.goto(hostile);
  const me = `${ground.house.issuer}/me`;
  const said = await other.evaluate(`(async () => {
    const ask = async (path, init) => { try { const r = await fetch('${me}' + path, { credentials: 'include', ...init }); return [r.status, await r.text()]; } catch { return 'unreadable'; } };
    return [await ask(''), await ask('/consents'), await ask('/sign-out', { method: 'POST' }), await ask('/devices', { headers: { authorization: 'DPoP x.y.z' } })];
  })()`);
  // A token names the app whose pages may read the answer; without one nobody may.
  t.deepEqual(said, ['unreadable', 'unreadable', 'unreadable', 'unreadable']);
});

test("another app's own Zalo token signs nobody in here, whatever page it comes from", async (t) => {
  const person = await meet(ground);
  const { accessToken } = ground.house.zalo.mintMiniAppTokens({ zaloId: person.zaloId, appId: FOREIGN_ZALO_APP.appId, scopes: [] }); // prettier-ignore
  const launch = await openLaunch(ground.house.issuer);
  const said = await launch.login(accessToken, ME(ground.house), {
    headers: { origin: 'https://h5.zdn.vn' },
  });
  t.is(said.status, 400);
  t.is(said.body['error'], 'invalid_grant');
});

test('a token taken from another app of the origin opens nothing with another key', async (t) => {
  const { secrets } = await openApps();
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const thief = await openLaunch(ground.house.issuer);
  const tokens = [...secrets].filter((one) => one.split('.').length === 3);
  t.true(tokens.length >= 1);
  for (const token of tokens) {
    const ath = createHash('sha256').update(token).digest('base64url');
    const dpop = await thief.proof('/me', { htm: 'GET', ath }, privateKey, jwk);
    const said = await fetch(`${ground.house.issuer}/me`, {
      headers: { authorization: `DPoP ${token}`, dpop },
    });
    t.is(said.status, 401);
    t.false((await said.text()).includes('name'));
  }
});
