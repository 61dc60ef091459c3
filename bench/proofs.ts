// Client assertions and DPoP proofs. Each may be used once, so a round's worth is made before the
// clock starts: two signatures a request on the load core would otherwise be part of the measurement.

import { createPrivateKey, generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export type Key = { readonly privateKey: KeyObject; readonly publicJwk: PublicJwk };
export type PublicJwk = {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
};

export function makeKey(kid: string): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return { privateKey, publicJwk: { kty: 'EC', crv: 'P-256', x, y, kid, alg: 'ES256', use: 'sig' } };
}

export const privateJwkOf = (key: Key) => ({
  ...key.publicJwk,
  d: key.privateKey.export({ format: 'jwk' }).d ?? '',
});
export const keyOf = (jwk: PublicJwk & { readonly d: string }): Key => {
  const { d, ...publicJwk } = jwk;
  return { privateKey: createPrivateKey({ key: { ...publicJwk, d }, format: 'jwk' }), publicJwk };
};

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signJwt(key: Key, header: object, payload: object): string {
  const data = `${encode({ alg: 'ES256', ...header })}.${encode(payload)}`;
  const signature = sign('sha256', Buffer.from(data), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${data}.${signature.toString('base64url')}`;
}

const newId = () => randomBytes(12).toString('base64url');
const nowSeconds = () => Math.floor(Date.now() / 1000);

/** private_key_jwt (RFC 7523), as form fields. Lives five minutes: a round is shorter. */
export function clientAssertion(key: Key, clientId: string, issuer: string): string {
  const iat = nowSeconds();
  const claims = { iss: clientId, sub: clientId, aud: issuer, jti: newId(), iat, exp: iat + 300 };
  const jwt = signJwt(key, { kid: key.publicJwk.kid }, claims);
  return `client_id=${clientId}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=${jwt}`;
}

export function dpopProof(
  key: Key,
  facts: { method: string; address: string; nonce?: string | undefined; token?: string | undefined },
): string {
  const { kty, crv, x, y } = key.publicJwk;
  const { method: htm, address: htu, nonce, token } = facts;
  return signJwt(
    key,
    { typ: 'dpop+jwt', jwk: { kty, crv, x, y } },
    {
      jti: newId(),
      htm,
      htu,
      iat: nowSeconds(),
      ...(nonce === undefined ? {} : { nonce }),
      ...(token === undefined ? {} : { ath: hash('sha256', token, 'base64url') }),
    },
  );
}
