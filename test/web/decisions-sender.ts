// A service that hands in decision records, by hand.

import { randomBytes } from 'node:crypto';
import type { TestHouse } from '../support/broker.ts';
import { ask, createService } from '../support/rp.ts';
import type { Reply } from '../support/rp.ts';

export type Sender = {
  /** Sends a body; an object goes as JSON. `at`: another broker of the same issuer. */
  send(
    body: unknown,
    over?: { at?: string; type?: string; headers?: Record<string, string> },
  ): Promise<Reply>;
};

/** Its token has the scope given; what is asked for is bound to its key. */
export async function createSender(
  house: TestHouse,
  clientId: string,
  serviceId: string,
  scope = 'tn:decisions',
): Promise<Sender> {
  const rp = await createService(house, clientId, serviceId);
  const token = String((await rp.credentials({ scope })).body['access_token']);
  return {
    async send(body, { at = house.issuer, type = 'application/json', headers = {} } = {}) {
      const dpop = await rp.proof({ method: 'POST', path: '/decisions', accessToken: token });
      const sent = typeof body === 'string' ? body : JSON.stringify(body);
      return ask(`${at}/decisions`, {
        method: 'POST',
        headers: { authorization: `DPoP ${token}`, dpop, 'content-type': type, ...headers },
        body: sent,
      });
    },
  };
}

export const nowSeconds = () => Math.floor(Date.now() / 1000);

/** A record as a guard writes it. */
export const record = (over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  decision_id: `d_${randomBytes(16).toString('hex')}`,
  action: 'hoso.xem',
  allow: true,
  failed: [],
  sub_hash: randomBytes(16).toString('hex'),
  client: 'portal',
  acr: 'https://id.tayninh.gov.vn/acr/2',
  age: 12,
  pol: 'cat-2026-11-22#9f3c',
  jti_hash: randomBytes(16).toString('hex'),
  ts: nowSeconds(),
  took_ms: 0.812,
  ...over,
});
