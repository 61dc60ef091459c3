// Passkeys in a real Chromium with its virtual authenticator: added on the citizen's own page, used
// in a step-up, removed; and what the page says when the device does not do its part.

import test, { type ExecutionContext } from 'ava';
import type { CDPSession, Page } from 'playwright-core';
import { sql } from '../../database.ts';
import { introduce, inventPerson } from '../../sandbox/citizen/people.ts';
import type { Person } from '../../sandbox/citizen/people.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { wordsOf } from '../../views/words/words.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { openBrowser, shoot } from '../support/browser.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_TWO } from '../support/visitor.ts';

const words = wordsOf('vi');
let house: TestHouse;
let rp: Rp;
test.before('the house is open', async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always('the house is closed', () => house?.stop());

type Me = {
  readonly page: Page;
  readonly person: Person;
  readonly device: CDPSession;
  readonly authenticatorId: string;
  press(button: string): Promise<void>;
};

/** A person with a browser whose device can verify them, or cannot. */
async function meetInChromium(t: ExecutionContext, width: number): Promise<Me> {
  const person = inventPerson();
  await introduce(person, { zalo: house.zalo.url, vneid: house.vneid.url });
  const context = await (
    await openBrowser()
  ).newContext({ viewport: { width, height: 780 }, locale: 'vi-VN' });
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  // A policy that stops our own script would look like a device that does nothing.
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) t.fail(message.text());
  });
  const device = await context.newCDPSession(page);
  await device.send('WebAuthn.enable');
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    page,
    person,
    device,
    authenticatorId,
    press: (button) => page.getByRole('button', { name: button }).first().click(),
  };
}

const titled = (page: Page, title: string) => page.getByRole('heading', { level: 1, name: title }).waitFor();

/** From the first page to the list of passkeys: Zalo, VNeID, the phone. */
async function proveLevelTwo({ page, person, press }: Me): Promise<void> {
  await page.goto(`${house.issuer}/toi/khoa/them`);
  await press(words.login.button);
  await page.waitForURL(/\/v4\/permission/);
  await press(person.name);
  await press('Cho phép');
  await titled(page, words.brake.title);
  await press(words.brake.no);
  await press(words.stepUp.methods.vneid.button);
  await page.waitForURL(/\/oauth2\/authorize/);
  await press(person.name);
  await page.getByLabel(words.phone.label).fill(person.phone);
  await press(words.phone.button);
  await page.locator('input[name=code]').fill(await newestCode(house.sms.url, person.phone));
  await press(words.code.button);
  await titled(page, words.passkeyAdd.title);
}

