// The catalogue as services fetch it: a compact JWS of its canonical JSON. `iss` binds it to this
// broker and `iat` lets a service refuse to go back to an older one.

import { CompactSign, type CryptoKey, type JWK, importJWK } from 'jose';
import type { Catalogue } from './catalogue.ts';
import { canonicalJson } from './canonical.ts';

export const catalogueType = 'tn-catalogue+jwt';
export const cataloguePath = '/.well-known/tayninh-service-catalogue';

/** Makes a compact JWS over the payload with `typ` as its type and a published `kid`. */
export type CatalogueSigner = (payload: Uint8Array, typ: string) => Promise<string>;

export async function signCatalogue(
  catalogue: Catalogue,
  { issuer, now, sign }: { readonly issuer: string; readonly now: Date; readonly sign: CatalogueSigner },
): Promise<{ readonly jws: string; readonly etag: string }> {
  const payload = canonicalJson({
    iss: issuer,
    iat: Math.floor(now.getTime() / 1000),
    version: catalogue.version,
    ...catalogue.content,
  });
  return { jws: await sign(new TextEncoder().encode(payload), catalogueType), etag: `"${catalogue.sha256}"` };
}

/** A signer from a private ES256 key; `kid` must be in the published key set. */
export function signerFromJwk(jwk: JWK & { readonly kid: string }): CatalogueSigner {
  let key: Promise<CryptoKey | Uint8Array> | undefined;
  return async (payload, typ) => {
    key ??= importJWK(jwk, 'ES256');
    return new CompactSign(payload).setProtectedHeader({ alg: 'ES256', typ, kid: jwk.kid }).sign(await key);
  };
}
