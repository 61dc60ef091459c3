// Template messages and the Official Account's tokens (contract §5.1, §6, §7).

import { headerOf, zaloJson, type Answer, type Asked, type Moment } from './answers.ts';
import { findApp, randomText, remember } from './state.ts';

const KEPT = 200;

/** A refresh token works once; the new access token ends the one before it. */
export function oaToken(asked: Asked, moment: Moment): Answer {
  const { knobs, state } = moment;
  const form = new URLSearchParams(asked.method === 'POST' ? asked.body : '');
  const app = findApp(state, form.get('app_id'));
  if (app === undefined) return refused(moment, -14002, 'Invalid appId');
  if (headerOf(asked, 'secret_key') !== app.appSecret) return refused(moment, -14004, 'Invalid secret key');
  if (form.get('grant_type') !== 'refresh_token') return refused(moment, -14018, 'Invalid grant type');
  const given = form.get('refresh_token');
  if (given === null || given !== state.oa.refreshToken) return refused(moment, -14014, 'Invalid refresh token.'); // prettier-ignore
  state.oa.accessToken = randomText(300);
  if (knobs['oa.refresh'] === 'pair') state.oa.refreshToken = randomText(300);
  return zaloJson(knobs, {
    access_token: state.oa.accessToken,
    ...(knobs['oa.refresh'] === 'pair' ? { refresh_token: state.oa.refreshToken } : {}),
    expires_in: '90000',
  });
}

export function templateMessage(asked: Asked, moment: Moment): Answer {
  const { knobs, state, nowMs } = moment;
  if (asked.method !== 'POST') return refused(moment, -106, 'Method is unsupported');
  const token = headerOf(asked, 'access_token');
  if (token === undefined || token !== state.oa.accessToken) return refused(moment, -124, 'Access token invalid'); // prettier-ignore
  const body = jsonObject(asked.body);
  if (body === undefined) return refused(moment, -122, 'Body is not JSON');
  const { phone, template_id: templateId, template_data: data, tracking_id: trackingId } = body;
  if (typeof phone !== 'string' || !/^84[35789]\d{8}$/.test(phone)) return refused(moment, -108, 'Phone number invalid'); // prettier-ignore
  if (typeof templateId !== 'string' || !/^\d+$/.test(templateId)) return refused(moment, -109, 'Template id invalid'); // prettier-ignore
  if (!isTexts(data)) return refused(moment, -111, 'Template data is empty');
  const code = knobs['zns.error'] === 0 ? magicError(phone) : knobs['zns.error'];
  if (code !== 0) return refused(moment, code, 'refused by the sandbox');

  const to = `+${phone}`;
  const message = { at: new Date(nowMs).toISOString(), templateId, data, trackingId: typeof trackingId === 'string' ? trackingId : undefined }; // prettier-ignore
  remember(state.oa.phones, to, [message, ...(state.oa.phones.get(to) ?? [])].slice(0, KEPT));
  state.oa.onMessage?.(to, `Tây Ninh ID: ${Object.values(data).join(' ')}`);
  return zaloJson(knobs, {
    error: 0,
    message: 'Success',
    data: {
      msg_id: randomText(20),
      sent_time: String(nowMs),
      sending_mode: '1',
      quota: { dailyQuota: '500', remainingQuota: '499' },
    },
  });
}

// 0900 00d ddd: dddd is the error, so 0900000118 answers -118.
function magicError(phone: string): number {
  const [, digits] = /^8490000(\d{4})$/.exec(phone) ?? [];
  return digits === undefined ? 0 : -Number(digits);
}

const refused = ({ knobs }: Moment, error: number, message: string): Answer =>
  zaloJson(knobs, { error, message });

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const isTexts = (data: unknown): data is Record<string, string> =>
  typeof data === 'object' &&
  data !== null &&
  Object.keys(data).length > 0 &&
  Object.values(data).every((value) => typeof value === 'string');