async function accountIdOf({ person }: Me): Promise<string> {
  const row = await house.db.row<{ account_id: string }>(
    sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`,
  );
  return row?.account_id ?? '';
}

async function anHourLater(me: Me): Promise<void> {
  await house.db.run(
    sql`update level_fact set at = at - interval '1 hour' where account_id = ${await accountIdOf(me)} and level = 2`,
  );
}

const freshProofs = async (me: Me) =>
  house.db.rows<{ amr: string[] }>(sql`
    select amr from level_fact where account_id = ${await accountIdOf(me)} and level = 2 and at > now() - interval '30 minutes'`);

for (const width of [360, 1280]) {
  test.serial(`a passkey is added, used and removed at ${width} px`, async (t) => {
    t.timeout(120_000);
    const me = await meetInChromium(t, width);
    const { page, press } = me;
    // No axe here: it detaches a debugger session, at which this Chromium dies while it plays an
    // authenticator. The gallery examines these pages.
    const look = (what: string) => shoot(page, `journey-passkey-${width}-${what}`);
    await proveLevelTwo(me);
    await look('1-them');
    await page.getByLabel(words.passkeyAdd.name).fill('Điện thoại của bà Bảy');
    await press(words.passkeyAdd.button);
    await page.getByText(words.passkeys.done.added).waitFor();
    await page.getByText('Điện thoại của bà Bảy').first().waitFor();
    await look('2-danh-sach');

    // The device says itself that it holds one already.
    await page.getByRole('link', { name: words.passkeys.add }).click();
    await press(words.passkeyAdd.button);
    await page.getByText(words.passkeyForm.known).waitFor();

    await anHourLater(me);
    await page.goto((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
    await titled(page, words.stepUp.title.again);
    await press(words.stepUp.methods.passkey.button);
    await titled(page, words.passkeyStep.title);
    await look('3-buoc-khoa');
    await press(words.passkeyStep.button);
    await page.getByRole('button', { name: words.consent.submit }).waitFor();
    t.deepEqual(
      (await freshProofs(me)).map(({ amr }) => amr),
      [['hwk', 'user']],
    );

    await page.goto(`${house.issuer}/toi/khoa`);
    await page.getByRole('link', { name: words.passkeys.change }).first().click();
    await look('4-sua');
    await press(words.passkeyEdit.remove);
    await page.getByText(words.passkeys.done.removed).waitFor();
    await page.getByText(words.passkeys.none).waitFor();
    await look('5-da-bo');
  });
}

test.serial(
  'a device that does not verify the person opens nothing, and the page says what to do',
  async (t) => {
    t.timeout(120_000);
    const me = await meetInChromium(t, 360);
    const { page, press, device, authenticatorId } = me;
    await proveLevelTwo(me);
    await press(words.passkeyAdd.button);
    await page.getByText(words.passkeys.done.added).waitFor();
    await anHourLater(me);
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.goto((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
    await press(words.stepUp.methods.passkey.button);
    await press(words.passkeyStep.button);
    await page.getByText(words.passkeyForm.failed).waitFor({ timeout: 15_000 });
    await shoot(page, 'journey-passkey-360-6-chua-xong');
    t.deepEqual(await freshProofs(me), []);
    await press(words.passkeyStep.other);
    await titled(page, words.stepUp.title.again);
  },
);

test.serial('a copy of a passkey with an older count is refused, and the passkey ends', async (t) => {
  t.timeout(120_000);
  const me = await meetInChromium(t, 360);
  const { page, press, device, authenticatorId } = me;
  await proveLevelTwo(me);
  await press(words.passkeyAdd.button);
  await page.getByText(words.passkeys.done.added).waitFor();
  const { credentials } = await device.send('WebAuthn.getCredentials', { authenticatorId });
  const [credential] = credentials;
  if (credential === undefined) return t.fail('the device holds no passkey');
  await house.db.run(
    sql`update passkey set sign_count = 50 where credential_id = ${Buffer.from(credential.credentialId, 'base64')}`,
  );
  await anHourLater(me);
  await page.goto((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  await press(words.stepUp.methods.passkey.button);
  await press(words.passkeyStep.button);
  // The choice is shown again: an ended passkey is no way any more.
  await titled(page, words.stepUp.title.again);
  t.is(await page.getByRole('button', { name: words.stepUp.methods.passkey.button }).count(), 0);
  t.deepEqual(await freshProofs(me), []);
  await page.goto(`${house.issuer}/toi/khoa`);
  await page.getByText(words.passkeys.suspectTag).waitFor();
  await shoot(page, 'journey-passkey-360-7-nghi-sao-chep');
  return t.pass();
});

test.serial('without JavaScript the page says so and leads on', async (t) => {
  const context = await (await openBrowser()).newContext({ javaScriptEnabled: false, locale: 'vi-VN' });
  t.teardown(() => context.close());
  const me = { ...(await meetInChromium(t, 360)), page: await context.newPage() };
  const walking = {
    ...me,
    press: (button: string) => me.page.getByRole('button', { name: button }).first().click(),
  };
  await proveLevelTwo(walking);
  await me.page.getByText(words.passkeyForm.noScript).waitFor();
  await walking.press(words.passkeyAdd.button);
  t.true((await me.page.locator('main').innerText()).includes(words.passkeyAdd.errors.failed));
});
