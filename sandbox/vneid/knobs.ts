// Everything the hub might do wrong: contract identity-vn.md section 1.4, V1-V14.

import { z } from 'zod';
import { faultSchema } from '../twin/server.ts';

const claims = z.record(z.string(), z.json());

export const knobSchema = z.strictObject({
  'idToken.signing': z
    .enum(['RS256', 'ES256', 'none', 'HS256_with_public_key', 'other_key', 'unknown_key_id'])
    .default('RS256'),
  'idToken.time': z.enum(['now', 'expired', 'future', 'old']).default('now'),
  'idToken.nonce': z.enum(['right', 'wrong', 'absent']).default('right'),
  /** Claims laid over the right ones (iss, aud, azp, sub …). */
  'idToken.set': claims.default({}),
  'idToken.drop': z.array(z.string()).default([]),
  'userinfo.sub': z.enum(['same', 'other', 'absent']).default('same'),
  /** Which answer carries the facts about the person. */
  'claims.in': z.enum(['userinfo', 'id_token', 'both']).default('userinfo'),
  /** Facts laid over the account's: {"IAL": "high"}, {"loginIdp": "VNPT"}, {"NgayThangNamSinh": "1990"}. */
  'claims.set': claims.default({}),
  'claims.drop': z.array(z.string()).default([]),
  /** WSO2 writes strings; numbers have been seen (contract section 1.2). */
  'claims.numbers': z.boolean().default(false),
  'pkce.ignored': z.boolean().default(false),
  'code.reusable': z.boolean().default(false),
  'token.error': z
    .enum(['none', 'invalid_grant', 'access_denied', 'invalid_client', 'unauthorized_client', 'not_json'])
    .default('none'),
  /** Raise it and the hub signs with new keys and publishes only those. */
  'keys.generation': z.int().nonnegative().default(1),
  'fault.at': z.enum(['authorize', 'token', 'userinfo', 'jwks']).default('token'),
  'fault.kind': faultSchema.default('none'),
  'fault.delayMs': z.int().nonnegative().max(60_000).default(0),
});
export type VneidKnobs = z.output<typeof knobSchema>;
