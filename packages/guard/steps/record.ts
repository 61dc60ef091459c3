// Step 9: what is written down about every decision. Pseudonyms and hashes only; neither the token
// nor the person can be found back from it without the issuer.

import { createHash, randomUUID } from 'node:crypto';
import type { TokenFacts } from './claims.ts';

export type DecisionRecord = {
  readonly decision_id: string;
  readonly action: string;
  readonly allow: boolean;
  /** The row of rows 1–5 that stopped the request, or every rule of 6–10 that failed. */
  readonly failed: readonly string[];
  readonly sub_hash?: string;
  readonly client?: string;
  readonly acr?: string;
  /** Seconds since the level was proven. */
  readonly age?: number;
  /** Version of the catalogue that decided. */
  readonly pol?: string;
  readonly jti_hash?: string;
  /** Seconds since 1970. */
  readonly ts: number;
};

export function newDecisionId(): string {
  return `d_${randomUUID().replaceAll('-', '')}`;
}

export function recordOf(
  decision: {
    readonly id: string;
    readonly action: string;
    readonly failed: readonly string[];
    readonly age?: number;
    readonly policy?: string;
  },
  token: TokenFacts | undefined,
  now: Date,
): DecisionRecord {
  const { id, action, failed, age, policy } = decision;
  return {
    decision_id: id,
    action,
    allow: failed.length === 0,
    failed,
    ...(token === undefined ? {} : { sub_hash: hash(token.sub), client: token.clientId }),
    ...(token?.acr === undefined ? {} : { acr: token.acr }),
    ...(token?.jti === undefined ? {} : { jti_hash: hash(token.jti) }),
    ...(age === undefined || !Number.isFinite(age) ? {} : { age: Math.floor(age) }),
    ...(policy === undefined ? {} : { pol: policy }),
    ts: Math.floor(now.getTime() / 1000),
  };
}

// 128 bits are enough to tell subjects apart and too few to be mistaken for the subject itself.
function hash(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 32);
}
