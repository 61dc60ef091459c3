// Nonces for DPoP proofs without a store (RFC 9449 §9): the number of a time window and a MAC over
// it. The current and the previous window are good, so a nonce lives 2.5 to 5 minutes.

import { createHmac, timingSafeEqual } from 'node:crypto';

export type NonceMint = {
  current(now: Date): string;
  isOurs(nonce: string, now: Date): boolean;
};

const windowMs = 150_000;
const minSecretBytes = 32;

export function createNonceMint(secret: Uint8Array): NonceMint {
  if (secret.length < minSecretBytes)
    throw new Error(`guard: nonceSecret must have at least ${minSecretBytes} bytes`);
  const nonceOf = (window: number): string => {
    const mac = createHmac('sha256', secret).update(`tn-dpop-nonce/v1|${window}`).digest('base64url');
    return `${window.toString(36)}.${mac}`;
  };
  return {
    current: (now) => nonceOf(windowOf(now)),
    isOurs: (nonce, now) => [0, 1].some((back) => isSame(nonce, nonceOf(windowOf(now) - back))),
  };
}

function windowOf(now: Date): number {
  return Math.floor(now.getTime() / windowMs);
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
