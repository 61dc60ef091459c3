import type { Context } from 'koa';
import { performance } from 'node:perf_hooks';
import { codeFactorState } from '../codes/code-trouble.ts';
import { isFallbackOpen } from '../codes/fallback.ts';
import { sendCode, sendCodeByZalo } from '../codes/otp.ts';
import { openPending, sealPending } from '../assurance/pending.ts';
import { answerCode } from '../assurance/step-up.ts';
import { advance } from '../assurance/transaction.ts';
import { Refusal } from '../errors.ts';
import { methodsFor, nextStep } from '../policies/next-step.ts';
import { parsePhoneNumber } from '../policies/phone-number.ts';
import { knownDevice } from '../safety/devices.ts';
import { codePage } from '../views/code.ts';
import type { CodeError } from '../views/code.ts';
import { phonePage } from '../views/phone.ts';
import type { PhoneError } from '../views/phone.ts';
import { asciiAction, titlesShown } from '../provider/visit/action-titles.ts';
import { deviceOf } from './device.ts';
import { addressOf, networkOf } from '../provider/visit/address.ts';
import { evenly, SEND_FLOOR_MS } from '../provider/visit/even-time.ts';
import type { Site } from './site.ts';
import { backToVisit, noteOf, send, stepPage } from './step-page.ts';
import { transactionOf } from './visit.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

const LENGTH = 6;
const MOST_SENDS = 3; // codes/otp.ts
const NOTES: Readonly<Record<string, CodeError>> = { som: 'sent_too_often', ban: 'unavailable' };
// What the page says after a send. A code held back by a budget looks like one that was sent (attack case 9).
const NOTE_OF: Readonly<Record<string, string | undefined>> = {
  wait: 'som',
  used_up: 'som',
  not_open: 'som',
};

export async function showPhone(
  site: Site,
  ctx: Context,
  visit: Visit,
  more: { value?: string; error?: PhoneError; suggestion?: string | undefined },
): Promise<void> {
  const { action, ...shared } = stepPage(site, ctx, visit);
  const { value = '', ...rest } = more;
  send(
    ctx,
    phonePage({ ...shared, action: action('dien-thoai'), value, ...rest }),
    more.error === undefined ? 200 : 400,
  );
}

export async function takePhone(
  site: Site,
  ctx: Context,
  visit: Visit,
  form: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  const { person } = visit;
  if (person === undefined) return backToVisit(ctx, visit);
  // Here again from the code's page: only a number typed in this sign-in can be corrected, never the one on record.
  const correcting = nextStep(person.facts) === 'code';
  if (correcting && !mayCorrect(person)) return backToVisit(ctx, visit);
  const value = form.get('phone') ?? '';
  if (value.trim() === '') return showPhone(site, ctx, visit, { error: 'empty' });
  const parsed = parsePhoneNumber(value);
  if (!parsed.accepted)
    return showPhone(site, ctx, visit, { value, error: parsed.reason, suggestion: parsed.suggestion });
  if (correcting && parsed.e164 === person.pending.phone) return backToVisit(ctx, visit);
  if (correcting && person.otp !== undefined && person.otp.resend_after > now)
    return showPhone(site, ctx, visit, { value, error: 'too_soon' });
  const tx = await transactionOf(site, visit, now);
  const pending = { ...openPending(site.vault, tx), phone: parsed.e164 };
  await advance(
    site.db,
    tx,
    { state: 'otp', accountId: person.accountId, pending: sealPending(site.vault, tx.id, pending) },
    now,
  );
  await sendTo(site, ctx, visit, person, parsed.e164, now);
}

/** Back from the code's page to the number, with what was typed. */
export async function correctPhone(site: Site, ctx: Context, visit: Visit): Promise<void> {
  const { person } = visit;
  const typed = person?.pending.phone;
  if (person === undefined || typed === undefined || !mayCorrect(person)) return backToVisit(ctx, visit);
  await showPhone(site, ctx, visit, { value: typed.replace(/^\+84/, '0') });
}

const mayCorrect = ({ pending, otp }: Person) =>
  pending.phone !== undefined && (otp?.send_number ?? 0) < MOST_SENDS;

export async function startCode(
  site: Site,
  ctx: Context,
  visit: Visit,
  _form: unknown,
  now: Date,
): Promise<void> {
  const { person } = visit;
  if (person?.profile.phone === undefined || !methodsFor(person.facts).includes('otp'))
    return backToVisit(ctx, visit);
  const tx = await transactionOf(site, visit, now);
  const pending = { ...openPending(site.vault, tx), method: 'otp' as const };
  await advance(
    site.db,
    tx,
    { state: 'otp', accountId: person.accountId, pending: sealPending(site.vault, tx.id, pending) },
    now,
  );
  await sendTo(site, ctx, visit, person, person.profile.phone, now);
}

export async function resendCode(
  site: Site,
  ctx: Context,
  visit: Visit,
  _form: unknown,
  now: Date,
): Promise<void> {
  const { person } = visit;
  const e164 = person?.pending.phone ?? person?.profile.phone;
  if (person === undefined || e164 === undefined) return backToVisit(ctx, visit);
  await sendTo(site, ctx, visit, person, e164, now);
}

