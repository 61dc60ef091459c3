// Step 9: what is written down about every decision. Pseudonyms and hashes only; neither the token
// nor the person can be found back from it without the issuer.

import { hash, randomUUID } from 'node:crypto';
import type { Pseudonyms, TokenFacts } from './claims.ts';

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
  /** What the check took, in milliseconds with three decimals. */
  readonly took_ms: number;
};

export function newDecisionId(): string {
  return `d_${randomUUID().replaceAll('-', '')}`;
}

export function recordOf(
  decision: {
    readonly id: string;
    readonly action: string;
    readonly failed: readonly string[];
    readonly tookMs: number;
    readonly age?: number;
    readonly policy?: string;
  },
  token: TokenFacts | undefined,
  now: Date,
): DecisionRecord {
  const { id, action, failed, tookMs, age, policy } = decision;
  const pseudonyms = token === undefined ? undefined : pseudonymsOf(token);
  return {
    decision_id: id,
    action,
    allow: failed.length === 0,
    failed,
    ...(token === undefined || pseudonyms === undefined
      ? {}
      : { sub_hash: pseudonyms.subHash, client: token.clientId }),
    ...(token?.acr === undefined ? {} : { acr: token.acr }),
    ...(pseudonyms?.jtiHash === undefined ? {} : { jti_hash: pseudonyms.jtiHash }),
    ...(age === undefined || !Number.isFinite(age) ? {} : { age: Math.floor(age) }),
    ...(policy === undefined ? {} : { pol: policy }),
    ts: Math.floor(now.getTime() / 1000),
    took_ms: Math.round(tookMs * 1000) / 1000,
  };
}

// A token that is seen again has the same two.
function pseudonymsOf(token: TokenFacts): Pseudonyms {
  const { sub, jti } = token;
  token.pseudonyms ??= { subHash: shortHash(sub), jtiHash: jti === undefined ? undefined : shortHash(jti) };
  return token.pseudonyms;
}

// 128 bits are enough to tell subjects apart and too few to be mistaken for the subject itself.
function shortHash(value: string): string {
  return hash('sha256', value, 'hex').slice(0, 32);
}
