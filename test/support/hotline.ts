// The 1022 hotline on the wire, without our demo of it: events as Zalo signs them, and the exchange.

import { createHash, randomBytes } from 'node:crypto';
import type { RegisteredClient } from '../../adapters/oidc-storage/clients.ts';
import { hotlineMetadata } from '../../provider/token-exchange.ts';
import { ME, tokenFor } from './app-citizen.ts';
import type { AppCitizen } from './app-citizen.ts';
import { clientKey } from './broker.ts';
import type { HotlineOa, TestHouse, TestKey } from './broker.ts';
import { createRp, DOSSIERS } from './rp.ts';
import type { Form, Reply, Rp, Sending } from './rp.ts';

export const HOTLINE = 'nhan-tin-1022';
export const STATE = 'svc:hoso:tinh-trang';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const OA_EVENT = 'urn:tayninh:params:oauth:token-type:zalo-oa-event';

export const hotlineClient = (
  key: TestKey,
  { clientId = HOTLINE, serviceId = DOSSIERS }: { clientId?: string; serviceId?: string } = {},
): RegisteredClient => ({
  clientId,
  kind: 'hotline',
  class: 'first_party',
  serviceId,
  metadata: {
    client_id: clientId,
    client_name: 'Tổng đài 1022',
    jwks: { keys: [key.publicJwk] },
    ...hotlineMetadata(),
  },
});

export async function createHotline(house: TestHouse, clientId = HOTLINE): Promise<Rp> {
  const key = await clientKey();
  await house.addClient(hotlineClient(key, { clientId }));
  return createRp(house, clientId, key);
}

export type SignedEvent = { readonly raw: string; readonly signature: string; readonly timestamp?: string };

/** A message to the hotline as Zalo would tell it; `over` goes over its members, `how` over the signing. */
export function eventOf(
  oa: HotlineOa,
  userId: string,
  text: string,
  { over = {}, at = Date.now(), secret = oa.secret }: { over?: object; at?: number; secret?: string } = {},
): SignedEvent {
  const raw = JSON.stringify({
    app_id: oa.appId,
    sender: { id: userId },
    recipient: { id: oa.oaId },
    event_name: 'user_send_text',
    message: { text, msg_id: randomBytes(10).toString('hex') },
    timestamp: String(at),
    ...over,
  });
  return { raw, signature: `mac=${sha256(oa.appId, raw, String(at), secret)}` };
}

export const sha256 = (...parts: readonly string[]) =>
  createHash('sha256').update(parts.join('')).digest('hex');

/** Hands an event to the broker's webhook. */
export async function deliver(
  house: { readonly issuer: string },
  { raw, signature }: SignedEvent,
  { at = house.issuer, path = '/zalo/su-kien' }: { at?: string; path?: string } = {},
) {
  const headers = { 'content-type': 'application/json', 'x-zevent-signature': signature };
  const response = await fetch(`${at}${path}`, { method: 'POST', headers, body: raw });
  return { status: response.status, text: await response.text() };
}

/** Trades an event for a token. */
export const exchange = (
  hotline: Rp,
  { raw, signature, timestamp }: SignedEvent,
  over: Form = {},
  sending: Sending = {},
): Promise<Reply> =>
  hotline.post(
    '/token',
    {
      grant_type: EXCHANGE,
      subject_token: Buffer.from(raw).toString('base64url'),
      subject_token_type: OA_EVENT,
      oa_signature: signature,
      oa_timestamp: timestamp,
      resource: DOSSIERS,
      scope: STATE,
      ...over,
    },
    sending,
  );

/** The account's own API as the mini app calls it. */
export async function ownApi(house: TestHouse, citizen: AppCitizen) {
  const token = await tokenFor(house, citizen, ME(house));
  return async (
    method: 'GET' | 'POST' | 'DELETE',
    path = '/me/hotline',
    body?: object,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const proof = await citizen.launch.proof(path, {
      htm: method,
      ath: createHash('sha256').update(token).digest('base64url'),
    });
    const response = await fetch(`${house.issuer}${path}`, {
      method,
      headers: {
        authorization: `DPoP ${token}`,
        dpop: proof,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    }; // what our own API says
  };
}

export type OwnApi = Awaited<ReturnType<typeof ownApi>>;

/** Agrees to what the notice says. */
export async function agreeToHotline(own: OwnApi, purposes: readonly string[] = ['hoso.tinh-trang']) {
  const { body } = await own('GET');
  const { version } = body['notice'] as { version: string }; // the wire's shape
  return own('POST', '/me/hotline', { notice_version: version, purposes });
}

/** From nothing to a chat that is linked. @returns the person's id in the chat */
export async function linkChat(house: TestHouse, citizen: AppCitizen) {
  const own = await ownApi(house, citizen);
  const said = await agreeToHotline(own);
  const userId = house.zalo.oaUserId({ zaloId: citizen.person.zaloId, oaId: house.hotlineOa.oaId });
  await deliver(house, eventOf(house.hotlineOa, userId, String(said.body['code'])));
  return { own, userId };
}
