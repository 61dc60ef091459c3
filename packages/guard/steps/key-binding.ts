// Step 5: a token is bound to a key and is presented as such (RFC 9449 §7.1). Accepting a bound token
// as Bearer would let a thief leave the proof away.

import type { Finding } from '../answer.ts';
import type { TokenFacts } from './claims.ts';
import type { Credentials } from './credentials.ts';

export function readKeyBinding(
  token: TokenFacts,
  { scheme }: Credentials,
): { readonly jkt: string } | Finding {
  if (token.jkt === undefined) return { row: 'invalid-token', why: 'The token is not bound to a key' };
  if (scheme !== 'dpop')
    return { row: 'invalid-token', why: 'The token must be presented with the DPoP scheme' };
  return { jkt: token.jkt };
}
