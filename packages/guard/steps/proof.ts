// Step 6: the DPoP proof (RFC 9449 §4.3). The replay insert is last, so that a broken proof cannot
// use up the identifier of a good one.

import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import type { Finding } from '../answer.ts';
import type { NonceMint } from '../sources/nonce.ts';
import type { ReplayStore } from '../sources/replay.ts';
import { headerValues, type GuardRequest } from '../request.ts';
import { isRecord } from '../json.ts';

export const proofWindowSeconds = 60;
/** With a nonce of ours the time of the proof matters less: the nonce itself ages. */
export const proofWindowWithNonceSeconds = 300;
const maxProofLength = 8192;
const maxJtiLength = 256;

export type ProofRules = {
  readonly baseUrl: string;
  readonly replay: ReplayStore;
  readonly nonces: NonceMint | undefined;
};

type Bound = { readonly token: string; readonly jkt: string };

export async function checkProof(
  request: GuardRequest,
  bound: Bound,
  rules: ProofRules,
  now: Date,
): Promise<Finding | undefined> {
  const [proof, ...more] = headerValues(request, 'dpop');
  if (proof === undefined || more.length > 0) return refused('Exactly one DPoP proof is required');
  if (proof.length > maxProofLength) return refused('The DPoP proof is too long');
  const verified = await verifyProof(proof);
  if (verified === undefined) return refused('The DPoP proof is not valid');
  const { htm, htu, ath, iat, jti, nonce } = verified.payload;
  if (htm !== request.method) return refused('The DPoP proof is for another method');
  if (
    typeof htu !== 'string' ||
    addressOf(htu) === undefined ||
    addressOf(htu) !== addressOf(rules.baseUrl + request.url)
  ) {
    return refused('The DPoP proof is for another address');
  }
  if (ath !== sha256(bound.token)) return refused('The DPoP proof is for another token');
  if (verified.jkt !== bound.jkt) return refused('The DPoP proof is of another key');
  if (typeof jti !== 'string' || jti === '' || jti.length > maxJtiLength)
    return refused('The DPoP proof has no identifier');
  if (rules.nonces !== undefined && (typeof nonce !== 'string' || !rules.nonces.isOurs(nonce, now))) {
    return { row: 'dpop-nonce', why: 'A nonce of this service is required' };
  }
  const windowSeconds = rules.nonces === undefined ? proofWindowSeconds : proofWindowWithNonceSeconds;
  const nowSeconds = now.getTime() / 1000;
  if (typeof iat !== 'number' || !(Math.abs(nowSeconds - iat) <= windowSeconds))
    return refused('The DPoP proof is too old or from the future');
  // Until no clock within tolerance could accept the proof again.
  const ttlMs = Math.ceil((iat + windowSeconds - nowSeconds + 1) * 1000);
  try {
    const isNew = await rules.replay.insert(sha256(`${bound.jkt}|${jti}|${htu}`), ttlMs, now);
    return isNew ? undefined : refused('The DPoP proof was used before');
  } catch {
    return { row: 'unavailable', why: 'the replay store does not answer' };
  }
}

async function verifyProof(
  proof: string,
): Promise<{ readonly payload: Record<string, unknown>; readonly jkt: string } | undefined> {
  try {
    const header: Record<string, unknown> = { ...decodeProtectedHeader(proof) };
    const { typ, alg, jwk } = header;
    if (
      typeof typ !== 'string' ||
      typ.toLowerCase() !== 'dpop+jwt' ||
      alg !== 'ES256' ||
      'crit' in header ||
      'b64' in header
    )
      return undefined;
    if (
      !isRecord(jwk) ||
      jwk.kty !== 'EC' ||
      jwk.crv !== 'P-256' ||
      typeof jwk.x !== 'string' ||
      typeof jwk.y !== 'string'
    )
      return undefined;
    // A private key in a header is a leaked key; whoever sent it does not understand what it proves.
    if ('d' in jwk || 'k' in jwk) return undefined;
    const publicKey = { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y };
    const { payload } = await compactVerify(proof, await importJWK(publicKey, 'ES256'), {
      algorithms: ['ES256'],
    });
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return isRecord(parsed) ? { payload: parsed, jkt: await calculateJwkThumbprint(publicKey) } : undefined;
  } catch {
    // Malformed in any way: one answer, so that the way cannot be probed.
    return undefined;
  }
}

// Without query and fragment (RFC 9449 §4.3); WHATWG parsing does the scheme-based normalisation.
function addressOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return undefined;
  return url.origin + url.pathname;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function refused(why: string): Finding {
  return { row: 'dpop', why };
}
