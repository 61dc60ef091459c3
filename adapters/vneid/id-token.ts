// ID token verification: contract identity-vn.md section 1.3 point 3, OpenID Connect Core 3.1.3.7.

import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload } from 'jose';
import { z } from 'zod';
import { Refusal } from '../../errors.ts';
import { call, jsonOf, type Limits } from './call.ts';
import { vneidFailure, type VneidFailure } from './failures.ts';

export type IdTokenRules = {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly clientId: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  /** After a fetch, how long an unknown key id does not cause another one. */
  readonly jwksCooldownMs: number;
};
export type IdTokenClaims = JWTPayload & { readonly sub: string };
export type IdTokenReader = (idToken: string) => Promise<IdTokenClaims>;

const JWKS_CACHE_MS = 10 * 60_000;
const CLOCK_TOLERANCE_SECONDS = 10;
// The token is read within a second of its making. The rest is room for a slow clock at the hub.
const MAX_AGE_SECONDS = 10 * 60;

const claimsShape = z.looseObject({ sub: z.string().min(1).max(255), azp: z.string().optional() });

/** Verifies everything but the nonce, whose mismatch is an outcome and not an outage. */
export function createIdTokenReader(rules: IdTokenRules, limits: Limits): IdTokenReader {
  const keys = createRemoteJWKSet(new URL(rules.jwksUrl), {
    cacheMaxAge: JWKS_CACHE_MS,
    cooldownDuration: rules.jwksCooldownMs,
    timeoutDuration: limits.connectTimeoutMs + limits.readTimeoutMs,
    [customFetch]: async (url) => {
      const { status, text } = await call('jwks', { method: 'GET', url, headers: {} }, limits);
      if (status !== 200) throw vneidFailure('jwks', 'status', status);
      return Response.json(jsonOf('jwks', text));
    },
  });
  return async (idToken) => {
    const payload = await verifiedPayload(idToken, keys, rules);
    const claims = claimsShape.safeParse(payload);
    if (!claims.success) throw vneidFailure('token', 'id_token_claims');
    // Absent is fine for one audience; with several, azp says for whom the token was made.
    const several = Array.isArray(payload.aud) && payload.aud.length > 1;
    const { azp } = claims.data;
    if (azp === undefined ? several : azp !== rules.clientId) throw vneidFailure('token', 'id_token_claims');
    return claims.data;
  };
}

async function verifiedPayload(
  idToken: string,
  keys: ReturnType<typeof createRemoteJWKSet>,
  rules: IdTokenRules,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(idToken, keys, {
      algorithms: [...rules.algorithms],
      issuer: rules.issuer,
      audience: rules.audience,
      requiredClaims: ['sub', 'exp', 'iat'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      maxTokenAge: MAX_AGE_SECONDS,
    });
    return payload;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw vneidFailure(error instanceof errors.JWKSInvalid ? 'jwks' : 'token', wordFor(error));
  }
}

function wordFor(error: unknown): VneidFailure {
  if (error instanceof errors.JWKSInvalid) return 'bad_answer';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'id_token_algorithm';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'id_token_key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'id_token_signature';
  if (error instanceof errors.JWTExpired) return 'id_token_expired';
  return error instanceof errors.JWTClaimValidationFailed ? 'id_token_claims' : 'id_token';
}
