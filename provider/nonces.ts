// Nonces for DPoP proofs, as oidc-provider makes them from the same secret: the mini app keeps one for
// the server, so what /token gave must be good at our endpoint and the other way round.
// test/provider/nonces.test.ts holds the two against each other.

import { hkdfSync, timingSafeEqual } from 'node:crypto';

const STEP_SECONDS = 60;

export type Nonces = {
  /** To be sent as `DPoP-Nonce`. */
  next(now: Date): string;
  isOurs(nonce: string, now: Date): boolean;
};

export function createNonces(secret: Buffer): Nonces {
  const made = new Map<number, string>();
  const nonceOf = (step: number): string => {
    const known = made.get(step);
    if (known !== undefined) return known;
    const salt = Buffer.alloc(8);
    salt.writeBigUInt64BE(BigInt(step));
    const nonce = Buffer.from(hkdfSync('sha256', secret, salt, 'DPoP', 32)).toString('base64url');
    if (made.size > 100) made.clear();
    made.set(step, nonce);
    return nonce;
  };
  const stepAt = (now: Date) => Math.floor(now.getTime() / 1000 / STEP_SECONDS);
  return {
    next: (now) => nonceOf(stepAt(now) + 1),
    isOurs: (nonce, now) => [-2, -1, 0, 1, 2].some((away) => isSame(nonce, nonceOf(stepAt(now) + away))),
  };
}

function isSame(given: string, ours: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(ours)];
  return a.length === b.length && timingSafeEqual(a, b);
}
