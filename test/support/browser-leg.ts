// A citizen whose mini app has sent them to the phone's own browser.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { sql } from '../../database.ts';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import type { Browser } from '../../sandbox/citizen/browser.ts';
import type { Person } from '../../sandbox/citizen/people.ts';
import { wordsOf } from '../../views/words/words.ts';
import { VIEW, DOSSIER, goOn, ME, meetInZalo, signIn, zaloToken } from './app-citizen.ts';
import type { AppCitizen } from './app-citizen.ts';
import type { TestHouse } from './broker.ts';
import { challengeOf } from './launch.ts';
import type { Said } from './launch.ts';
import { createPortal } from './rp.ts';
import { addPasskey, ceremonyOn } from './passkey-visitor.ts';
import type { SoftwarePasskey } from './software-passkey.ts';
import { LEVEL_TWO, signIn as signInByPages, visitorAs } from './visitor.ts';

export const words = wordsOf('vi');

type Asked = Readonly<Record<string, unknown>> & { readonly type: string };
export type AtStep = {
  readonly citizen: AppCitizen;
  readonly challenge: Asked;
  /** `TN-48`, as the app shows it. */
  readonly displayCode: string;
};

/** Signed in, asked for level 2, and VNeID chosen. */
export async function atBrowserStep(
  house: TestHouse,
  person?: Person,
  scopes: Parameters<typeof zaloToken>[2] = [],
): Promise<AtStep> {
  const citizen = await meetInZalo(house, person);
  await citizen.launch.login(zaloToken(house, citizen.person, scopes).accessToken, ME(house));
  await citizen.launch.begin(DOSSIER);
  await citizen.launch.call({ step: 'brake', guided: 'no' });
  return { citizen, ...stepOf(await citizen.launch.call({ choice: 'vneid' })) };
}

/** The link, in a browser of its own unless one is given. */
export async function openLink(challenge: Asked, browser: Browser = openBrowser()): Promise<Browser> {
  await browser.open(String(challenge['authorization_uri']));
  return browser;
}

/** All of it: the code is typed, the phone answers, consent is given. */
export async function finishByVneid(house: TestHouse, { citizen, challenge }: AtStep): Promise<void> {
  const browser = await openLink(challenge);
  await proveByVneid(browser, citizen.person);
  const said = await citizen.launch.call({ step: 'vneid_redirect', completion_code: codeOn(browser) });
  const done = await goOn(house, citizen, said);
  if (done.status !== 200) throw new Error(`not finished: ${JSON.stringify(done.body)}`);
}

/** "I am doing this", and VNeID's page as this person. */
export async function proveByVneid(browser: Browser, { vneidSub }: Person): Promise<void> {
  await browser.press(words.legAsk.yes);
  await browser.press(vneidSub);
}

/** The eight digits the page shows. */
export function codeOn(browser: Browser): string {
  const shown = browser.page().document.querySelector('.big-code')?.text;
  if (shown === undefined) throw new Error(`"${browser.page().title}" shows no code`);
  return shown.replace(' ', '');
}

/** Bound, with a passkey made on the web, an hour later in the mini app: the passkey is chosen. */
export async function holderOfKey(house: TestHouse): Promise<AtStep & { readonly key: SoftwarePasskey }> {
  const rp = await createPortal(house, `cong-${randomUUID()}`);
  const citizen = await meetInZalo(house);
  const visitor = visitorAs(house, citizen.person);
  await signInByPages(rp, visitor, LEVEL_TWO);
  const key = await addPasskey(house, visitor);
  await signIn(house, citizen, ME(house));
  await house.db.run(sql`update level_fact set at = at - interval '1 hour' where level = 2`);
  // Not of high risk: a new machine does not wait.
  await citizen.launch.begin(VIEW);
  return { citizen, key, ...stepOf(await citizen.launch.call({ choice: 'passkey_web' })) };
}

const stepOf = (said: Said) => ({
  challenge: challengeOf(said),
  displayCode: z.object({ transaction: z.object({ code: z.string() }) }).parse(said.body).transaction.code,
});

export const unlock = (house: TestHouse, browser: Browser, key: SoftwarePasskey) =>
  browser.press(words.legPasskey.button, {
    answer: key.answer(ceremonyOn({ browser }, house)),
  });
