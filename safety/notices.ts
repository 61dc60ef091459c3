// What a person must hear about at once, through every channel we know: the text goes to the phone on
// record and for a month to the one before it, so that whoever changes the number does not silence
// the notice; where it is offered, Zalo carries it to the phone on record, too; the citizen's own page
// keeps the list.

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { findNoticePhones } from '../accounts/phone-store.ts';
import { enqueueMessage } from '../codes/outbox.ts';
import type { NoticeKind, Notify } from '../assurance/notify.ts';
import { recordAccess } from '../audit/record.ts';
import type { Database } from '../database.ts';
import type { Vault } from '../keys/vault.ts';
import { findNotices, insertNotice, insertNotMeLink } from './notice-store.ts';
import { noticeText, zaloNoticeText } from './notice-text.ts';

const DAY_MS = 86_400_000;
/** A replaced phone goes on hearing this long. */
const FORMER_PHONE_DAYS = 30;
const LINK_DAYS = 30;
const SHOWN_DAYS = 365;
/** 120 bits: 20 characters, so that the whole message stays one SMS. */
const TOKEN_BYTES = 15;

type House = {
  readonly db: Database;
  readonly vault: Vault;
  readonly origin: string;
  /** Template messages through Zalo are set up for notices. */
  readonly zaloNotices?: boolean | undefined;
};
export type NoticeHouse = House & { readonly issuer: string };

export type Notice = {
  readonly accountId: string;
  readonly kind: NoticeKind;
  /** What happened, so that it is told once: the id of the move, the passkey, the binding. */
  readonly key: string;
  /** Words for the person's own page. Never a name, number or phone. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Adds an address that locks the account without a login. */
  readonly link?: boolean;
};

export type Noticed = {
  /** False: told before, nothing was done. */
  readonly fresh: boolean;
  /** Text messages. Zalo's are not among them: whoever took the person's Zalo reads those first. */
  readonly messageIds: readonly string[];
};

/** Tells an account, once a kind and key. Joins the running transaction, or makes one. */
export const noticeAccount = (house: NoticeHouse, notice: Notice, now: Date): Promise<Noticed> =>
  tell(house, notice, notice.link === true ? house.issuer : undefined, now);

/** The same where a link would lock nothing: the account is locked, or has just been opened. */
export const noticePlainly = (house: House, notice: Omit<Notice, 'link'>, now: Date): Promise<Noticed> =>
  tell(house, notice, undefined, now);

async function tell(
  { db, vault, origin, zaloNotices = false }: House,
  { accountId, kind, key, facts = {} }: Notice,
  linkAt: string | undefined,
  now: Date,
): Promise<Noticed> {
  return db.transaction(async () => {
    const id = randomUUID();
    if ((await insertNotice(db, { id, accountId, kind, key, facts }, now)) !== 1)
      return { fresh: false, messageIds: [] };
    const messageIds: string[] = [];
    const giveUpAt = new Date(now.getTime() + DAY_MS);
    const phones = await findNoticePhones(
      db,
      accountId,
      new Date(now.getTime() - FORMER_PHONE_DAYS * DAY_MS),
    );
    for (const phone of phones) {
      // A link each: locking by one leaves it visible which channel answered.
      const address = linkAt && `${linkAt}/k/${await newLink(db, { accountId, noticeId: id }, now)}`;
      const to = vault.open(`phone/${phone.id}/number`, phone.phone_sealed);
      const text = noticeText(kind, now, address);
      messageIds.push(
        await enqueueMessage(db, vault, { to, text, giveUpAt, kind: 'notice', accountId }, now),
      );
      // A second way to be heard, so nothing waits for it and nothing is undone when it fails.
      if (zaloNotices && phone.live)
        await enqueueMessage(db, vault, { to, text: zaloNoticeText(kind, now), giveUpAt, kind: 'notice', accountId, channel: 'zns' }, now); // prettier-ignore
    }
    const zalo = zaloNotices && phones.some(({ live }) => live);
    await recordAccess(db, origin, { kind: 'account.noticed', outcome: 'ok', actor: 'system', accountId, details: { notice: kind, messages: messageIds.length, zalo, link: linkAt !== undefined } }, now); // prettier-ignore
    return { fresh: true, messageIds };
  });
}

/** The port through which assurance/ tells people. */
export const createNotify =
  (house: NoticeHouse): Notify =>
  async (notice, now) => {
    await noticeAccount(house, notice, now);
  };

const shownFacts = z.record(z.string(), z.string());

/** For the person's own page, newest first. */
export async function recentNotices(db: Database, accountId: string, now: Date) {
  const rows = await findNotices(db, accountId, new Date(now.getTime() - SHOWN_DAYS * DAY_MS));
  return rows.map(({ id, kind, facts, at }) => ({ id, kind, facts: shownFacts.parse(facts), at }));
}

async function newLink(
  db: Database,
  about: { accountId: string; noticeId: string },
  now: Date,
): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const expiresAt = new Date(now.getTime() + LINK_DAYS * DAY_MS);
  await insertNotMeLink(db, { tokenKey: linkKey(token), ...about, expiresAt });
  return token;
}

/** How a link is stored: a copy of the database locks nobody's account. */
export const linkKey = (token: string) => createHash('sha256').update(token).digest();
