// Template messages (contract §6, §7): sending by number or by its hash, quota, state, delivery events.

import { createHash } from 'node:crypto';
import { headerOf, zaloJson, type Answer, type Asked, type Moment } from './answers.ts';
import { jsonObject } from './oa.ts';
import type { Oa, ZnsMessage } from './oa-state.ts';
import { randomText, remember } from './state.ts';
import { tellOa } from './webhooks.ts';

const KEPT = 200;

export function templateMessage(asked: Asked, moment: Moment): Answer {
  return asSender(asked, moment, 'POST', (oa) => {
    const body = jsonObject(asked.body);
    if (body === undefined) return refused(moment, -122, 'Body is not JSON');
    const phone = readPhone(moment, body['phone']);
    if (phone === undefined) return refused(moment, -108, 'Phone number invalid');
    return send(moment, oa, body, phone, `84${phone}`);
  });
}

/** By the SHA-256 of the number, as some senders prefer (U25). */
export function hashedMessage(asked: Asked, moment: Moment): Answer {
  return asSender(asked, moment, 'POST', (oa) => {
    const body = jsonObject(asked.body);
    if (body === undefined) return refused(moment, -122, 'Body is not JSON');
    const hash = body['hash_phone'];
    const known = moment.state.citizens.map((one) => nationalOf(one.phone ?? '')).filter((one) => one !== '');
    const phone = known.find((one) => hashOf(`${moment.knobs['zns.hash']}${one}`) === hash);
    if (typeof hash !== 'string' || phone === undefined)
      return refused(moment, -118, 'Zalo account not existed');
    return send(moment, oa, body, phone, hash);
  });
}

export function messageStatus(asked: Asked, moment: Moment): Answer {
  return asSender(asked, moment, 'GET', () => {
    const message = moment.state.sent.get(asked.query.get('message_id') ?? '');
    if (message === undefined) return refused(moment, -107, 'Message id invalid');
    const data =
      message.deliveredAt === undefined
        ? { status: 0, message: 'The message is being delivered' }
        : {
            status: 1,
            delivery_time: String(Date.parse(message.deliveredAt)),
            message: 'The message is delivered',
          };
    return zaloJson(moment.knobs, { error: 0, message: 'Success', data });
  });
}

export function messageQuota(asked: Asked, moment: Moment): Answer {
  return asSender(asked, moment, 'GET', () =>
    // Numbers here, strings in the answer to a message (contract §6.1).
    zaloJson(moment.knobs, {
      error: 0,
      message: 'Success',
      data: { dailyQuota: 500, remainingQuota: 499 },
    }),
  );
}

function send(
  moment: Moment,
  oa: Oa,
  body: Readonly<Record<string, unknown>>,
  phone: string,
  recipient: string,
): Answer {
  const { knobs, state, nowMs } = moment;
  const { template_id: templateId, template_data: data, tracking_id: trackingId } = body;
  if (!/^\d+$/.test(typeof templateId === 'number' ? String(templateId) : asText(templateId)))
    return refused(moment, -109, 'Template id invalid');
  if (!isTexts(data)) return refused(moment, -111, 'Template data is empty');
  if (typeof trackingId === 'string' && trackingId.length > 48)
    return refused(moment, -132, 'tracking_id invalid');
  if (knobs['zns.track'] === 'required' && typeof trackingId !== 'string')
    return refused(moment, -132, 'tracking_id missing');
  const isOtp = 'otp' in data;
  if (knobs['zns.night'] === 'all' || (knobs['zns.night'] === 'nonOtp' && !isOtp))
    return refused(moment, -133, 'Not at night');
  if (!['1', '3', undefined].includes(body['sending_mode'] as string | undefined))
    // compared, not used
    return refused(moment, -161, 'sending_mode invalid');
  const isTrial = body['mode'] === 'development';
  if (isTrial && !state.citizens.some((one) => one.isAdmin === true && nationalOf(one.phone ?? '') === phone))
    return refused(moment, -127, 'Only admins get messages of the development mode');
  const code = knobs['zns.error'] === 0 ? magicError(phone) : knobs['zns.error'];
  if (code !== 0) return refused(moment, code, 'refused by the sandbox');

  const to = `+84${phone}`;
  const before = state.phones.get(to) ?? [];
  const same = before.find((one) => one.trackingId !== undefined && one.trackingId === trackingId);
  if (same !== undefined && knobs['zns.dedupe'] === 'on') return accepted(moment, same, isTrial);
  const message: ZnsMessage = {
    at: new Date(nowMs).toISOString(),
    templateId: String(templateId),
    data,
    trackingId: typeof trackingId === 'string' ? trackingId : undefined,
    messageId: randomText(20),
  };
  remember(state.phones, to, [message, ...before].slice(0, KEPT));
  remember(state.sent, message.messageId, message);
  state.tellPhone?.(to, `Tây Ninh ID: ${Object.values(data).join(' ')}`);
  arrive(moment, oa, message, recipient);
  return accepted(moment, message, isTrial);
}

