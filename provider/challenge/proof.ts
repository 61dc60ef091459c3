// The DPoP proof of a call (RFC 9449 4.3), as oidc-provider checks it at its own endpoints; a nonce is
// always asked for. The replay insert comes last.

import { openProof } from '../../packages/guard/steps/proof.ts';
import type { BrokerProvider } from '../provider.ts';
import type { Nonces } from '../nonces.ts';
import { Trouble } from './trouble.ts';

/** Longest time for which a nonce is good, and with it a proof. Seconds. */
const REPLAY_SECONDS = 300;

export type ProofHouse = {
  readonly provider: () => BrokerProvider;
  readonly nonces: Nonces;
};

/** The thumbprint of the key. @throws Trouble use_dpop_nonce, invalid_dpop_proof */
export async function checkProof(
  house: ProofHouse,
  proof: {
    readonly headers: readonly string[];
    readonly method: string;
    readonly url: string;
    readonly clientId: string;
  },
  now: Date,
): Promise<string> {
  const [header, second] = proof.headers;
  if (header === undefined || header === '' || second !== undefined || header.length > 8_192)
    throw new Trouble('invalid_dpop_proof', { detail: 'header' });
  // Read by the guard's own reader: one synchronous check, the same that services rely on.
  const opened = openProof(header);
  if (opened === undefined) throw new Trouble('invalid_dpop_proof', { detail: 'signature' });
  const { jti, htm, htu, iat, nonce } = opened.payload;
  if (typeof jti !== 'string' || jti === '' || jti.length > 256)
    throw new Trouble('invalid_dpop_proof', { detail: 'jti' });
  if (typeof iat !== 'number') throw new Trouble('invalid_dpop_proof', { detail: 'iat' });
  if (htm !== proof.method) throw new Trouble('invalid_dpop_proof', { detail: 'htm' });
  if (typeof htu !== 'string' || withoutQuery(htu) !== proof.url)
    throw new Trouble('invalid_dpop_proof', { detail: 'htu' });
  if (typeof nonce !== 'string' || !house.nonces.isOurs(nonce, now)) throw new Trouble('use_dpop_nonce');
  const expiresAt = Math.floor(now.getTime() / 1000) + REPLAY_SECONDS;
  if (!(await house.provider().ReplayDetection.unique(proof.clientId, jti, expiresAt)))
    throw new Trouble('invalid_dpop_proof', { detail: 'replay' });
  return opened.jkt;
}

function withoutQuery(htu: string): string | undefined {
  const url = URL.parse(htu);
  if (url === null) return undefined;
  url.search = '';
  url.hash = '';
  return url.href;
}
