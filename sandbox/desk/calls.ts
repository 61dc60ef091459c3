// The telephone calls of a desk: one request at the broker for each, asked about until it has an answer.
// Built on openid-client, a library nobody here wrote; the operator signs nothing and types no code.

import { randomInt, randomUUID } from 'node:crypto';
import { importJWK, type JWK } from 'jose';
import * as openid from 'openid-client';
import { callService, type ServiceAnswer } from '../relying-party/call-service.ts';

export type Errand = {
  readonly id: string;
  /** As the operator chooses it. */
  readonly title: string;
  readonly scope: string;
  /** The audience of the service, and where it stands. */
  readonly resource: string;
  readonly request: { readonly method: 'GET' | 'POST'; readonly url: string; readonly body?: object };
};

export type Call = {
  readonly id: string;
  readonly errand: Errand;
  /** Last three digits: an operator's screen is seen by others. */
  readonly phone: string;
  /** The same letters are on the citizen's screen. */
  readonly code: string;
  state:
    | { readonly is: 'waiting' }
    | { readonly is: 'denied' | 'expired' | 'too-often' }
    | { readonly is: 'failed'; readonly why: string }
    | { readonly is: 'done'; readonly answer: ServiceAnswer };
};

export type Calls = {
  /** @param phone as people write it: 0912 345 678 */
  begin(told: { phone: string; errand: Errand; operator: string; reason: string }): Promise<Call>;
  find(id: string): Call | undefined;
  newest(): readonly Call[];
  stop(): void;
};

const MOST_KEPT = 20;
const CODE_LETTERS = 'ABCDEFGHKMNPRSTUVXY';

export async function createCalls(registration: {
  readonly issuer: string;
  readonly clientId: string;
  readonly privateKey: JWK;
}): Promise<Calls> {
  const { issuer, clientId, privateKey } = registration;
  const key = await importJWK(privateKey, 'ES256');
  if (key instanceof Uint8Array) throw new Error('the client key is not an ES256 key');
  const config = await openid.discovery(
    new URL(issuer),
    clientId,
    { id_token_signed_response_alg: 'ES256' },
    openid.PrivateKeyJwt(privateKey.kid === undefined ? key : { key, kid: privateKey.kid }),
    // The demo runs on this machine; everywhere else the library refuses http by itself.
    issuer.startsWith('http://localhost:') ? { execute: [openid.allowInsecureRequests] } : {},
  );
  const calls = new Map<string, Call>();
  const ended = new AbortController();

  async function follow(call: Call, begun: Awaited<ReturnType<typeof openid.initiateBackchannelAuthentication>>) {
    try {
      // A key for each call: what was allowed for one citizen is no use for another.
      const proofKey = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
      const given = await openid.pollBackchannelAuthenticationGrant(config, begun, {}, { DPoP: proofKey, signal: ended.signal }); // prettier-ignore
      const caller = { accessToken: given.access_token, key: proofKey };
      call.state = { is: 'done', answer: await callService(caller, call.errand.request) };
    } catch (error) {
      call.state = endOf(error);
    }
  } // prettier-ignore

  return {
    async begin({ phone, errand, operator, reason }) {
      const code = `TN-${randomInt(10, 100)}${CODE_LETTERS[randomInt(CODE_LETTERS.length)]}`;
      const digits = phone.replaceAll(/\D/g, '');
      const call: Call = {
        id: randomUUID(),
        errand,
        phone: digits.slice(-3),
        code,
        state: { is: 'waiting' },
      };
      for (const old of [...calls.keys()].slice(0, Math.max(0, calls.size - MOST_KEPT + 1))) calls.delete(old); // prettier-ignore
      calls.set(call.id, call);
      try {
        const begun = await openid.initiateBackchannelAuthentication(config, {
          scope: `openid ${errand.scope}`,
          resource: errand.resource,
          login_hint: `tel:+84${digits.replace(/^(?:84|0)/, '')}`,
          binding_message: code,
          tn_operator: operator,
          tn_reason: reason,
        });
        void follow(call, begun);
      } catch (error) {
        call.state = endOf(error);
      }
      return call;
    },
    find: (id) => calls.get(id),
    newest: () => [...calls.values()].toReversed(),
    stop: () => ended.abort(),
  };
}

function endOf(error: unknown): Call['state'] {
  if (error instanceof openid.ResponseBodyError) {
    if (error.error === 'access_denied') return { is: 'denied' };
    if (error.error === 'expired_token') return { is: 'expired' };
    if (error.status === 429) return { is: 'too-often' };
    return { is: 'failed', why: error.error };
  }
  if (error instanceof openid.ClientError && error.code === 'OAUTH_TIMEOUT') return { is: 'expired' };
  return { is: 'failed', why: error instanceof Error ? error.name : 'unknown' };
}
