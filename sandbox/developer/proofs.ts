// Proofs of possession made by hand, so that a developer's service can be shown broken ones as well.

import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, SignJWT, type CryptoKey } from 'jose';

export type ProofPair = { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
export type ProofFacts = {
  readonly method: string;
  /** Scheme, host and path: no query (RFC 9449 §4.2). */
  readonly address: string;
  readonly token: string;
  readonly nonce?: string | undefined;
  /** Seconds the proof's clock goes wrong. */
  readonly driftSeconds?: number;
};

export async function makeProof({ privateKey, publicKey }: ProofPair, facts: ProofFacts): Promise<string> {
  const { kty, crv, x, y } = await exportJWK(publicKey);
  return new SignJWT({
    htm: facts.method,
    htu: facts.address,
    ath: createHash('sha256').update(facts.token).digest('base64url'),
    ...(facts.nonce === undefined ? {} : { nonce: facts.nonce }),
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } as { kty: 'EC' } }) // an ES256 key
    .setJti(randomUUID())
    .setIssuedAt(Math.floor(Date.now() / 1000) + (facts.driftSeconds ?? 0))
    .sign(privateKey);
}
