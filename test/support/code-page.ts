// Somebody who stands before the page that asks for a code, for the tests of codes over HTTP.

import type { Arrival } from '../../sandbox/citizen/browser.ts';
import { wordsOf } from '../../views/words/words.ts';
import type { TestHouse } from './broker.ts';
import type { Rp } from './rp.ts';
import { LEVEL_TWO, meet, visitorAs } from './visitor.ts';
import type { Visitor } from './visitor.ts';

const words = wordsOf('vi');

/** A citizen nobody has met, identified by VNeID, before the page that asks for the phone. */
export async function atPhonePage(house: TestHouse, rp: Rp): Promise<Visitor> {
  const { person } = await meet(house);
  let stopping = true;
  const visitor = visitorAs(house, person, (url) => stopping && url.pathname.endsWith('/dien-thoai'));
  await visitor.go(await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource));
  stopping = false;
  return visitor;
}

/** Types a phone number and arrives where the broker sends them. */
export const typePhone = ({ browser }: Visitor, phone: string): Promise<Arrival> =>
  browser.press(words.phone.button, { phone });

/** Types a code. */
export const typeCode = ({ browser }: Visitor, code: string, at?: string): Promise<Arrival> =>
  browser.press(words.code.button, { code }, at);

/** What a person sees, without what differs from one to the next anyway. */
export function seen(arrival: Arrival): readonly unknown[] {
  if (arrival.at !== 'page') return [arrival.at];
  const { status, title, document } = arrival.page;
  const text = (document.querySelector('main') ?? document).structuredText
    .replaceAll(/TN-\d\d|\*{3}\d{3}|\d{1,2}:\d\d|[A-Z2-9]{8}/g, '…')
    .replaceAll(/\s+/g, ' ');
  return [status, title, text];
}

export const wrongFor = (code: string, turn = 0) =>
  String((Number(code) + 1 + turn) % 1_000_000).padStart(6, '0');
