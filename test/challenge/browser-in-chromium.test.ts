// The browser's part in a real Chromium on a phone's screen: its cookie, its policy and its passkeys.

import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { sql } from '../../database.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { goOn, ME, meetInZalo, signIn, useMiniApp, VIEW } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { atBrowserStep, words } from '../support/browser-leg.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { openBrowser, shoot } from '../support/browser.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf } from '../support/launch.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

async function phone(t: ExecutionContext): Promise<Page> {
  const context = await (await openBrowser()).newContext({ viewport: { width: 360, height: 740 }, locale: 'vi-VN' }); // prettier-ignore
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) t.fail(message.text());
  });
  return page;
}

const press = (page: Page, button: string) => page.getByRole('button', { name: button }).first().click();
const titled = (page: Page, title: string) => page.getByRole('heading', { level: 1, name: title }).waitFor();
const codeOf = async (page: Page) => (await page.locator('.big-code').innerText()).replace(/\s/g, '');
const uriOf = ({ authorization_uri: uri }: Readonly<Record<string, unknown>>) => String(uri);

test('VNeID: the question, the sign-in and the code', async (t) => {
  const { citizen, challenge } = await atBrowserStep(house);
  const page = await phone(t);
  await page.goto(uriOf(challenge));
  await shoot(page, 'leg-ask');
  await press(page, words.legAsk.yes);
  await page.waitForURL(/\/oauth2\/authorize/);
  await press(page, citizen.person.name);
  await titled(page, words.legCode.title);
  await shoot(page, 'leg-code');
  const said = await citizen.launch.call({ step: 'vneid_redirect', completion_code: await codeOf(page) });
  t.is((await goOn(house, citizen, said)).status, 200);
});

test('a passkey: the device is asked, and the code carries its answer to the app', async (t) => {
  const citizen = await meetInZalo(house);
  const page = await phone(t);
  await addPasskey(page, citizen);
  await signIn(house, citizen, ME(house));
  await house.db.run(sql`update level_fact set at = at - interval '1 hour' where level = 2`);
  await citizen.launch.begin(VIEW);
  const challenge = challengeOf(await citizen.launch.call({ choice: 'passkey_web' }));
  await page.goto(uriOf(challenge));
  await press(page, words.legAsk.yes);
  await titled(page, words.legPasskey.title);
  await press(page, words.legPasskey.button);
  await titled(page, words.legCode.title);
  const said = await citizen.launch.call({ step: 'passkey_web', completion_code: await codeOf(page) });
  t.is((await goOn(house, citizen, said)).status, 200);
});

/** On the citizen's own page in this browser: Zalo, VNeID, the phone, and the device. */
async function addPasskey(page: Page, { person }: AppCitizen): Promise<void> {
  const device = await page.context().newCDPSession(page);
  await device.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } as const; // prettier-ignore
  await device.send('WebAuthn.addVirtualAuthenticator', { options });
  await page.goto(`${house.issuer}/toi/khoa/them`);
  await press(page, words.login.button);
  await page.waitForURL(/\/v4\/permission/);
  await press(page, person.name);
  await press(page, 'Cho phép');
  await titled(page, words.brake.title);
  await press(page, words.brake.no);
  await press(page, words.stepUp.methods.vneid.button);
  await page.waitForURL(/\/oauth2\/authorize/);
  await press(page, person.name);
  await page.getByLabel(words.phone.label).fill(person.phone);
  await press(page, words.phone.button);
  await page.locator('input[name=code]').fill(await newestCode(house.sms.url, person.phone));
  await press(page, words.code.button);
  await titled(page, words.passkeyAdd.title);
  await press(page, words.passkeyAdd.button);
  await titled(page, words.passkeys.title);
}
