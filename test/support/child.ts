// A child under 16 and a legal representative at a whole house: both with browsers of their own, the
// child bound as the counter would, the relationship recorded as the register would.

import { randomInt } from 'node:crypto';
import { openEnvelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import type { Page } from '../../sandbox/citizen/browser.ts';
import { bind, inventNumber, represent } from '../consent/family.ts';
import type { TestHouse } from './broker.ts';
import type { Rp } from './rp.ts';
import { LEVEL_ONE, LEVEL_TWO, accountOf, meet, signIn } from './visitor.ts';
import type { SignedIn, Visitor } from './visitor.ts';

export type ChildAtHouse = Visitor & {
  readonly accountId: string;
  readonly personalNumber: string;
  readonly birthdate: string;
  /** The sign-in before anybody knew that this is a child. */
  readonly before: SignedIn;
};

export const vaultOf = (house: TestHouse) =>
  openVault(house.db, openEnvelope(house.config.TNID_KEK), new Date());

/** Born `years` and some months ago. */
export const bornAgo = (years: number): string =>
  `${new Date().getUTCFullYear() - years}-01-${String(randomInt(10, 20))}`;

/** Somebody who signed in and agreed to everything, and was bound as a child afterwards. */
export async function meetChild(house: TestHouse, rp: Rp, birthdate: string): Promise<ChildAtHouse> {
  const visitor = await meet(house);
  const before = await signIn(rp, visitor, LEVEL_ONE);
  const accountId = await accountOf(house, visitor);
  const personalNumber = inventNumber(birthdate);
  await bind(
    { db: house.db, vault: await vaultOf(house) },
    { accountId, personalNumber, birthdate },
    new Date(),
  );
  return { ...visitor, accountId, personalNumber, birthdate, before };
}

/** Somebody grown up who has just reached level 2 in this browser. */
export async function meetAdult(house: TestHouse, rp: Rp): Promise<Visitor> {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  return visitor;
}

export async function recordParent(house: TestHouse, parent: Visitor, child: ChildAtHouse): Promise<string> {
  const at = { db: house.db, vault: await vaultOf(house) };
  const recorded = await represent(at, { personalNumber: parent.person.personalNumber }, child, new Date());
  if (recorded.outcome !== 'recorded') throw new Error(recorded.reason);
  return recorded.guardianshipId;
}

/** Opens an address and expects a page. */
export async function see(visitor: Visitor, url: string): Promise<Page> {
  const arrival = await visitor.open(url);
  if (arrival.at === 'door') throw new Error(`at the door ${arrival.url.pathname}`);
  return arrival.page;
}
