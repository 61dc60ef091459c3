// The Official Account's API (contract §5.2, §5.3) and what a citizen does to the account.

import { headerOf, zaloJson, type Answer, type Asked, type Moment } from './answers.ts';
import { atOa, idAtOa, idByApp } from './oa-ids.ts';
import { mayWriteTo, say, type Oa } from './oa-state.ts';
import { randomText, type ZaloCitizen } from './state.ts';
import { tellOa, type Delivery } from './webhooks.ts';

const LONGEST = 2_000;

/** Free text to somebody who wrote within seven days. */
export function customerMessage(asked: Asked, moment: Moment): Answer {
  return asOa(asked, moment, (oa) => {
    const body = jsonObject(asked.body);
    const citizen = atOa(moment.state, oa, objectIn(body, 'recipient')?.['user_id']);
    if (citizen === undefined) return refused(moment, -201, 'user_id is invalid!');
    const text = objectIn(body, 'message')?.['text'];
    if (typeof text !== 'string' || text === '') return refused(moment, -201, 'message is invalid!');
    if (text.length > LONGEST) return refused(moment, -210, 'text is over the limit');
    if (!mayWriteTo(oa, citizen.zaloId, moment.nowMs))
      return refused(moment, -230, 'User has not interacted with the OA in the past 7 days');
    return sent(moment, oa, citizen, text, { quota: { quota_type: 'reply', remain: '7', total: '8' } });
  });
}

/** A template to a person's id at the account: no seven-day rule. */
export function oaTemplate(asked: Asked, moment: Moment): Answer {
  return asOa(asked, moment, (oa) => {
    const body = jsonObject(asked.body);
    const citizen = atOa(moment.state, oa, body?.['user_id']);
    if (citizen === undefined) return refused(moment, -201, 'user_id is invalid!');
    const templateId = body?.['template_id'];
    if (typeof templateId !== 'string' || !/^\d+$/.test(templateId))
      return refused(moment, -201, 'template_id is invalid!');
    const data = objectIn(body, 'template_data');
    if (data === undefined) return refused(moment, -201, 'template_data is invalid!');
    const text = Object.values(data).map(String).join(' ');
    return sent(moment, oa, citizen, text, { quota: { quota_type: 'sub_quota', remain: 499 } });
  });
}

export function userDetail(asked: Asked, moment: Moment): Answer {
  return asOa(asked, moment, (oa) => {
    const { state, knobs } = moment;
    const citizen = atOa(state, oa, jsonObject(asked.query.get('data') ?? '')?.['user_id']);
    if (citizen === undefined) return refused(moment, -201, 'user_id is invalid!');
    const last = oa.chats.get(citizen.zaloId)?.findLast(({ from }) => from === 'citizen');
    return zaloJson(knobs, {
      data: {
        user_id: idAtOa(oa, citizen),
        user_id_by_app: idByApp(state, knobs, oa, citizen),
        user_external_id: '',
        display_name: citizen.name,
        user_is_follower: oa.followers.has(citizen.zaloId),
        is_sensitive: citizen.isSensitive === true,
        user_last_interaction_date: last === undefined ? '' : vietnameseDate(last.at),
        avatar: citizen.picture ?? '',
      },
      error: 0,
      message: 'Success',
    });
  });
}

export function getOa(asked: Asked, moment: Moment): Answer {
  return asOa(asked, moment, (oa) =>
    zaloJson(moment.knobs, {
      data: { oa_id: oa.oaId, name: oa.name ?? 'OA', is_verified: true, num_follower: oa.followers.size },
      error: 0,
      message: 'Success',
    }),
  );
}

/** A citizen writes to the account. Writing is what opens the seven days. */
export function writeToOa(moment: Moment, oa: Oa, citizen: ZaloCitizen, text: string): Promise<Delivery> {
  const messageId = randomText(20);
  say(oa, citizen.zaloId, { at: new Date(moment.nowMs).toISOString(), from: 'citizen', text, messageId });
  return tellOa(moment, oa, {
    app_id: oa.appId,
    sender: { id: idAtOa(oa, citizen) },
    recipient: { id: oa.oaId },
    user_id_by_app: idByApp(moment.state, moment.knobs, oa, citizen),
    event_name: 'user_send_text',
    message: { text, msg_id: messageId },
  });
}

export function followOa(moment: Moment, oa: Oa, citizen: ZaloCitizen, follows: boolean): Promise<Delivery> {
  if (follows) oa.followers.add(citizen.zaloId);
  else oa.followers.delete(citizen.zaloId);
  return tellOa(moment, oa, {
    oa_id: oa.oaId,
    follower: { id: idAtOa(oa, citizen) },
    user_id_by_app: idByApp(moment.state, moment.knobs, oa, citizen),
    event_name: follows ? 'follow' : 'unfollow',
    source: 'oa_profile',
    app_id: oa.appId,
  });
}

/** `act` for whoever holds the account's living token; -216 for a token nobody knows, -220 for an old one. */
export function asOa(asked: Asked, moment: Moment, act: (oa: Oa) => Answer): Answer {
  const { state, knobs, nowMs } = moment;
  const given = headerOf(asked, 'access_token');
  const oa = state.oas.find(({ access }) => given !== undefined && access?.token === given);
  if (oa?.access === undefined) return refused(moment, -216, 'Access token is invalid');
  if (oa.access.expiresAtMs <= nowMs)
    return zaloJson(
      knobs,
      { error: -220, message: 'Access token has expired or been removed' },
      knobs['oa.expired'],
    );
  return knobs['oa.error'] === 0 ? act(oa) : refused(moment, knobs['oa.error'], 'refused by the sandbox');
}

function sent(moment: Moment, oa: Oa, citizen: ZaloCitizen, text: string, more: object): Answer {
  const { knobs, nowMs, state } = moment;
  const messageId = randomText(20);
  say(oa, citizen.zaloId, { at: new Date(nowMs).toISOString(), from: 'oa', text, messageId });
  if (knobs['wh.echo'] === 'on')
    void tellOa(moment, oa, {
      app_id: oa.appId,
      sender: { id: oa.oaId },
      recipient: { id: idAtOa(oa, citizen) },
      user_id_by_app: idByApp(state, knobs, oa, citizen),
      event_name: 'oa_send_text',
      message: { text, msg_id: messageId },
    });
  const full = { user_id: idAtOa(oa, citizen), sent_time: String(nowMs), ...more };
  const data = { message_id: messageId, ...(knobs['oa.csData'] === 'full' ? full : {}) };
  return zaloJson(knobs, { data, error: 0, message: 'Success' });
}

const refused = ({ knobs }: Moment, error: number, message: string): Answer =>
  zaloJson(knobs, { error, message });

export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function objectIn(body: Record<string, unknown> | undefined, name: string) {
  const value = body?.[name];
  return typeof value === 'object' && value !== null ? ({ ...value } as Record<string, unknown>) : undefined; // an object's members have names
}

const vietnameseDate = (iso: string): string => {
  const [year, month, day] = iso.slice(0, 10).split('-');
  return `${day}/${month}/${year}`;
};
