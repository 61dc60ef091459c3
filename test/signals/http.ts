// A service at the signals' own door: its token with the scope, and calls with a proof each.

import { ask, createService } from '../support/rp.ts';
import type { Reply, Rp } from '../support/rp.ts';
import type { TestHouse } from '../support/broker.ts';
import { checkSet, remoteKeys } from './services.ts';
import type { CheckedSet } from './services.ts';

export type Door = {
  readonly rp: Rp;
  readonly serviceId: string;
  call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Reply>;
  /** Events taken by polling, checked as a receiver has to; acknowledged when `ack`. */
  poll(body?: object): Promise<readonly CheckedSet[]>;
};

export async function openDoor(house: TestHouse, clientId: string, serviceId: string, scope = 'tn:signals'): Promise<Door> {
  const rp = await createService(house, clientId, serviceId);
  const token = String((await rp.credentials({ scope })).body['access_token']);
  const keys = remoteKeys(house.issuer);
  const call: Door['call'] = async (method, path, body, signal) => {
    const [plain = path] = path.split('?');
    const proof = await rp.proof({ method, path: plain, accessToken: token });
    const bytes = body instanceof Buffer ? new Uint8Array(body) : undefined;
    const sent = body === undefined ? {} : { body: bytes ?? (typeof body === 'string' ? body : JSON.stringify(body)) };
    return ask(`${house.issuer}${path}`, {
      method,
      headers: { authorization: `DPoP ${token}`, dpop: proof, 'content-type': 'application/json' },
      ...sent,
      ...(signal === undefined ? {} : { signal }),
    });
  };
  return {
    rp,
    serviceId,
    call,
    async poll(body = { returnImmediately: true }) {
      const reply = await call('POST', '/ssf/poll', body);
      if (reply.status !== 200) throw new Error(`poll: ${reply.status} ${reply.text}`);
      const sets: unknown = reply.body['sets'];
      const jwts = typeof sets === 'object' && sets !== null ? Object.entries(sets) : [];
      return Promise.all(jwts.map(async ([jti, jws]) => {
        const set = await checkSet(String(jws), { audience: serviceId, issuer: house.issuer, keys });
        if (set.jti !== jti) throw new Error('a set under another id');
        return set;
      }));
    },
  };
} // prettier-ignore
