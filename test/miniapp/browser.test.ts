// The package in Chromium, on a page of the origin that every mini app of Zalo has: real cross-origin calls
// to the broker and two services.

import test from 'ava';
import type { Page } from 'playwright-core';
import type { Person } from '../../sandbox/citizen/people.ts';
import { openBrowser } from '../support/browser.ts';
import { DOSSIERS, REPORTS } from '../support/rp.ts';
import { bundle } from './bundle.ts';
import { answersOf, meet, startGround, zaloOf, type Ground } from './ground.ts';

const zaloHome = 'https://h5.zdn.vn/zapps/1234567890/';
let ground: Ground;
let code: string;
test.before(async () => {
  [ground, code] = await Promise.all([startGround(), bundle()]);
});
test.after.always(() => ground?.stop());

// What an app would write: the functions of Zalo come from outside, here from the test.
const app = `
import { createTayNinhId } from './miniapp.js';
const settings = await (await fetch('./settings.json')).json();
window.keys = [];
const { subtle } = crypto;
const generate = subtle?.generateKey.bind(subtle);
if (subtle !== undefined) subtle.generateKey = async (...words) => {
  const pair = await generate(...words);
  window.keys.push(pair.privateKey);
  return pair;
};
window.id = createTayNinhId({
  ...settings,
  zalo: {
    getAccessToken: () => window.zaloToken(),
    login: async () => 'Success',
    getPhoneNumber: async () => ({}),
  },
  onStep: (challenge) => window.reply(challenge),
});
document.body.textContent = 'ready';
`;

async function openPage(person: Person, shown: string[], home = zaloHome): Promise<Page> {
  const browser = await openBrowser();
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  // Chromium asks before a public page speaks to this machine; in Zalo both ends are public.
  await context.grantPermissions(['local-network-access'], { origin: new URL(home).origin }).catch(() => {});
  const page = await context.newPage();
  const settings = { issuer: ground.house.issuer, clientId: 'miniapp', services: ground.services };
  const files: Readonly<Record<string, readonly [string, string]>> = {
    [home]: [
      'text/html',
      '<!doctype html><meta charset="utf-8"><script type="module" src="app.js"></script><body>',
    ],
    [`${home}app.js`]: ['text/javascript', app],
    [`${home}miniapp.js`]: ['text/javascript', code],
    [`${home}settings.json`]: ['application/json', JSON.stringify(settings)],
  };
  await page.route(`${new URL(home).origin}/**`, async (route) => {
    const [contentType, body] = files[route.request().url()] ?? ['text/plain', ''];
    await route.fulfill({ contentType, body });
  });
  const zalo = zaloOf(ground, person);
  const answer = answersOf(ground, person, shown);
  await page.exposeFunction('zaloToken', () => zalo.getAccessToken());
  await page.exposeFunction('reply', answer);
  await page.goto(home);
  await page.getByText('ready').waitFor();
  return page;
}

/** Runs `script` in the page; it may use `id`. */
const run = (page: Page, script: string): Promise<unknown> =>
  page.evaluate(`(async () => { const id = window.id; ${script} })()`);

test('on a page of h5.zdn.vn a citizen signs in, reports, reaches level 2 and reads the dossiers', async (t) => {
  const shown: string[] = [];
  const page = await openPage(await meet(ground), shown);
  const report = `return (await id.fetch('${ground.report.url}/phan-anh', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ noiDung: 'Đèn đường hỏng', viTri: 'Phường Tân Ninh' }),
  }, { scope: 'svc:phananh:gui' })).status`;
  t.is(await run(page, report), 201);

  await run(page, `await id.login('svc:hoso:chuan-bi', '${DOSSIERS}')`);
  t.is(await run(page, `return (await id.fetch('${ground.dossier.url}/ho-so')).status`), 200);
  t.true(shown.includes('otp'), shown.join());

  // Nothing stays behind, and the key cannot be taken out.
  t.deepEqual(await page.context().cookies(), []);
  const left = `return [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, id.state]`;
  t.deepEqual(await run(page, left), [0, 0, 0, 'signed_in']);
  const key = `const [key] = window.keys;
    return [window.keys.length, key.extractable, await crypto.subtle.exportKey('jwk', key).then(() => 'out', ({ name }) => name)]`;
  t.deepEqual(await run(page, key), [1, false, 'InvalidAccessError']);
});

test('opened anew, the app has another key and no token', async (t) => {
  const person = await meet(ground);
  const page = await openPage(person, []);
  await run(page, `await id.login('svc:phananh:xem', '${REPORTS}')`);
  const tokens: string[] = [];
  page.on('request', (request) => void tokens.push(request.headers()['authorization'] ?? ''));
  await page.reload();
  await page.getByText('ready').waitFor();
  t.is(await run(page, 'return id.state'), 'signed_out');
  t.is(tokens.join(''), '');
});

test('another page of the same origin finds nothing to use', async (t) => {
  const page = await openPage(await meet(ground), []);
  await run(page, `await id.login('svc:phananh:xem', '${REPORTS}')`);
  const other = await page.context().newPage();
  await other.route('https://h5.zdn.vn/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: 'hostile' }),
  );
  await other.goto('https://h5.zdn.vn/zapps/999/');
  const found = await other.evaluate(`(async () => [
    document.cookie, localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
    (await caches.keys()).length,
  ])()`);
  t.deepEqual(found, ['', 0, 0, 0, 0]);
});

test('a webview without WebCrypto is told apart: the citizen must update Zalo', async (t) => {
  const page = await openPage(await meet(ground), [], 'http://plain.example/');
  const code = await run(
    page,
    `return id.login('tn:me', '${ground.house.issuer}/me').then(() => 'in', ({ code }) => code)`,
  );
  t.is(code, 'unsupported');
});