/** The same code step through Zalo, when the SMS did not arrive. The number is the one the SMS went to. */
export async function sendByZalo(
  site: Site,
  ctx: Context,
  visit: Visit,
  _form: unknown,
  now: Date,
): Promise<void> {
  const { person } = visit;
  if (person === undefined) return backToVisit(ctx, visit);
  const startedAt = performance.now();
  const sent = await sendCodeByZalo(site, { ...(await codeRequest(site, ctx, visit, person, now)), proven: person.facts.proven }, now); // prettier-ignore
  await evenly(ctx, startedAt, SEND_FLOOR_MS);
  backToVisit(ctx, visit, NOTE_OF[sent.outcome]);
}

async function sendTo(
  site: Site,
  ctx: Context,
  visit: Visit,
  person: Person,
  e164: string,
  now: Date,
): Promise<void> {
  const startedAt = performance.now();
  const sent = await sendCode(site, { ...(await codeRequest(site, ctx, visit, person, now)), e164 }, now);
  await evenly(ctx, startedAt, SEND_FLOOR_MS);
  backToVisit(ctx, visit, NOTE_OF[sent.outcome]);
}

async function codeRequest(site: Site, ctx: Context, visit: Visit, person: Person, now: Date) {
  const tx = await transactionOf(site, visit, now);
  const address = addressOf(ctx, site.trustedProxies);
  const device = { accountId: person.accountId, deviceKey: deviceOf(site, ctx) };
  return {
    transactionId: tx.id,
    accountId: person.accountId,
    action: asciiAction(site.catalogue, person.request),
    displayCode: tx.display_code,
    addressKey: site.vault.keyOf('address', address).toString('base64url'),
    networkKey: site.vault.keyOf('address', networkOf(address)).toString('base64url'),
    deviceKey: device.deviceKey.toString('base64url'),
    knownDevice: await knownDevice(site.db, device, now),
    clientId: visit.client.clientId,
  };
}

export async function showCode(
  site: Site,
  ctx: Context,
  visit: Visit,
  person: Person,
  now: Date,
  error?: CodeError,
  left?: number,
): Promise<void> {
  const { action, ...shared } = stepPage(site, ctx, visit);
  const { otp } = person;
  const e164 = person.pending.phone ?? person.profile.phone ?? '';
  const attemptsLeft = left ?? (otp === undefined ? 0 : otp.max_attempts - otp.attempts);
  const expired = otp === undefined || otp.expires_at <= now;
  const disabled = (await codeFactorState(site.db, person.accountId)) === 'disabled';
  const state: CodeError | undefined = disabled
    ? 'disabled'
    : (error ?? (expired ? 'expired' : attemptsLeft < 1 ? 'used_up' : noteOf(ctx, NOTES)));
  send(
    ctx,
    codePage({
      ...shared,
      action: action('nhap-ma'),
      resendAction: (otp?.send_number ?? 0) < MOST_SENDS ? action('gui-lai') : undefined,
      otherNumberAction: mayCorrect(person) ? action('sua-so') : undefined,
      otherAction: person.facts.chosen === 'otp' ? action('chon-lai') : undefined,
      zaloAction: (await offersZalo(site, visit, person, now)) ? action('gui-zalo') : undefined,
      channel: otp?.channel ?? 'sms',
      destination: `***${e164.slice(-3)}`,
      length: LENGTH,
      attemptsLeft,
      expiresAt: otp?.expires_at ?? now,
      resendAfter: otp !== undefined && otp.resend_after > now ? otp.resend_after : undefined,
      error: state,
      display: titlesShown(site.catalogue, person.request, shared.page.lang)[0],
      transactionCode: visit.tx?.display_code ?? '',
    }),
    error === undefined ? 200 : 400,
  );
}

async function offersZalo(site: Site, visit: Visit, person: Person, now: Date): Promise<boolean> {
  const { tx } = visit;
  // The message is only looked up where VNeID was proven: elsewhere no state of it opens this way.
  if (tx === undefined || person.otp === undefined || !person.facts.proven.has('vneid')) return false;
  return isFallbackOpen(site.db, site.fallback, { proven: person.facts.proven, latest: person.otp }, now);
}

export async function answerCodeForm(
  site: Site,
  ctx: Context,
  visit: Visit,
  form: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  const { person, tx } = visit;
  if (person === undefined || tx === undefined || person.otp === undefined) return backToVisit(ctx, visit);
  const code = (form.get('code') ?? '').replace(/[\s.-]/g, '');
  // Not six digits cannot be right: it costs no guess.
  if (!/^\d{6}$/.test(code)) return showCode(site, ctx, visit, person, now, 'wrong');
  const checked = await answerCode(
    site,
    { tx, accountId: person.accountId, sessionUid: visit.sessionUid, code },
    now,
  );
  if (checked.outcome === 'right') return backToVisit(ctx, visit);
  if (checked.outcome === 'locked')
    throw new Refusal('throttled', 'too many wrong codes', { reason: 'guesses', retryAfterSeconds: 3_600 });
  if (checked.outcome === 'disabled') return showCode(site, ctx, visit, person, now, 'disabled');
  return showCode(
    site,
    ctx,
    visit,
    person,
    now,
    checked.attemptsLeft > 0 ? 'wrong' : 'used_up',
    checked.attemptsLeft,
  );
}
