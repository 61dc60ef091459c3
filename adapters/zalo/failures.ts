// Every way Zalo's evidence can fail, in a closed list of words, and what each means for us.
// Sources: contract §2.3 (token endpoint), §3 and §4.3 (Graph), §8 U4, U8, U9, U10, U27.

import { Refusal } from '../../errors.ts';
import type { TransportFailure } from './transport.ts';

export type ZaloFailure =
  | TransportFailure
  | 'redirected'
  | 'http_error'
  | 'empty_body'
  | 'not_json'
  | 'unexpected_shape'
  | 'bad_identifier'
  | 'foreign_address'
  | 'wrong_configuration'
  | 'quota'
  | 'own_limit'
  | 'upstream_error'
  | 'code_refused'
  | 'code_unknown_error'
  | 'token_refused'
  | 'user_not_visible'
  | 'phone_refused'
  | 'phone_unusable'
  // Not answers of Zalo's but what they add up to.
  | 'refusals_high'
  | 'proof_ignored';

/** `config`: an operator must act. `flow`: the citizen starts again. `other`: Zalo's trouble. */
export type FailureClass = 'config' | 'flow' | 'other';

export type ZaloEndpoint = 'access_token' | 'me' | 'me/info';

/** Safe to log: holds no token, code, secret, name or number. */
export type FailureFacts = {
  readonly endpoint: ZaloEndpoint;
  readonly class: FailureClass;
  readonly willRetry: boolean;
  readonly status: number | undefined;
  readonly error: number | undefined;
  readonly errorName: string | undefined;
  readonly errorReason: string | undefined;
  readonly refDoc: string | undefined;
};

// Codes that mean the same at both endpoints. 2004 and 11004: app disabled. -242 and -1241:
// proof refused, seen on sibling hosts only (U8).
const configCodes = new Set([-14002, -14003, -14004, -14018, -1013, 2004, 11004, -242, -1241]);
const quotaCodes = new Set([-32, 12000, 12002, 12003, 12004, 12010]);
const upstreamCodes = new Set([100, 110, 111, 112, 2500, 10000, 10001, 10002, 10003]);

/** Classifies a non-zero `error`. `texts` are the answer's own words. */
export function failureOfCode(
  endpoint: ZaloEndpoint,
  code: number,
  texts: readonly (string | undefined)[],
): ZaloFailure {
  // The number alone is not documented anywhere, so the words must agree (contract §3).
  if (code === -501) {
    const isForeign = texts.some((text) => text !== undefined && /not inside vietnam/i.test(text));
    return isForeign ? 'foreign_address' : 'upstream_error';
  }
  if (configCodes.has(code)) return 'wrong_configuration';
  if (quotaCodes.has(code)) return 'quota';
  // No table of its codes exists: whatever it is, the citizen needs a new phone token (U10).
  if (endpoint === 'me/info') return code === 452 ? 'token_refused' : 'phone_refused';
  if (upstreamCodes.has(code)) return 'upstream_error';
  if (endpoint === 'access_token') {
    // The code for a PKCE mismatch is unknown: an unlisted code is a failed login (U4).
    return code === -14005 ? 'code_refused' : 'code_unknown_error';
  }
  if (code === 452) return 'token_refused';
  if (code === 210) return 'user_not_visible';
  return 'upstream_error';
}

export function classOf(failure: ZaloFailure): FailureClass {
  switch (failure) {
    case 'wrong_configuration':
    case 'foreign_address':
    case 'refusals_high':
    case 'proof_ignored':
      return 'config';
    case 'code_refused':
    case 'code_unknown_error':
    case 'token_refused':
    case 'user_not_visible':
    case 'phone_refused':
    case 'phone_unusable':
      return 'flow';
    default:
      return 'other';
  }
}

export function unavailable(failure: ZaloFailure, endpoint: ZaloEndpoint): Refusal {
  return new Refusal('unavailable', `Zalo ${endpoint} failed: ${failure}`, {
    reason: `zalo_${failure}`,
  });
}

// A network failure of the GET is worth one more try. A silent server is not: it would cost
// the citizen eight more seconds and the overloaded side one more call.
export function mayRetry(failure: ZaloFailure): boolean {
  return failure === 'connect_timeout' || failure === 'connection_failed' || failure === 'connection_reset';
}
