// How a citizen walks through Tây Ninh ID: at each page the one thing a person would do there.
// Nothing is taken for granted about the order; what was met on the way is told afterwards.

import { wordsOf } from '../../views/words/words.ts';
import type { Arrival, Browser, Page } from './browser.ts';
import { internationalNumber, type Person } from './people.ts';

export type Walk = {
  /** Where the walk ended: the callback of the client. */
  readonly callback: URL;
  /** What was met, in order. */
  readonly steps: readonly WalkStep[];
  /** Purposes the consent page asked about, and the answer given. */
  readonly choices: Readonly<Record<string, 'given' | 'refused'>>;
};
export type WalkStep =
  | 'zalo'
  | 'zalo-permission'
  | 'brake'
  | 'vneid'
  | 'vneid-hub'
  | 'phone'
  | 'code'
  | 'consent'
  | 'notice';

export type Manners = {
  /** Answers the consent page. Default: yes to everything. */
  readonly choose?: (purpose: string) => 'given' | 'refused';
  /** Origin of the SMS gateway, whose phones show the code. */
  readonly sms: string;
};

const words = wordsOf('vi');
const MOST_PAGES = 20;

/** Goes from `url` to where the browser was told to stop. */
export async function walk(browser: Browser, url: URL, person: Person, manners: Manners): Promise<Walk> {
  const steps: WalkStep[] = [];
  const choices: Record<string, 'given' | 'refused'> = {};
  let arrival: Arrival = await browser.open(url);
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    if (arrival.at === 'door') return { callback: arrival.url, steps, choices };
    const { page } = arrival;
    if (page.status >= 400) throw new Error(`"${page.title}" (HTTP ${page.status}) at ${page.url.pathname}`);
    const step = stepOn(page, browser);
    if (step === undefined)
      throw new Error(`lost on "${page.title}" at ${page.url.origin}${page.url.pathname}`);
    steps.push(step);
    arrival = await act(step, page);
  }
  throw new Error(`no end after ${MOST_PAGES} pages: ${steps.join(', ')}`);

  async function act(step: WalkStep, page: Page): Promise<Arrival> {
    switch (step) {
      case 'zalo':
        return browser.press(words.login.button);
      case 'zalo-permission':
        return browser.press(browser.hasButton('allow') ? 'allow' : person.zaloId);
      case 'brake':
        return browser.press(words.brake.no);
      case 'vneid':
        return browser.press(words.stepUp.methods.vneid.button);
      case 'vneid-hub':
        return browser.press(person.vneidSub);
      case 'phone':
        return browser.press(words.phone.button, { phone: person.phone });
      case 'code':
        return browser.press(words.code.button, { code: await newestCode(manners.sms, person.phone) });
      case 'notice':
        return browser.press(words.consent.acknowledge);
      case 'consent': {
        const purposes = page.document
          .querySelectorAll('input[type=radio]')
          .map((radio) => radio.getAttribute('name') ?? '');
        const fields: Record<string, string> = {};
        for (const name of new Set(purposes)) {
          const purpose = name.replace(/^purpose\./, '');
          fields[name] = choices[purpose] = manners.choose?.(purpose) ?? 'given';
        }
        return browser.press(words.consent.submit, fields);
      }
    }
  }
}

function stepOn({ document, url }: Page, browser: Browser): WalkStep | undefined {
  if (url.pathname.startsWith('/v4/permission')) return 'zalo-permission';
  if (url.pathname.startsWith('/oauth2/authorize')) return 'vneid-hub';
  if (document.querySelector('input[name=code]') !== null) return 'code';
  if (document.querySelector('input[name=phone]') !== null) return 'phone';
  if (browser.hasButton(words.login.button)) return 'zalo';
  if (browser.hasButton(words.brake.no)) return 'brake';
  if (browser.hasButton(words.stepUp.methods.vneid.button)) return 'vneid';
  if (browser.hasButton(words.consent.submit)) return 'consent';
  return browser.hasButton(words.consent.acknowledge) ? 'notice' : undefined;
}

/** Reads the code where the person would: on the phone. The broker hands the message over after its answer. */
export async function newestCode(sms: string, phone: string): Promise<string> {
  const giveUpAt = Date.now() + 10_000;
  while (Date.now() < giveUpAt) {
    const response = await fetch(`${sms}/phone/${internationalNumber(phone)}.json`);
    const inbox = await response.text();
    const code = /(?<!\d)\d{6}(?!\d)/.exec(messageIn(inbox))?.[0];
    if (code !== undefined) return code;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no code has arrived on the phone');
}

// Only the text: times and references hold digits, too.
const messageIn = (inbox: string) => /"text":"((?:[^"\\]|\\.)*)"/.exec(inbox)?.[1] ?? '';
