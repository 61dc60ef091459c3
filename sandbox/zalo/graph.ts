// Graph API: GET /v2.0/me and /v2.0/me/info (contract §3, §4.3).

import { createHmac } from 'node:crypto';
import { foreignAddress, headerOf, zaloJson, type Answer, type Asked, type Moment } from './answers.ts';
import type { InfoCause, Knobs } from './knobs.ts';
import { idAtOa } from './oa-ids.ts';
import { idInApp, type AccessToken, type TwinState, type ZaloApp, type ZaloCitizen } from './state.ts';

export function me(asked: Asked, moment: Moment): Answer {
  const { knobs, state } = moment;
  if (asked.method !== 'GET') return graphError(knobs, 10001, 'Method is not supported');
  const fields = askedFields(asked);
  const isExempt = knobs['egress.idExempt'] === 'on' && fields.every((field) => field === 'id');
  if (knobs.egress === 'foreign' && !isExempt) return foreignAddress(knobs, 'message');

  // `Authorization: Bearer` counts as no token at all.
  const given = headerOf(asked, 'access_token');
  if (given === undefined) return graphError(knobs, knobs['me.noToken'], sessionKeyInvalid);
  const token = liveToken(moment, given);
  if (token === undefined) return graphError(knobs, 452, sessionKeyInvalid);
  if (!isProven(state, knobs, token.app, given, headerOf(asked, 'appsecret_proof'))) {
    return graphError(knobs, knobs['me.proofCode'], 'Invalid appsecret_proof provided');
  }

  const { citizen } = token;
  return zaloJson(knobs, {
    ...(fields.includes('id') ? idFields(knobs, idInApp(state, token.app, citizen)) : {}),
    ...(fields.includes('name') && token.mayReadProfile ? nameFields(knobs, citizen) : {}),
    ...(fields.includes('picture') && token.mayReadProfile ? pictureFields(knobs, citizen) : {}),
    ...(knobs['me.legacy'] === 'on' ? { birthday: '01/01/1970', gender: 'male' } : {}),
    ...(fields.includes('user_id_by_oa') ? oaFields(state, knobs, token) : {}),
    is_sensitive: citizen.isSensitive === true,
    error: 0,
    message: 'Success',
  });
}

/** Turns the token of `getPhoneNumber()` into a number. Only a server may call it. */
export function meInfo(asked: Asked, moment: Moment): Answer {
  const { knobs, state, nowMs } = moment;
  if (asked.method !== 'GET') return graphError(knobs, 10001, 'Method is not supported');
  if (knobs.egress === 'foreign') return foreignAddress(knobs, 'message');
  const refuse = (cause: InfoCause): Answer => {
    const { error, message } = knobs['info.codes'][cause];
    return graphError(knobs, error, message);
  };

  const given = headerOf(asked, 'access_token');
  const token = given === undefined ? undefined : liveToken(moment, given);
  if (given === undefined || token === undefined) return refuse('badToken');
  if (headerOf(asked, 'secret_key') !== token.app.appSecret) return refuse('wrongSecret');
  const proof = headerOf(asked, 'appsecret_proof');
  if (knobs['info.proof'] === 'require' && proof !== proofOf(token.app, given)) {
    return graphError(knobs, knobs['me.proofCode'], 'Invalid appsecret_proof provided');
  }
  const phone = state.phoneTokens.get(headerOf(asked, 'code') ?? '');
  if (phone === undefined) return refuse('badCode');
  if (phone.isUsed) return refuse('usedCode');
  if (phone.expiresAtMs <= nowMs) return refuse('expiredCode');
  if (phone.app !== token.app || phone.citizen !== token.citizen) return refuse('otherPerson');
  phone.isUsed = true;
  if (token.citizen.phone === undefined) return refuse('noPhone');
  return zaloJson(knobs, {
    data: { number: shownNumber(knobs, token.citizen.phone) },
    error: 0,
    message: 'Success',
  });
}

const sessionKeyInvalid =
  'Session key invalid. This could be because the session key has an incorrect format, ' +
  'or because the user has revoked this session';

// `picture.type(normal)` asks for the picture. Nothing asked: the id only.
function askedFields(asked: Asked): string[] {
  return (asked.query.get('fields') ?? 'id').split(',').map((field) => field.trim().replace(/\..*$/, ''));
}

function liveToken(moment: Moment, given: string): AccessToken | undefined {
  const token = moment.state.accessTokens.get(given);
  return token !== undefined && token.expiresAtMs > moment.nowMs ? token : undefined;
}

function isProven(
  state: TwinState,
  knobs: Knobs,
  app: ZaloApp,
  token: string,
  proof: string | undefined,
): boolean {
  if (knobs['me.proof'] === 'ignore') return true;
  if (proof === undefined) return knobs['me.proof'] === 'verifyIfPresent';
  // U8: whether a proof made with another app's secret passes for this token.
  const apps = knobs['me.foreign'] === 'accept' ? state.apps : [app];
  return apps.some((one) => proofOf(one, token) === proof);
}

function proofOf(app: ZaloApp, token: string): string {
  return createHmac('sha256', app.appSecret).update(token).digest('hex');
}

function idFields(knobs: Knobs, id: string): Record<string, unknown> {
  switch (knobs['me.id']) {
    case 'string':
      return { id };
    case 'number':
      return { id: Number(id) };
    case 'null':
      return { id: null };
    case 'empty':
      return { id: '' };
    case 'missing':
      return {};
    case 'array':
      return { id: [id] };
    case 'words':
      return { id: 'me' };
  }
}

function nameFields(knobs: Knobs, citizen: ZaloCitizen): Record<string, unknown> {
  if (knobs['me.name'] === 'missing') return {};
  return { name: knobs['me.name'] === 'empty' ? '' : citizen.name };
}

// The account linked with the app (contract §3).
function oaFields(state: TwinState, knobs: Knobs, { app, citizen }: AccessToken): Record<string, unknown> {
  const oa = state.oas.find(({ appId }) => appId === app.appId);
  if (oa === undefined || knobs['me.byOa'] === 'never') return {};
  const follows = oa.followers.has(citizen.zaloId);
  if (!follows && knobs['me.byOa'] === 'follower') return { is_follower: false };
  return { user_id_by_oa: idAtOa(oa, citizen), is_follower: follows };
}

function pictureFields(knobs: Knobs, citizen: ZaloCitizen): Record<string, unknown> {
  const url = citizen.picture ?? 'https://s120-ava-talk.zadn.vn/default.jpg';
  return { picture: { data: { url: url.replace(/^https?/, knobs['me.picture']) } } };
}

function shownNumber(knobs: Knobs, phone: string): string {
  const national = phone.replace(/^(\+?84|0)/, '');
  return `${knobs['info.number']}${national}`;
}

function graphError(knobs: Knobs, error: number, message: string): Answer {
  return zaloJson(knobs, { error, message });
}
