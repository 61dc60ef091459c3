// The phone number and the code sent to it.

import type { Context } from 'koa';
import { performance } from 'node:perf_hooks';
import { codeFactorState } from '../../codes/code-trouble.ts';
import { isFallbackOpen } from '../../codes/fallback.ts';
import { sendCode, sendCodeByZalo } from '../../codes/otp.ts';
import type { CodeSent } from '../../codes/otp.ts';
import { openPending, sealPending } from '../../assurance/pending.ts';
import { answerCode } from '../../assurance/step-up.ts';
import { advance } from '../../assurance/transaction.ts';
import { parsePhoneNumber } from '../../policies/phone-number.ts';
import { knownDevice } from '../../safety/devices.ts';
import { asciiAction } from '../visit/action-titles.ts';
import { addressOf, networkOf } from '../visit/address.ts';
import { evenly, SEND_FLOOR_MS } from '../visit/even-time.ts';
import type { Described } from './answer.ts';
import { transactionOf } from './flow.ts';
import type { Stand } from './flow.ts';
import type { ChallengeHouse } from './house.ts';
import type { Take, Taken } from './replies.ts';
import { Trouble } from './trouble.ts';
import { mayAskZalo, phoneOfZalo } from './zalo-phone.ts';

const LENGTH = 6;
/** Protocol design 9: three minutes in the mini app, five on a page. */
const LIFE_SECONDS = 180;
const MOST_SENDS = 3; // codes/otp.ts

