// Step 9: what is written down about every decision. Pseudonyms and hashes only; neither the token
// nor the person can be found back from it without the issuer.

import { hash, randomUUID } from 'node:crypto';
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
  /** What the check took, in milliseconds with three decimals. */
  readonly took_ms: number;
};

type Hashes = { readonly sub_hash: string; readonly jti_hash: string | undefined };

// A token that is seen again has the same two hashes.
const hashesOf = new WeakMap<TokenFacts, Hashes>();

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
  const hashes = token === undefined ? undefined : hashesFor(token);
  return {
    decision_id: id,
    action,
    allow: failed.length === 0,
    failed,
    ...(token === undefined || hashes === undefined
      ? {}
      : { sub_hash: hashes.sub_hash, client: token.clientId }),
    ...(token?.acr === undefined ? {} : { acr: token.acr }),
    ...(hashes?.jti_hash === undefined ? {} : { jti_hash: hashes.jti_hash }),
    ...(age === undefined || !Number.isFinite(age) ? {} : { age: Math.floor(age) }),
    ...(policy === undefined ? {} : { pol: policy }),
    ts: Math.floor(now.getTime() / 1000),
    took_ms: Math.round(tookMs * 1000) / 1000,
  };
}

function hashesFor(token: TokenFacts): Hashes {
  const known = hashesOf.get(token);
  if (known !== undefined) return known;
  const { sub, jti } = token;
  const made = { sub_hash: shortHash(sub), jti_hash: jti === undefined ? undefined : shortHash(jti) };
  hashesOf.set(token, made);
  return made;
}

// 128 bits are enough to tell subjects apart and too few to be mistaken for the subject itself.
function shortHash(value: string): string {
  return hash('sha256', value, 'hex').slice(0, 32);
}
