// A visitor with a passkey in software: adds it on the citizen's own page and uses it in a step-up,
// over the same forms a browser posts.

import { sql } from '../../database.ts';
import { wordsOf } from '../../views/words/words.ts';
import type { TestHouse } from './broker.ts';
import type { Rp } from './rp.ts';
import { readOptions, softwarePasskey } from './software-passkey.ts';
import type { Ceremony, SoftwarePasskey } from './software-passkey.ts';
import { accountOf, ageProofs, LEVEL_TWO, meet, signIn } from './visitor.ts';
import type { Visitor } from './visitor.ts';

const words = wordsOf('vi');

export type KeyHolder = {
  readonly visitor: Visitor;
  readonly accountId: string;
  readonly key: SoftwarePasskey;
};

/** The ceremony that the page shown last asks for. */
export function ceremonyOn(
  { browser }: Pick<Visitor, 'browser'>,
  house: Pick<TestHouse, 'issuer'>,
): Ceremony {
  const form = browser.page().document.querySelector('form[data-passkey]');
  const options = form?.getAttribute('data-options');
  if (options === undefined) throw new Error(`"${browser.page().title}" asks for no passkey`);
  return readOptions(options, house.issuer);
}

/** Adds a passkey; the visitor has proven level 2 a moment ago. */
export async function addPasskey(
  house: TestHouse,
  visitor: Visitor,
  name = 'Máy thử',
): Promise<SoftwarePasskey> {
  const key = softwarePasskey();
  await visitor.open(`${house.issuer}/toi/khoa/them`);
  const answer = key.register(ceremonyOn(visitor, house));
  await visitor.browser.press(words.passkeyAdd.button, { answer, name });
  if (visitor.browser.page().title !== words.passkeys.title)
    throw new Error(`no passkey was added: "${visitor.browser.page().title}"`);
  return key;
}

/** A citizen at level 2 with one passkey. */
export async function keyHolder(house: TestHouse, rp: Rp): Promise<KeyHolder> {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  const key = await addPasskey(house, visitor);
  return { visitor, accountId: await accountOf(house, visitor), key };
}

/** An hour later: stands before the page that asks for the passkey. */
export async function askedForPasskey(house: TestHouse, rp: Rp, { visitor, accountId }: KeyHolder) {
  await ageProofs(house, accountId, 3_600);
  const request = await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource);
  await visitor.open(request.url);
  await visitor.browser.press(words.stepUp.methods.passkey.button);
  return request;
}

export const pressUnlock = ({ browser }: Visitor, answer: string) =>
  browser.press(words.passkeyStep.button, { answer });

/** Level 2 of an account proven within the last half hour. */
export const freshLevelTwo = (house: TestHouse, accountId: string) =>
  house.db.rows<{ amr: string[] }>(sql`
    select amr from level_fact where account_id = ${accountId} and level = 2 and revoked_at is null
      and at > now() - interval '30 minutes'`);
