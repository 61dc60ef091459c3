// Every way a card of the sandbox may be signed.

import { constants, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { context, integer, nothing, oid, sequence } from './der.ts';

export type Hash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
export type Curve =
  | 'prime256v1'
  | 'secp384r1'
  | 'secp521r1'
  | 'brainpoolP256r1'
  | 'brainpoolP384r1'
  | 'brainpoolP512r1';
export type Signing =
  | { readonly scheme: 'rsa' | 'pss'; readonly hash: Hash; readonly bits?: number }
  | { readonly scheme: 'ec'; readonly hash: Hash; readonly curve: Curve; readonly explicit?: boolean };
export type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

const HASH_OID: Readonly<Record<Hash, string>> = {
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};
const RSA_WITH: Readonly<Record<Hash, number>> = { sha1: 5, sha224: 14, sha256: 11, sha384: 12, sha512: 13 };
const EC_WITH: Readonly<Record<Hash, string>> = {
  sha1: '1',
  sha224: '3.1',
  sha256: '3.2',
  sha384: '3.3',
  sha512: '3.4',
};
const SALT: Readonly<Record<Hash, number>> = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 };

export const hashAlgorithm = (hash: Hash) => sequence(oid(HASH_OID[hash]), nothing());

export function makeKeys(signing: Signing): KeyPair {
  if (signing.scheme !== 'ec') return generateKeyPairSync('rsa', { modulusLength: signing.bits ?? 2048 });
  const paramEncoding = signing.explicit === true ? 'explicit' : 'named';
  return generateKeyPairSync('ec', { namedCurve: signing.curve, paramEncoding });
}

/** AlgorithmIdentifier of the signature. */
export function signatureAlgorithm({ scheme, hash }: Signing): Buffer {
  if (scheme === 'rsa') return sequence(oid(`1.2.840.113549.1.1.${RSA_WITH[hash]}`), nothing());
  if (scheme === 'ec') return sequence(oid(`1.2.840.10045.4.${EC_WITH[hash]}`));
  const inner = sequence(oid('1.2.840.113549.1.1.8'), hashAlgorithm(hash));
  const parameters = sequence(
    context(0, hashAlgorithm(hash)),
    context(1, inner),
    context(2, integer(SALT[hash])),
  );
  return sequence(oid('1.2.840.113549.1.1.10'), parameters);
}

export function signBytes({ scheme, hash }: Signing, key: KeyObject, data: Buffer): Buffer {
  if (scheme === 'pss') return sign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT[hash] }); // prettier-ignore
  return sign(hash, data, key);
}
