// How we show the token endpoint who we are. WSO2 takes any of the three; which one is agreed at registration.

import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT, type JWK } from 'jose';

export type ClientAuthentication =
  | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: string }
  | { readonly method: 'private_key_jwt'; readonly privateKey: JWK };

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const ASSERTION_LIFE_SECONDS = 60;

/** Headers and form fields to add to a token request. */
export async function authenticateClient(
  clientId: string,
  clientAuth: ClientAuthentication,
  assertionAudience: string,
): Promise<{ headers: Record<string, string>; fields: Record<string, string> }> {
  switch (clientAuth.method) {
    case 'client_secret_basic': {
      // Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1).
      const pair = `${formEncoded(clientId)}:${formEncoded(clientAuth.secret)}`;
      return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, fields: {} };
    }
    case 'client_secret_post':
      return { headers: {}, fields: { client_id: clientId, client_secret: clientAuth.secret } };
    case 'private_key_jwt': {
      const assertion = await signAssertion(clientId, clientAuth.privateKey, assertionAudience);
      return {
        headers: {},
        fields: { client_id: clientId, client_assertion_type: ASSERTION_TYPE, client_assertion: assertion },
      };
    }
  }
}

async function signAssertion(clientId: string, jwk: JWK, audience: string): Promise<string> {
  const alg = jwk.alg ?? (jwk.kty === 'RSA' ? 'RS256' : 'ES256');
  const issuedAt = Math.floor(Date.now() / 1000);
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg, typ: 'JWT', ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ASSERTION_LIFE_SECONDS)
    .sign(await importJWK(jwk, alg));
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
