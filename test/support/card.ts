// A citizen before the page of the printed card, for the tests that fill it in.

import type { Arrival, Page } from '../../sandbox/citizen/browser.ts';
import type { Person } from '../../sandbox/citizen/people.ts';
import { wordsOf } from '../../views/words/words.ts';
import type { TestHouse } from './broker.ts';
import { INSURANCE } from './rp.ts';
import type { AuthRequest, Rp } from './rp.ts';
import { meet, passZalo } from './visitor.ts';
import type { Visitor } from './visitor.ts';

const words = wordsOf('vi');

/** Somebody nobody has met, whom the population register knows. */
export async function meetRegistered(house: TestHouse): Promise<Visitor> {
  const visitor = await meet(house);
  const { personalNumber, name, birthdate } = visitor.person;
  const response = await fetch(`${house.register.url}/__sandbox/citizens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ personalNumber, name, birthdate }),
  });
  if (response.status !== 201) throw new Error(`the register does not take a citizen: ${response.status}`);
  return visitor;
}

/** From a request for level 2 (of a service that takes any evidence) to the card's page. */
export const openCardPage = (rp: Rp, visitor: Visitor): Promise<AuthRequest> =>
  openMethodPage(rp, visitor, 'card');

/** The same to the page of another method. */
export async function openMethodPage(
  rp: Rp,
  visitor: Visitor,
  method: 'card' | 'chip',
): Promise<AuthRequest> {
  const { browser } = visitor;
  const request = await rp.begin('openid tn.level svc:bhyt:xem', INSURANCE);
  await visitor.open(request.url);
  if (browser.hasButton(words.login.button)) await passZalo(visitor);
  if (browser.hasButton(words.brake.no)) await browser.press(words.brake.no);
  await browser.press(words.stepUp.methods[method].button);
  return request;
}

export type CardForm = Readonly<Record<string, string>>;

/** What stands on the person's card. */
export const typedCard = ({ personalNumber, name, birthdate }: Person): CardForm => ({
  number: personalNumber,
  name,
  day: birthdate.slice(6, 8),
  month: birthdate.slice(4, 6),
  year: birthdate.slice(0, 4),
});

export async function compareCard({ browser }: Visitor, form: CardForm): Promise<Page> {
  return shown(await browser.press(words.card.button, form));
}

export function shown(arrival: Arrival): Page {
  if (arrival.at !== 'page') throw new Error(`left for ${arrival.url.origin}`);
  return arrival.page;
}

/** The page's words without what the person typed, its number of the visit and its token. */
export function neutralText({ document }: Page): string {
  return document
    .toString()
    .replaceAll(/ value="[^"]*"/g, '')
    .replaceAll(/\/interaction\/[\w-]+/g, '/interaction/…')
    .replaceAll(/TN-[0-9]{2}/g, 'TN-…')
    .replaceAll(/(<span[^>]*class="head-name"[^>]*>)[^<]*/g, '$1');
}
