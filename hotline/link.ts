// Whose account a chat with the hotline belongs to. Only the citizen makes the link, and only in the safe
// direction: signed in, they ask for a code and send it from their own Zalo. An address that a stranger
// sends into a chat links nothing; he would send his own (decision 0022).

import { randomInt } from 'node:crypto';
import { outdateAccount } from '../accounts/watermark.ts';
import type { OaIdentity } from '../accounts/zalo-webhook.ts';
import type { Notify } from '../assurance/notify.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { uuidv7 } from '../keys/uuid.ts';
import type { Vault } from '../keys/vault.ts';
import { takeTry } from '../tries.ts';
import type { TryLimit } from '../tries.ts';
import * as store from './store.ts';

/** What a hotline is to us: its Official Account, and the client that asks for tokens. */
export type Hotline = OaIdentity & { readonly clientId: string };

export type LinkHouse = {
  readonly db: Database;
  readonly vault: Vault;
  readonly origin: string;
  readonly notify: Notify;
};

export const CODE_SECONDS = 600;
/**
 * Ten digits: with a thousand codes waiting at once a guess hits one in ten million, and a chat has few
 * guesses. Nobody types them; the app puts them into the chat.
 */
const DIGITS = 10;
const GUESSES: TryLimit = { name: 'link-code', most: 5, seconds: 600 };

/** What the app puts into the chat, in groups that can be read: `LK 48213 99375`. */
export async function offerCode(
  { db, vault }: Pick<LinkHouse, 'db' | 'vault'>,
  { hotline, accountId }: { hotline: Hotline; accountId: string },
  now: Date,
): Promise<string> {
  const digits = String(randomInt(0, 10 ** DIGITS)).padStart(DIGITS, '0');
  const expiresAt = new Date(now.getTime() + CODE_SECONDS * 1000);
  await store.putCode(db, { accountId, oaId: hotline.oaId, codeKey: vault.keyOf('link-code', digits), expiresAt }); // prettier-ignore
  return `LK ${digits.slice(0, 5)} ${digits.slice(5)}`;
}

/** The digits of a message that is a code and nothing else. */
export function codeIn(text: string): string | undefined {
  const [, digits] = /^LK([0-9]{10})$/i.exec(text.replaceAll(/[\s.-]/g, '')) ?? [];
  return digits;
}

/**
 * A signed message with a code: the chat is its account's from now on, and no other's.
 * @throws Refusal conflict when the same chat is being linked at this moment; Zalo then repeats the event
 */
export async function linkByCode(
  house: LinkHouse,
  { hotline, userId, digits }: { hotline: Hotline; userId: string; digits: string },
  now: Date,
): Promise<'linked' | 'wrong' | 'too_often'> {
  const { db, vault, origin, notify } = house;
  const userKey = userKeyOf(vault, hotline, userId);
  if (!(await takeTry(db, GUESSES, userKey.toString('base64url'), now))) return 'too_often';
  return db.transaction(async () => {
    const codeKey = vault.keyOf('link-code', digits);
    const code = await store.useCode(db, { oaId: hotline.oaId, codeKey }, now);
    if (code === undefined) return 'wrong';
    const link = { oaId: hotline.oaId, userKey, accountId: code.account_id };
    for (const { account_id: accountId } of await store.replaceLinks(db, link, now))
      await endAnswers(house, { hotline, accountId, reason: 'replaced' }, now);
    const id = uuidv7(now);
    if ((await store.insertLink(db, { id, ...link }, now)) !== 1)
      throw new Refusal('conflict', 'the chat is being linked by another message');
    const { accountId } = link;
    await recordAccess(db, origin, { kind: 'hotline.linked', outcome: 'ok', actor: 'self', accountId, clientId: hotline.clientId }, now); // prettier-ignore
    // Whoever was talked into giving the code away learns of it, with the address that locks.
    await notify({ accountId, kind: 'hotline_linked', key: id, link: true }, now);
    return 'linked';
  });
}

/** @returns since when, or undefined */
export async function findLink(
  db: Database,
  where: { hotline: Hotline; accountId: string },
): Promise<Date | undefined> {
  const { hotline, accountId } = where;
  return (await store.findLink(db, { oaId: hotline.oaId, accountId }))?.linked_at;
}

/** Ends the link and any code that waits; tokens that are out die by watermark. Quiet when there is none. */
export async function unlink(
  house: LinkHouse,
  { hotline, accountId }: { hotline: Hotline; accountId: string },
  now: Date,
): Promise<void> {
  const { db } = house;
  await db.transaction(async () => {
    const where = { oaId: hotline.oaId, accountId };
    await store.dropCode(db, where);
    if ((await store.endLink(db, where, now)) !== 1) return;
    await endAnswers(house, { hotline, accountId, reason: 'citizen' }, now);
  });
}

/** Who wrote: the open account a chat is linked to. One answer for strangers and for those who have no link. */
export async function findWriter(
  { db, vault }: Pick<LinkHouse, 'db' | 'vault'>,
  { hotline, userId }: { hotline: Hotline; userId: string },
): Promise<string | undefined> {
  const userKey = userKeyOf(vault, hotline, userId);
  return (await store.findLinked(db, { oaId: hotline.oaId, userKey }))?.account_id;
}

async function endAnswers(
  { db, origin }: LinkHouse,
  { hotline, accountId, reason }: { hotline: Hotline; accountId: string; reason: string },
  now: Date,
): Promise<void> {
  await outdateAccount(db, { accountId, clientId: hotline.clientId }, now);
  await recordAccess(db, origin, { kind: 'hotline.unlinked', outcome: 'ok', actor: 'self', accountId, clientId: hotline.clientId, details: { reason } }, now); // prettier-ignore
}

const userKeyOf = (vault: Vault, { oaId }: Hotline, userId: string) =>
  vault.keyOf('oa-user', `${oaId}/${userId}`);
