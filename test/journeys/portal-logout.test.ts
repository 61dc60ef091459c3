// A portal as FAPI 2.0 client from its first page to the last: signs in, steps up, logs out
// everywhere. One citizen, two portals and two devices; the browser never holds a token.

import test from 'ava';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exportJWK, generateKeyPair } from 'jose';
import { anyPorts, startStage, type Stage } from '../../bin/demo-stage.ts';
import { openBrowser, type Browser } from '../../sandbox/citizen/browser.ts';
import { introduce, inventPerson, type Person } from '../../sandbox/citizen/people.ts';
import { walk, type WalkStep } from '../../sandbox/citizen/sign-in.ts';
import { startPortal, type Portal } from '../../sandbox/portal/server.ts';
import { callService } from '../../sandbox/relying-party/call-service.ts';
import { useDatabase } from '../support/database.ts';
import { anyFreePort as freePort } from '../../sandbox/ports.ts';

const FEED_MS = 200;
const COOKIE = '__Host-cong-tien-ich';
let folder = '';
let stage: Stage;
let second: Portal;

test.before('the house is open, and a second portal is registered by the command line', async () => {
  folder = await mkdtemp(join(tmpdir(), 'tnid-two-portals-'));
  const port = await freePort();
  const host = `localhost:${port}`;
  const { url: databaseUrl } = await useDatabase();
  stage = await startStage({ databaseUrl, dataDir: folder, ports: anyPorts, feedIntervalMs: FEED_MS, told: [host] }); // prettier-ignore

  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const { d, ...publicKey } = await exportJWK(privateKey);
  const jwks = join(folder, 'second.jwks.json');
  await writeFile(jwks, JSON.stringify({ keys: [{ ...publicKey, kid: 'k', alg: 'ES256', use: 'sig' }] }));
  const tnid = fileURLToPath(new URL('../../bin/tnid', import.meta.url));
  const add = ['service', 'add', 'cong-xa', '--kind', 'portal', '--name', 'Cổng xã', '--jwks', jwks];
  const addresses = ['--redirect-uri', `http://${host}/ve`, '--logout-uri', `http://${host}/`, '--backchannel-logout-uri', `http://${host}/thoat-tu-xa`]; // prettier-ignore
  await promisify(execFile)(tnid, [...add, ...addresses], { env: { ...process.env, ...stage.environment } });
  second = await startPortal({
    port,
    registration: {
      issuer: stage.issuer,
      clientId: 'cong-xa',
      privateKey: { ...publicKey, d: d ?? '', kid: 'k' },
      redirectUri: `http://${host}/ve`,
    },
    services: stage.services,
  });
});
test.after.always(async () => {
  await second?.stop();
  await stage?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Everything a browser was shown or holds, for looking for what must not be there. */
type Traveller = { readonly browser: Browser; readonly person: Person; readonly shown: string[] };

function travel(person: Person): Traveller {
  const isCallback = ({ pathname, searchParams }: URL) => pathname === '/ve' && !searchParams.has('opened');
  return { browser: openBrowser({ stopAt: isCallback }), person, shown: [] };
}

/** From where the browser stands through Tây Ninh ID until a page of the portal is shown. */
async function carryOn({ browser, person, shown }: Traveller, start: URL): Promise<readonly WalkStep[]> {
  const steps: WalkStep[] = [];
  let url = start;
  for (let round = 0; round < 4; round += 1) {
    const { callback, steps: met } = await walk(browser, url, person, { sms: stage.sandbox.sms });
    steps.push(...met);
    callback.searchParams.append('opened', '1');
    const arrival = await browser.open(callback);
    if (arrival.at === 'page') {
      shown.push(arrival.page.document.toString());
      return steps;
    }
    url = arrival.url;
  }
  throw new Error(`no page of the portal after ${steps.join(', ')}`);
}

/** The portal's name for the session, and what its first page says with it. */
async function cookieAt({ browser }: Traveller, portal: string): Promise<string> {
  const all = await browser.cookies(new URL(portal));
  return new RegExp(`${COOKIE}=[\\w-]+`).exec(all)?.[0] ?? '';
}
async function isSignedIn(portal: string, cookie: string): Promise<boolean> {
  const html = await (await fetch(`${portal}/`, { headers: { cookie } })).text();
  return html.includes('action="/dang-xuat"');
}

test('one log-out ends both portals, the session, the refreshing and the tokens; the other device goes on', async (t) => {
  const { portal, services } = stage;
  const person = inventPerson();
  await introduce(person, stage.sandbox);
  const home = travel(person);

  const first = await carryOn(home, new URL(`${second.url}/ho-so`));
  t.true(
    first.includes('zalo') && !first.includes('vneid-hub'),
    `level 1 to begin with: ${first.join(', ')}`,
  );
  const secondCookie = await cookieAt(home, second.url);
  const asked = await carryOn(home, new URL(`${portal}/ho-so`));
  t.false(asked.includes('zalo'), 'single sign-on: nothing but consent for another portal');
  const left = await home.browser.press('Nộp hồ sơ', { noiDung: 'Lớp buổi sáng' });
  const raised = await carryOn(home, left.at === 'door' ? left.url : left.page.url);
  t.true(raised.includes('vneid-hub'), `stepped up: ${raised.join(', ')}`);
  t.is(home.browser.page().title, 'Hồ sơ đã được tiếp nhận');
  const cookie = await cookieAt(home, portal);
  t.true((await isSignedIn(portal, cookie)) && (await isSignedIn(second.url, secondCookie)));

  // Tokens of the same browser in a client of our own making, to see them die.
  const { party } = await stage.scene(() => undefined);
  const key = await party.newProofKey();
  const departure = await party.depart(key, {
    scope: 'openid svc:hoso:chuan-bi',
    resource: 'https://hoso.dichvu.tayninh.gov.vn',
  });
  const { callback } = await walk(home.browser, departure.url, person, { sms: stage.sandbox.sms });
  const tokens = await party.arrive(key, departure, callback);
  const papers = () => callService({ accessToken: tokens.accessToken, key }, { method: 'GET', url: `${services.dossier}/giay-to` }); // prettier-ignore
  t.is((await papers()).outcome, 'done');

  const away = travel(person);
  await carryOn(away, new URL(`${portal}/ho-so`));
  const awayCookie = await cookieAt(away, portal);

  await home.browser.open(`${portal}/`);
  home.shown.push(home.browser.page().document.toString());
  await home.browser.press('Đăng xuất');
  t.is(home.browser.page().title, 'Bạn muốn đăng xuất?');
  const back = await home.browser.press('Đăng xuất');
  const endedAt = Date.now();
  t.is(back.at === 'page' ? back.page.url.href : '', `${portal}/`);

  t.false(await isSignedIn(portal, cookie), 'this portal');
  t.false(await isSignedIn(second.url, secondCookie), 'the other one was told over the back channel');
  t.true(await isSignedIn(portal, awayCookie), 'another device has a session of its own');
  t.deepEqual(await party.renew(key, tokens), { refused: 'invalid_grant' });
  let answer = await papers();
  while (answer.outcome === 'done' && Date.now() - endedAt < 5000) answer = await papers();
  t.is(answer.outcome, 'ended');
  const again = await party.depart(key, departure.wanted);
  const asks = await home.browser.open(again.url);
  t.is(
    asks.at === 'page' ? asks.page.title : 'signed in silently',
    'Đăng nhập để vào Cổng tiện ích Tây Ninh (bản thử)',
  );

  for (const { browser, shown } of [home, away]) {
    const held = [...shown, ...browser.hops().map(({ url }) => url)];
    held.push(await browser.cookies(new URL(portal)), await browser.cookies(new URL(second.url)));
    for (const text of held) {
      t.notRegex(text, /eyJ[\w-]+\./, 'no JWT in a page, an address or a cookie');
      for (const secret of [tokens.refreshToken ?? 'none', tokens.accessToken])
        t.false(text.includes(secret));
    }
  }
});
