// An officer with a browser, and a citizen whose browser stands at the counter's page.

import { inviteStaff } from '../../staff/invitation.ts';
import type { StaffRole } from '../../staff/store.ts';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import type { Browser } from '../../sandbox/citizen/browser.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { wordsOf } from '../../views/words/words.ts';
import type { TestHouse } from '../support/broker.ts';
import { DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { passZalo } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';
import { PASSWORD } from './desk.ts';

export const words = wordsOf('vi');

export type Employee = {
  readonly login: string;
  readonly browser: Browser;
  readonly codes: readonly string[];
};

/** Invited, accepted, and not signed in yet. */
export async function hire(
  house: TestHouse,
  login: string,
  role: StaffRole,
  communeCode?: string,
): Promise<Employee> {
  // prettier-ignore
  const invitation = { login, role, unit: 'Quầy một cửa phường Tân Ninh', communeCode };
  const token = await inviteStaff(
    { db: house.db, origin: new URL(house.issuer).host },
    invitation,
    new Date(),
  );
  const browser = openBrowser();
  await browser.open(`${house.issuer}/nhan-vien/loi-moi/${token}`);
  await browser.press(words.staff.button, { password: PASSWORD });
  const codes = browser
    .page()
    .document.querySelectorAll('.codes li')
    .map((one) => one.text.trim());
  return { login, browser, codes };
}

export async function signInAs(
  house: TestHouse,
  { login, browser, codes }: Employee,
  nth = 0,
): Promise<void> {
  await browser.open(`${house.issuer}/can-bo/dang-nhap`);
  await browser.press(words.staffDoor.button, { login, password: PASSWORD, code: codes[nth] ?? '' });
}

export async function atWork(house: TestHouse, login: string, communeCode = '25459'): Promise<Employee> {
  const employee = await hire(house, login, 'officer', communeCode);
  await signInAs(house, employee);
  return employee;
}

/** Goes to the counter's page of a sign-in that asks for level 2. @returns the code on the telephone */
export async function goToCounter(rp: Rp, visitor: Visitor): Promise<string> {
  const request = await rp.begin('openid tn.level svc:hoso:xem', DOSSIERS);
  const { browser } = visitor;
  await browser.open(request.url);
  await passZalo(visitor);
  if (browser.hasButton(words.brake.no)) await browser.press(words.brake.no);
  await browser.press(words.stepUp.methods.counter.button);
  return codeOn(browser);
}

export const codeOn = (browser: Browser): string =>
  browser.page().document.querySelector('.big-code')?.text.trim() ?? '';

/** Looks again, as the page does by itself, and answers what comes then until the client's door. */
export async function finish(house: TestHouse, { browser, person }: Visitor): Promise<URL> {
  let arrival = await browser.open(browser.page().url);
  for (let pages = 0; pages < 8 && arrival.at === 'page'; pages += 1) {
    if (arrival.page.document.querySelector('input[name=phone]') !== null)
      arrival = await browser.press(words.phone.button, { phone: person.phone });
    else if (arrival.page.document.querySelector('input[name=code]') !== null)
      arrival = await browser.press(words.code.button, {
        code: await newestCode(house.sms.url, person.phone),
      });
    else if (browser.hasButton(words.consent.submit)) {
      const names = arrival.page.document.querySelectorAll('input[type=radio]').map((one) => one.getAttribute('name') ?? ''); // prettier-ignore
      arrival = await browser.press(
        words.consent.submit,
        Object.fromEntries(names.map((name) => [name, 'given'])),
      );
    } else if (browser.hasButton(words.consent.acknowledge))
      arrival = await browser.press(words.consent.acknowledge);
    else throw new Error(`lost on "${arrival.page.title}"`);
  }
  if (arrival.at === 'page') throw new Error(`no end: "${arrival.page.title}"`);
  return arrival.url;
}

export const SEEN = { face: 'yes', card: 'yes', freeWill: 'yes' };