export const describePhone: Described = async (_house, _ctx, _stand, _tx, error) => {
  const [word, suggestion] = (error ?? '').split(' ');
  return {
    type: 'phone',
    zalo: true,
    ...(word === '' || word === undefined ? {} : { error: word }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
};

export const describeCode: Described = async (house, _ctx, { person }, _tx, error, now) => {
  const { otp } = person;
  const e164 = person.pending.phone ?? person.profile.phone ?? '';
  const attemptsLeft = otp === undefined ? 0 : Math.max(0, otp.max_attempts - otp.attempts);
  const expired = otp === undefined || otp.expires_at <= now;
  const disabled = (await codeFactorState(house.db, person.accountId)) === 'disabled';
  const word = disabled
    ? 'disabled'
    : (error ?? (expired ? 'expired' : attemptsLeft < 1 ? 'used_up' : undefined));
  const znsOffered =
    otp !== undefined &&
    person.facts.proven.has('vneid') &&
    (await isFallbackOpen(house.db, house.fallback, { proven: person.facts.proven, latest: otp }, now));
  return {
    type: 'otp',
    channel: otp?.channel ?? 'sms',
    destination: `***${e164.slice(-3)}`,
    length: LENGTH,
    expires_in: secondsTo(otp?.expires_at, now),
    resend_after: secondsTo(otp?.resend_after, now),
    attempts_left: attemptsLeft,
    sends_left: Math.max(0, MOST_SENDS - (otp?.send_number ?? 0)),
    zns_offered: znsOffered,
    number_editable: mayCorrect(person),
    ...(word === undefined ? {} : { error: word }),
  };
};

/** A number, typed or vouched for by Zalo; also in place of one given before in this flow, never of the one on record. */
export const takePhone: Take = async (house, ctx, stand, call, now) => {
  const { person } = stand;
  const correcting = stand.step === 'code';
  if (correcting && !mayCorrect(person)) throw new Trouble('invalid_session', { detail: 'order' });
  if (call.phone === undefined && !(await mayAskZalo(house, stand, now))) return 'zalo_failed';
  const value = call.phone ?? (await phoneOfZalo(house, stand, call));
  if (value === undefined) return 'zalo_failed';
  const parsed = parsePhoneNumber(value);
  if (!parsed.accepted) return [parsed.reason, parsed.suggestion].filter(Boolean).join(' ');
  if (correcting && parsed.e164 === person.pending.phone) return undefined;
  if (correcting && person.otp !== undefined && person.otp.resend_after > now) return 'sent_too_often';
  await keepPhone(house, stand, { phone: parsed.e164 }, now);
  return sendTo(house, ctx, stand, parsed.e164, now);
};

export const takeCode: Take = async (house, ctx, stand, call, now) => {
  const { person } = stand;
  const e164 = person.pending.phone ?? person.profile.phone;
  if (e164 === undefined) throw new Trouble('invalid_session', { detail: 'order' });
  if (call.step === 'otp_resend') return sendTo(house, ctx, stand, e164, now);
  if (call.step === 'otp_zns') return sendByZalo(house, ctx, stand, now);
  // The number is to be corrected: it is asked for again and nothing is lost meanwhile.
  if (call.step === 'phone') return undefined;
  const tx = await transactionOf(house, stand, now);
  const code = (call.otp ?? '').replace(/[\s.-]/g, '');
  // Not six digits cannot be right: it costs no guess.
  if (!/^\d{6}$/.test(code) || person.otp === undefined) return 'wrong';
  const who = { tx, accountId: person.accountId, sessionUid: stand.family.session_uid, code };
  const checked = await answerCode(house, who, now);
  if (checked.outcome === 'right') return undefined;
  if (checked.outcome === 'locked')
    throw new Trouble('slow_down', { detail: 'guesses', retryAfterSeconds: 3_600 });
  if (checked.outcome === 'disabled') return 'disabled';
  return checked.attemptsLeft > 0 ? 'wrong' : 'used_up';
};

/** The code as the chosen factor, to the phone on record. */
export async function sendToRecord(
  house: ChallengeHouse,
  ctx: Context,
  stand: Stand,
  now: Date,
): Promise<Taken> {
  const { phone } = stand.person.profile;
  if (phone === undefined) throw new Trouble('invalid_request', { detail: 'choice' });
  await keepPhone(house, stand, { method: 'otp' as const }, now);
  return sendTo(house, ctx, stand, phone, now);
}

async function keepPhone(house: ChallengeHouse, stand: Stand, more: object, now: Date): Promise<void> {
  const tx = await transactionOf(house, stand, now);
  const pending = { ...openPending(house.vault, tx), ...more };
  await advance(house.db, tx, { state: 'otp', accountId: stand.person.accountId, pending: sealPending(house.vault, tx.id, pending) }, now); // prettier-ignore
}

const mayCorrect = ({ pending, otp }: Stand['person']) =>
  pending.phone !== undefined && (otp?.send_number ?? 0) < MOST_SENDS;

async function sendTo(
  house: ChallengeHouse,
  ctx: Context,
  stand: Stand,
  e164: string,
  now: Date,
): Promise<Taken> {
  const startedAt = performance.now();
  const sent = await sendCode(house, { ...(await codeRequest(house, ctx, stand, now)), e164 }, now);
  await evenly(ctx, startedAt, SEND_FLOOR_MS);
  return wordOf(sent);
}

async function sendByZalo(house: ChallengeHouse, ctx: Context, stand: Stand, now: Date): Promise<Taken> {
  const startedAt = performance.now();
  const { proven } = stand.person.facts;
  const sent = await sendCodeByZalo(house, { ...(await codeRequest(house, ctx, stand, now)), proven }, now);
  await evenly(ctx, startedAt, SEND_FLOOR_MS);
  return sent.outcome === 'not_open' ? 'sent_too_often' : wordOf(sent);
}

// A code held back by a budget looks like one that was sent (attack case 9).
const wordOf = ({ outcome }: CodeSent): Taken =>
  outcome === 'wait' || outcome === 'used_up'
    ? 'sent_too_often'
    : outcome === 'disabled'
      ? 'disabled'
      : undefined;

async function codeRequest(house: ChallengeHouse, ctx: Context, stand: Stand, now: Date) {
  const { person, asking } = stand;
  const tx = await transactionOf(house, stand, now);
  const address = addressOf(ctx, house.trustedProxies);
  const device = { accountId: person.accountId, deviceKey: asking.deviceKey() };
  return {
    transactionId: tx.id,
    accountId: person.accountId,
    action: asciiAction(house.catalogue, person.request),
    displayCode: tx.display_code,
    addressKey: house.vault.keyOf('address', address).toString('base64url'),
    networkKey: house.vault.keyOf('address', networkOf(address)).toString('base64url'),
    deviceKey: device.deviceKey.toString('base64url'),
    knownDevice: await knownDevice(house.db, device, now),
    clientId: asking.clientId,
    lifeSeconds: LIFE_SECONDS,
  };
}

const secondsTo = (at: Date | undefined, now: Date) =>
  at === undefined ? 0 : Math.max(0, Math.ceil((at.getTime() - now.getTime()) / 1000));
