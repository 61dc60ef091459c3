// Step 6: the DPoP proof (RFC 9449 §4.3). The replay insert is last, so that a broken proof cannot
// use up the identifier of a good one.

import type { Finding } from '../answer.ts';
import { isRecord } from '../json.ts';
import { decodePart, importPoint, isSignedBy, sha256, splitJws, thumbprintOf } from '../jws.ts';
import { headerValues, type GuardRequest } from '../request.ts';
import type { NonceMint } from '../sources/nonce.ts';
import type { ProofKey, ProofKeys } from '../sources/proof-keys.ts';
import type { ReplayStore } from '../sources/replay.ts';
import type { TellTrouble } from '../sources/trouble.ts';

export const proofWindowSeconds = 60;
/** With a nonce of ours the time of the proof matters less: the nonce itself ages. */
export const proofWindowWithNonceSeconds = 300;
/** Keys, catalogue and introspection, each with its time-out, one after the other. */
const longestCheckSeconds = 30;
const maxProofLength = 8192;
const maxJtiLength = 256;

export type ProofRules = {
  readonly baseUrl: string;
  readonly replay: ReplayStore;
  readonly nonces: NonceMint | undefined;
  readonly keys: ProofKeys;
  readonly tell: TellTrouble;
};

/** `ath`: the SHA-256 of the token presented. */
type Bound = { readonly ath: string; readonly jkt: string };

export async function checkProof(
  request: GuardRequest,
  bound: Bound,
  rules: ProofRules,
  now: Date,
): Promise<Finding | undefined> {
  const [proof, ...more] = headerValues(request, 'dpop');
  if (proof === undefined || more.length > 0) return refused('Exactly one DPoP proof is required');
  if (proof.length > maxProofLength) return refused('The DPoP proof is too long');
  const verified = verifyProof(proof, bound.jkt, rules.keys);
  if (verified === undefined) return refused('The DPoP proof is not valid');
  const { htm, htu, ath, iat, jti, nonce } = verified.payload;
  if (htm !== request.method) return refused('The DPoP proof is for another method');
  if (typeof htu !== 'string' || !isAddressOf(htu, rules.baseUrl, request.url))
    return refused('The DPoP proof is for another address');
  if (ath !== bound.ath) return refused('The DPoP proof is for another token');
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
  // Until no clock within tolerance could accept the proof again, nor a check that began before and has
  // waited for the broker since.
  const ttlMs = Math.ceil((iat + windowSeconds - nowSeconds + longestCheckSeconds) * 1000);
  try {
    const isNew = await rules.replay.insert(sha256(`${bound.jkt}|${jti}|${htu}`), ttlMs, now);
    rules.tell('replay', undefined);
    return isNew ? undefined : refused('The DPoP proof was used before');
  } catch (error) {
    rules.tell('replay', error);
    return { row: 'unavailable', why: 'the replay store does not answer' };
  }
}

function verifyProof(proof: string, jkt: string, keys: ProofKeys): OpenedProof | undefined {
  const opened = openProof(proof, keys);
  // Only the key of the token it came with: nobody can fill the memory with keys of their own making.
  if (opened?.isNew === true && opened.by.jkt === jkt) keys.put(opened.header, opened.by);
  return opened;
}

export type OpenedProof = {
  readonly payload: Record<string, unknown>;
  readonly jkt: string;
  readonly header: string;
  readonly by: ProofKey;
  /** The key stood in the header and was not known before. */
  readonly isNew: boolean;
};

/** The claims of a proof whose signature is that of the key in its header. Undefined: anything else. */
export function openProof(proof: string, keys?: Pick<ProofKeys, 'get'>): OpenedProof | undefined {
  const jws = splitJws(proof);
  if (jws === undefined) return undefined;
  const known = keys?.get(jws.header);
  const by = known ?? readProofHeader(jws.header);
  if (by === undefined || !isSignedBy(jws, by.key)) return undefined;
  const payload = decodePart(jws.payload);
  if (payload === undefined) return undefined;
  return { payload, jkt: by.jkt, header: jws.header, by, isNew: known === undefined };
}

function readProofHeader(part: string): ProofKey | undefined {
  const header = decodePart(part);
  if (header === undefined) return undefined;
  const { typ, alg, jwk } = header;
  if (
    typeof typ !== 'string' ||
    typ.toLowerCase() !== 'dpop+jwt' ||
    alg !== 'ES256' ||
    'crit' in header ||
    'b64' in header
  )
    return undefined;
  if (!isRecord(jwk) || jwk.kty !== 'EC' || jwk.crv !== 'P-256') return undefined;
  const { x, y } = jwk;
  if (typeof x !== 'string' || typeof y !== 'string') return undefined;
  // A private key in a header is a leaked key; whoever sent it does not understand what it proves.
  if ('d' in jwk || 'k' in jwk) return undefined;
  const key = importPoint({ x, y });
  return key === undefined ? undefined : { key, jkt: thumbprintOf({ x, y }) };
}

// Without query and fragment (RFC 9449 §4.3). Equal text is equal by any normalisation: the base is
// an address, and what follows begins with `/`.
function isAddressOf(htu: string, baseUrl: string, url: string): boolean {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  if (htu.length === baseUrl.length + path.length && htu.startsWith(baseUrl) && htu.endsWith(path))
    return !path.includes('#');
  const address = addressOf(htu);
  return address !== undefined && address === addressOf(baseUrl + url);
}

// WHATWG parsing does the scheme-based normalisation.
function addressOf(address: string): string | undefined {
  const url = URL.parse(address);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  return url.origin + url.pathname;
}

function refused(why: string): Finding {
  return { row: 'dpop', why };
}
