// One-time codes, protocol design 9 to the letter: made, sent, checked. Guesses are counted in guesses.ts.

import { createHmac, randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database.ts';
import { recordAccess } from '../audit/record.ts';
import type { Vault } from '../keys/vault.ts';
import type { Budgets, SendFacts } from './budgets.ts';
import { codeFactorState, disableIfSpent, MOST_WRONG } from './code-trouble.ts';
import { isFallbackOpen } from './fallback.ts';
import type { Fallback } from './fallback.ts';
import { consumeOtp, reserveGuess, returnGuess } from './guesses.ts';
import type { MessageChannel } from './message-gateway.ts';
import { enqueueMessage } from './outbox.ts';
import * as store from './otp-store.ts';

const LIFE_SECONDS = 300;
const MAX_GUESSES = 5;
const RESEND_WAIT_SECONDS = [60, 120, 300];
const MAX_SENDS = RESEND_WAIT_SECONDS.length;

type House = { readonly db: Database; readonly vault: Vault; readonly budgets: Budgets; readonly origin: string }; // prettier-ignore

export type CodeRequest = {
  readonly transactionId: string;
  readonly accountId: string;
  readonly e164: string;
  /** What the code is for, plain ASCII: it stands in the message. */
  readonly action: string;
  readonly displayCode: string;
  readonly addressKey: string;
  readonly networkKey: string;
  /** Keyed hash of the device's cookie, and whether it has proven level 2 for this account before. */
  readonly deviceKey?: string | undefined;
  readonly knownDevice?: boolean;
  readonly clientId: string;
  /** How long the code is good; five minutes, shorter where it is typed on the phone it comes to. */
  readonly lifeSeconds?: number;
};

export type CodeSent =
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'wait'; readonly until: Date }
  /**
   * A budget stopped it. The citizen is shown what a sent code shows, so that whoever pumps codes cannot
   * see where the limits are (attack case 9): a code that nobody has stands in its place.
   */
  | { readonly outcome: 'held_back'; readonly budget: string }
  /** All codes of this transaction have been asked for. */
  | { readonly outcome: 'used_up' }
  /** Too many wrong codes in a row: the person must be identified again first. */
  | { readonly outcome: 'disabled' };

/** Makes a code, supersedes the one before it and queues the message. At most three a transaction. */
export async function sendCode(house: House, request: CodeRequest, now: Date): Promise<CodeSent> {
  const { db } = house;
  const latest = await store.findLatestOtp(db, request.transactionId);
  if (latest !== undefined && latest.send_number >= MAX_SENDS) return { outcome: 'used_up' };
  if (latest !== undefined && latest.resend_after > now)
    return { outcome: 'wait', until: latest.resend_after };
  const sendNumber = (latest?.send_number ?? 0) + 1;
  const resendAfter = after(now, RESEND_WAIT_SECONDS[sendNumber - 1] ?? 300);
  return issue(house, request, { channel: 'sms', sendNumber, resendAfter, seen: latest }, now);
}

/**
 * The same attempt once more through Zalo, when the SMS was not delivered: a new code that supersedes
 * the old one and inherits its guesses. Beside VNeID only (decision 0014). The phone is the one the SMS went to.
 */
export async function sendCodeByZalo(
  house: House & { readonly fallback: Fallback },
  request: Omit<CodeRequest, 'e164'> & { readonly proven: ReadonlySet<string> },
  now: Date,
): Promise<CodeSent | { readonly outcome: 'not_open' }> {
  const { db, vault, fallback } = house;
  const latest = await store.findLatestOtp(db, request.transactionId);
  if (latest === undefined || !(await isFallbackOpen(db, fallback, { ...request, latest }, now)))
    return { outcome: 'not_open' };
  const e164 = vault.open(`otp/${latest.id}/phone`, latest.phone_sealed);
  const { send_number: sendNumber, resend_after: resendAfter } = latest;
  return issue(house, { ...request, e164 }, { channel: 'zns', sendNumber, resendAfter, seen: latest }, now);
}

type Attempt = {
  readonly channel: MessageChannel;
  readonly sendNumber: number;
  readonly resendAfter: Date;
  /** The newest code when this was asked for. A fallback inherits its guesses. */
  readonly seen: store.OtpRow | undefined;
};

