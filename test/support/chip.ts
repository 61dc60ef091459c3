// A citizen with a card and a reader, before the page of the chip.

import type { Page } from '../../sandbox/citizen/browser.ts';
import type { Card } from '../../sandbox/cards/card.ts';
import { wordsOf } from '../../views/words/words.ts';
import type { TestHouse } from './broker.ts';
import { shown } from './card.ts';
import { INSURANCE } from './rp.ts';
import type { AuthRequest, Rp } from './rp.ts';
import { meet } from './visitor.ts';
import type { Visitor } from './visitor.ts';

const words = wordsOf('vi');

/** Somebody nobody has met, who holds a card of the sandbox's authority. */
export async function meetWithCard(house: TestHouse): Promise<{ visitor: Visitor; card: Card }> {
  const visitor = await meet(house);
  const { personalNumber, name, birthdate } = visitor.person;
  return { visitor, card: house.cardAuthority.issue({ personalNumber, name, birthdate }) };
}

/** From a request for level 2 to the chip's page. */
export async function openChipPage(rp: Rp, visitor: Visitor): Promise<AuthRequest> {
  const { browser, person } = visitor;
  const request = await rp.begin('openid tn.level svc:bhyt:xem', INSURANCE);
  await visitor.open(request.url);
  if (browser.hasButton(words.login.button)) {
    await browser.press(words.login.button);
    while (browser.page().url.pathname.startsWith('/v4/permission'))
      await browser.press(browser.hasButton('allow') ? 'allow' : person.zaloId);
  }
  if (browser.hasButton(words.brake.no)) await browser.press(words.brake.no);
  await browser.press(words.stepUp.methods.chip.button);
  return request;
}

/** Sends a reader's file; the page that follows. */
export const sendChip = async ({ browser }: Visitor, members: object | string): Promise<Page> =>
  shown(
    await browser.press(words.chip.button, {
      tep: typeof members === 'string' ? members : JSON.stringify(members),
    }),
  );
