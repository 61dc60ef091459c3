// Everything that can go wrong between us and the hub, as a closed list of words. No cause is kept
// from jose, zod or JSON.parse: their errors carry claims or a piece of the answer, and a cause is logged.

import { Refusal } from '../../errors.ts';

export type VneidEndpoint = 'token' | 'userinfo' | 'jwks';
export type VneidFailure =
  | 'timeout'
  | 'network'
  | 'tls'
  | 'status'
  | 'too_large'
  | 'bad_json'
  | 'bad_answer'
  | 'client_refused'
  | 'id_token_algorithm'
  | 'id_token_key'
  | 'id_token_signature'
  | 'id_token_expired'
  | 'id_token_claims'
  | 'id_token'
  | 'sub_differs'
  | 'claims_differ';

export function vneidFailure(endpoint: VneidEndpoint, word: VneidFailure, status?: number): Refusal {
  const detail = status === undefined ? '' : ` (HTTP ${status})`;
  return new Refusal('unavailable', `vneid ${endpoint}: ${word}${detail}`, { reason: `vneid_${word}` });
}
