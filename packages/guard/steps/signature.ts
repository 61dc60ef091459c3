// Steps 3 and 4, first half: the key the header names, and the signature. Shared by access tokens
// and the catalogue, which differ in `typ` only.

import { isRecord } from '../json.ts';
import { compactVerify } from 'jose';
import type { Finding } from '../answer.ts';
import type { KeySource } from '../sources/keys.ts';
import { readJwsHeader } from './token-header.ts';

export async function verifySignature(
  jws: string,
  type: string,
  keys: KeySource,
): Promise<{ readonly payload: Readonly<Record<string, unknown>> } | Finding> {
  const header = readJwsHeader(jws, type);
  if (header === undefined) return invalid('The token is not of an accepted type');
  const key = await keys.find(header.kid);
  if (key === 'unavailable') return { row: 'unavailable', why: 'the keys of the issuer are not available' };
  if (key === 'unknown') return invalid('The token was not signed by a known key');
  try {
    const { payload } = await compactVerify(jws, key, { algorithms: ['ES256'] });
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    if (isRecord(parsed)) return { payload: parsed };
  } catch {
    // A bad signature and a payload that is not JSON deserve the same answer.
  }
  return invalid('The token is not valid');
}

function invalid(why: string): Finding {
  return { row: 'invalid-token', why };
}
