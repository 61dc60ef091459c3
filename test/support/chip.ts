// A citizen with a card and a reader, before the page of the chip.

import type { Page } from '../../sandbox/citizen/browser.ts';
import type { Card } from '../../sandbox/cards/card.ts';
import { wordsOf } from '../../views/words/words.ts';
import type { TestHouse } from './broker.ts';
import { openMethodPage, shown } from './card.ts';
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
export const openChipPage = (rp: Rp, visitor: Visitor): Promise<AuthRequest> =>
  openMethodPage(rp, visitor, 'chip');

/** Sends a reader's file; the page that follows. */
export const sendChip = async ({ browser }: Visitor, members: object | string): Promise<Page> =>
  shown(
    await browser.press(words.chip.button, {
      tep: typeof members === 'string' ? members : JSON.stringify(members),
    }),
  );
