// Logging out at Tây Ninh ID ends the sessions here, too (OpenID Connect Back-Channel Logout 1.0 §2.6).

import { createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import type { RelyingParty } from '../relying-party/relying-party.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const claimsSchema = z
  .object({
    sub: z.string().optional(),
    sid: z.string().optional(),
    jti: z.string(),
    events: z.object({ [EVENT]: z.looseObject({}) }),
    nonce: z.never().optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined);

export type EndedSession = { readonly sessionId: string | undefined; readonly subject: string | undefined };

export function logoutTokens(party: RelyingParty): {
  read(token: string | null): Promise<EndedSession | undefined>;
} {
  const keys = createRemoteJWKSet(party.jwksUri());
  const { issuer, clientId } = party.registration;
  return {
    async read(token) {
      try {
        const { payload } = await jwtVerify(token ?? '', keys, {
          issuer,
          audience: clientId,
          algorithms: ['ES256'],
          typ: 'logout+jwt',
          maxTokenAge: 180,
        });
        const claims = claimsSchema.parse(payload);
        return { sessionId: claims.sid, subject: claims.sub };
      } catch {
        return undefined;
      }
    },
  };
}
