// Steps 3 and 4, first half: the key the header names, and the signature. Shared by access tokens
// and the catalogue, which differ in `typ` only.

import type { Finding } from '../answer.ts';
import { decodePart, isSignedBy, splitJws } from '../jws.ts';
import type { KeySource } from '../sources/keys.ts';
import { readJwsHeader } from './token-header.ts';

export async function verifySignature(
  text: string,
  type: string,
  keys: KeySource,
): Promise<{ readonly payload: Readonly<Record<string, unknown>> } | Finding> {
  const jws = splitJws(text);
  const header = jws === undefined ? undefined : readJwsHeader(jws.header, type);
  if (jws === undefined || header === undefined) return invalid('The token is not of an accepted type');
  const key = await keys.find(header.kid);
  if (key === 'unavailable') return { row: 'unavailable', why: 'the keys of the issuer are not available' };
  if (key === 'unknown') return invalid('The token was not signed by a known key');
  const payload = isSignedBy(jws, key) ? decodePart(jws.payload) : undefined;
  // A bad signature and a payload that is not JSON deserve the same answer.
  return payload === undefined ? invalid('The token is not valid') : { payload };
}

function invalid(why: string): Finding {
  return { row: 'invalid-token', why };
}