async function issue(
  { db, vault, budgets, origin }: House,
  request: CodeRequest,
  { channel, sendNumber, resendAfter, seen }: Attempt,
  now: Date,
): Promise<CodeSent> {
  if ((await codeFactorState(db, request.accountId)) === 'disabled') return { outcome: 'disabled' };
  const facts = sendFacts(vault, request, channel);
  const id = randomUUID();
  const code = randomInt(0, 1_000_000).toString().padStart(6, '0');
  const [key] = vault.otpKeys;
  if (key === undefined) throw new Error('no one-time code key');
  return db.transaction(async () => {
    await store.lockSends(db, request.transactionId);
    const latest = await store.findLatestOtp(db, request.transactionId);
    // Another request of this transaction came first: its code lives on, and this one costs nobody's budget.
    if (latest?.id !== seen?.id) return { outcome: 'wait', until: latest?.resend_after ?? now };
    const charged = await budgets.chargeSend(facts, now);
    const stoppedBy = charged.outcome === 'used_up' ? charged.budget : undefined;
    if (seen !== undefined) await store.supersedeOtp(db, seen.id, now);
    const inherited =
      channel === 'zns' && seen !== undefined ? await store.findAttempts(db, seen.id) : undefined;
    const inserted = await store.insertOtp(
      db,
      {
        id,
        transactionId: request.transactionId,
        accountId: request.accountId,
        purpose: 'level2',
        phoneKey: vault.keyOf('phone', request.e164),
        phoneSealed: vault.seal(`otp/${id}/phone`, request.e164),
        prefixKey: facts.prefix,
        networkKey: facts.networkKey,
        channel,
        // Held back: random bytes, so not even a lucky guess proves anything.
        codeMac:
          stoppedBy === undefined
            ? mac(key.key, { id, purpose: 'level2', ...request, code })
            : randomBytes(32),
        keyId: key.id,
        attempts: inherited?.attempts ?? 0,
        maxAttempts: MAX_GUESSES,
        sendNumber,
        resendAfter,
        expiresAt: after(now, request.lifeSeconds ?? LIFE_SECONDS),
      },
      now,
    );
    if (inserted !== 1) throw new Error('two sends of one transaction at once'); // the lock above keeps them apart
    const { accountId, clientId, displayCode } = request;
    const outcome = stoppedBy === undefined ? 'ok' : 'refused';
    await recordAccess(db, origin, { kind: 'stepup.code_sent', outcome, actor: 'self', accountId, clientId, details: { channel, send: sendNumber, reason: stoppedBy } }, now); // prettier-ignore
    if (stoppedBy !== undefined) return { outcome: 'held_back', budget: stoppedBy };
    const sms = `${code} la ma xac nhan ${request.action} ${displayCode} tren Tay Ninh ID. Khong dua cho ai.`;
    const text = channel === 'sms' ? sms : code; // the words around it stand in the template Zalo has approved
    const message = {
      to: request.e164,
      text,
      channel,
      accountId,
      giveUpAt: after(now, request.lifeSeconds ?? LIFE_SECONDS),
    };
    await store.setOtpMessage(db, id, await enqueueMessage(db, vault, message, now));
    return { outcome: 'sent' };
  });
}

export type CodeProof = { readonly otpId: string; readonly e164: string; readonly channel: MessageChannel };

export type CodeChecked =
  | ({ readonly outcome: 'right' } & CodeProof)
  | { readonly outcome: 'wrong'; readonly attemptsLeft: number }
  | { readonly outcome: 'locked' }
  /** Too many wrong codes in a row: nothing was compared. */
  | { readonly outcome: 'disabled' };

/**
 * Checks a guess. `accept` runs in the transaction that consumes the code and writes what it
 * proves; of parallel right answers one gets there, the others are 'wrong'.
 */
export async function checkCode(
  { db, vault, budgets, origin }: House,
  guess: { transactionId: string; accountId: string; code: string; clientId?: string },
  accept: (proof: CodeProof) => Promise<void>,
  now: Date,
): Promise<CodeChecked> {
  const { accountId, transactionId } = guess;
  const perDay = budgets.guessesPerDay;
  const reserved = await reserveGuess(db, { transactionId, accountId, perDay }, now);
  if (reserved.outcome === 'locked') return reserved;
  const live = reserved.outcome === 'reserved' ? reserved.otp : undefined;
  if (live?.unproven === null) {
    await returnGuess(db, accountId);
    return { outcome: 'disabled' };
  }
  const key = vault.otpKeys.find(({ id }) => id === live?.key_id) ?? vault.otpKeys[0];
  if (key === undefined) throw new Error('no one-time code key');

  // Runs the HMAC for dead and unknown codes too: the time to say no tells nobody which live.
  const e164 = live === undefined ? '' : vault.open(`otp/${live.id}/phone`, live.phone_sealed);
  const expected = live?.code_mac ?? Buffer.alloc(32);
  const given = mac(key.key, { id: live?.id ?? '', purpose: live?.purpose ?? '', e164, ...guess });
  const equal = timingSafeEqual(expected, given);
  const right = equal && live !== undefined && live.account_id === accountId;
  if (live === undefined) await returnGuess(db, accountId);
  if (right) {
    const proof = { otpId: live.id, e164, channel: live.channel };
    // Should what it proves not be written, the code lives on and one guess fewer is left.
    const consumed = await db.transaction(async () => {
      if (!(await consumeOtp(db, { id: live.id, accountId }, now))) return false;
      await accept(proof);
      return true;
    });
    return consumed ? { outcome: 'right', ...proof } : { outcome: 'wrong', attemptsLeft: 0 };
  }
  if (live?.unproven === MOST_WRONG) await disableIfSpent({ db, origin }, guess, now);
  return { outcome: 'wrong', attemptsLeft: live === undefined ? 0 : live.max_attempts - live.attempts };
}

function mac(
  key: Buffer,
  facts: {
    id: string;
    purpose: string;
    transactionId: string;
    accountId: string;
    e164: string;
    code: string;
  },
): Buffer {
  const bound = [
    'otp/v1',
    facts.id,
    facts.purpose,
    facts.transactionId,
    facts.accountId,
    facts.e164,
    facts.code,
  ];
  return createHmac('sha256', key).update(bound.join('|')).digest();
}

const after = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000);

const sendFacts = (vault: Vault, request: CodeRequest, channel: MessageChannel): SendFacts => ({
  addressKey: request.addressKey,
  networkKey: request.networkKey,
  deviceKey: request.deviceKey,
  knownDevice: request.knownDevice === true,
  accountId: request.accountId,
  prefix: vault.keyOf('phone', request.e164.slice(0, 10)).toString('base64url'), // +84 and seven digits
  phoneKey: vault.keyOf('phone', request.e164).toString('base64url'),
  channel,
});