function accepted({ knobs, nowMs }: Moment, { messageId }: ZnsMessage, isTrial: boolean): Answer {
  const core = { msg_id: messageId, sent_time: String(nowMs) };
  // U24
  if (isTrial && knobs['zns.devShape'] === 'top')
    return zaloJson(knobs, { error: 0, message: 'Success', ...core });
  return zaloJson(knobs, {
    error: 0,
    message: 'Success',
    data: { ...core, sending_mode: '1', quota: { dailyQuota: '500', remainingQuota: '499' } },
  });
}

// The event comes a while after the answer; the times in it need not be in order (U26).
function arrive(moment: Moment, oa: Oa, message: ZnsMessage, recipient: string): void {
  const { knobs, nowMs } = moment;
  const delayMs = knobs['zns.delay'];
  if (delayMs === 'never') return;
  setTimeout(() => {
    message.deliveredAt = new Date(nowMs + delayMs).toISOString();
    const deliveredMs = nowMs + delayMs + (knobs['zns.times'] === 'swapped' ? 60_000 : 0);
    const facts = {
      delivery_time: String(deliveredMs),
      msg_id: message.messageId,
      tracking_id: message.trackingId ?? '',
    };
    const event_name = 'user_received_message';
    const fields =
      knobs['zns.event'] === 'nested'
        ? { event_name, sender: { id: oa.oaId }, recipient: { id: recipient }, message: facts, app_id: oa.appId } // prettier-ignore
        : { event_name, oa_id: oa.oaId, phone: recipient, ...facts, app_id: oa.appId };
    void tellOa({ ...moment, nowMs: nowMs + delayMs }, oa, fields, 'ZNS');
  }, delayMs).unref();
}

function asSender(asked: Asked, moment: Moment, method: 'GET' | 'POST', act: (oa: Oa) => Answer): Answer {
  const { state, knobs, nowMs } = moment;
  if (asked.method !== method) return refused(moment, -106, 'Method is unsupported');
  const token = headerOf(asked, 'access_token');
  const oa = state.oas.find(({ access }) => token !== undefined && access?.token === token);
  if (oa?.access === undefined || oa.access.expiresAtMs <= nowMs)
    return refused(moment, knobs['zns.authCode'], 'Access token invalid');
  return act(oa);
}

/** Nine digits. Lenient: also +84…, 0… and the bare nine digits, as the help page says (U25). */
function readPhone({ knobs }: Moment, given: unknown): string | undefined {
  const text = asText(given);
  const isStrict = knobs['zns.phone'] === 'strict';
  return /^84([35789]\d{8})$/.exec(text)?.[1] ?? (isStrict ? undefined : nationalOf(text) || undefined);
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const nationalOf = (phone: string): string => /^(?:\+?84|0)?([35789]\d{8})$/.exec(phone)?.[1] ?? '';
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

// 0900 00d ddd: dddd is the error, so 0900000118 answers -118.
function magicError(phone: string): number {
  const [, digits] = /^90000(\d{4})$/.exec(phone) ?? [];
  return digits === undefined ? 0 : -Number(digits);
}

const refused = ({ knobs }: Moment, error: number, message: string): Answer =>
  zaloJson(knobs, { error, message });

const isTexts = (data: unknown): data is Record<string, string> =>
  typeof data === 'object' &&
  data !== null &&
  Object.keys(data).length > 0 &&
  Object.values(data).every((value) => typeof value === 'string');
