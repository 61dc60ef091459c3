// One-time codes, protocol design 9 to the letter. A guess is reserved before it is compared, in a
// statement of its own: read-check-write let 300 of 300 parallel guesses through when measured.

import { createHmac, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database.ts';
import { recordAccess } from '../audit/record.ts';
import type { Vault } from '../keys/vault.ts';
import type { Budgets, SendFacts } from './budgets.ts';
import { enqueueMessage } from './outbox.ts';
import { consumeOtp, findLatestOtp, insertOtp, reserveGuess, supersedeOtp } from './otp-store.ts';

const LIFE_SECONDS = 300;
const MAX_GUESSES = 5;
const RESEND_WAIT_SECONDS = [60, 120, 300];
const MAX_SENDS = RESEND_WAIT_SECONDS.length;

export type CodeRequest = {
  readonly transactionId: string;
  readonly accountId: string;
  readonly e164: string;
  /** What the code is for, plain ASCII: it stands in the message. */
  readonly action: string;
  readonly displayCode: string;
  readonly addressKey: string;
  readonly networkKey: string;
  readonly clientId: string;
};

export type CodeSent =
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'wait'; readonly until: Date }
  | { readonly outcome: 'used_up' };

/** Makes a code, supersedes the one before it and queues the message. At most three a transaction. */
export async function sendCode(
  { db, vault, budgets, origin }: { db: Database; vault: Vault; budgets: Budgets; origin: string },
  request: CodeRequest,
  now: Date,
): Promise<CodeSent> {
  const latest = await findLatestOtp(db, request.transactionId);
  if (latest !== undefined && latest.send_number >= MAX_SENDS) return { outcome: 'used_up' };
  if (latest !== undefined && latest.resend_after > now)
    return { outcome: 'wait', until: latest.resend_after };

  const charged = await budgets.chargeSend(sendFacts(vault, request));
  if (charged.outcome === 'used_up') return { outcome: 'used_up' };

  const sendNumber = (latest?.send_number ?? 0) + 1;
  const id = randomUUID();
  const code = randomInt(0, 1_000_000).toString().padStart(6, '0');
  const [key] = vault.otpKeys;
  if (key === undefined) throw new Error('no one-time code key');
  const sent = await db.transaction(async () => {
    await supersedeOtp(db, request.transactionId, now);
    const inserted = await insertOtp(
      db,
      {
        id,
        transactionId: request.transactionId,
        accountId: request.accountId,
        purpose: 'level2',
        phoneKey: vault.keyOf('phone', request.e164),
        phoneSealed: vault.seal(`otp/${id}/phone`, request.e164),
        codeMac: mac(key.key, { id, purpose: 'level2', ...request, code }),
        keyId: key.id,
        maxAttempts: MAX_GUESSES,
        sendNumber,
        resendAfter: after(now, RESEND_WAIT_SECONDS[sendNumber - 1] ?? 300),
        expiresAt: after(now, LIFE_SECONDS),
      },
      now,
    );
    if (inserted !== 1) return false; // another request of this transaction sent the same number first
    const text = `${code} la ma xac nhan ${request.action} ${request.displayCode} tren Tay Ninh ID. Khong dua cho ai.`;
    await enqueueMessage(db, vault, { to: request.e164, text, giveUpAt: after(now, LIFE_SECONDS) }, now);
    await recordAccess(db, origin, { kind: 'stepup.code_sent', outcome: 'ok', actor: 'self', accountId: request.accountId, clientId: request.clientId, details: { channel: 'sms', send: sendNumber } }, now); // prettier-ignore
    return true;
  });
  return sent ? { outcome: 'sent' } : { outcome: 'wait', until: after(now, RESEND_WAIT_SECONDS[0] ?? 60) };
}

export type CodeChecked =
  | { readonly outcome: 'right'; readonly otpId: string; readonly e164: string }
  | { readonly outcome: 'wrong'; readonly attemptsLeft: number }
  | { readonly outcome: 'locked' };

/**
 * Checks a guess. `accept` runs in the transaction that consumes the code and writes what it
 * proves; of parallel right answers one gets there, the others are 'wrong'.
 */
export async function checkCode(
  { db, vault, budgets }: { db: Database; vault: Vault; budgets: Budgets },
  guess: { transactionId: string; accountId: string; code: string },
  accept: (proof: { otpId: string; e164: string }) => Promise<void>,
  now: Date,
): Promise<CodeChecked> {
  if (!(await budgets.takeGuess(guess.accountId))) return { outcome: 'locked' };
  // Apart: a transaction that ends in "wrong code" must not take the reservation back.
  const live = await db.apart(() => reserveGuess(db, guess.transactionId, now));
  const key = vault.otpKeys.find(({ id }) => id === live?.key_id) ?? vault.otpKeys[0];
  if (key === undefined) throw new Error('no one-time code key');

  // Runs the HMAC for dead and unknown codes too: the time to say no tells nobody which live.
  const e164 = live === undefined ? '' : vault.open(`otp/${live.id}/phone`, live.phone_sealed);
  const expected = live?.code_mac ?? Buffer.alloc(32);
  const given = mac(key.key, { id: live?.id ?? '', purpose: live?.purpose ?? '', e164, ...guess });
  const equal = timingSafeEqual(expected, given);
  const right = equal && live !== undefined && live.account_id === guess.accountId;
  if (right || live === undefined) await budgets.returnGuess(guess.accountId);
  if (right) {
    const consumed = await db.transaction(async () => {
      if ((await consumeOtp(db, live.id, now)) !== 1) return false;
      await accept({ otpId: live.id, e164 });
      return true;
    });
    if (consumed) return { outcome: 'right', otpId: live.id, e164 };
    return { outcome: 'wrong', attemptsLeft: 0 };
  }
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

const sendFacts = (vault: Vault, request: CodeRequest): SendFacts => ({
  addressKey: request.addressKey,
  networkKey: request.networkKey,
  accountId: request.accountId,
  prefix: vault.keyOf('phone', request.e164.slice(0, 10)).toString('base64url'), // +84 and seven digits
  phoneKey: vault.keyOf('phone', request.e164).toString('base64url'),
  channel: 'sms',
});
