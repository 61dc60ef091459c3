// Which hashes, keys and signatures are taken (contract identity-vn.md section 8), and checking one
// with node:crypto, which unlike WebCrypto knows brainpool curves and explicit parameters.

import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { RsaSaPssParams } from '@peculiar/asn1-rsa';
import { AsnConvert } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';

export type Digest = 'sha224' | 'sha256' | 'sha384' | 'sha512';

const DIGESTS: Readonly<Record<string, Digest>> = {
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
// OID → scheme and hash; no hash: the one named beside it (RFC 3370 section 3.2, RFC 5753 section 7.1.3).
const SIGNATURES: Readonly<Record<string, { scheme: 'rsa' | 'pss' | 'ec'; digest?: Digest | 'weak' }>> = {
  '1.2.840.113549.1.1.1': { scheme: 'rsa' },
  '1.2.840.113549.1.1.5': { scheme: 'rsa', digest: 'weak' },
  '1.2.840.113549.1.1.14': { scheme: 'rsa', digest: 'sha224' },
  '1.2.840.113549.1.1.11': { scheme: 'rsa', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { scheme: 'rsa', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { scheme: 'rsa', digest: 'sha512' },
  '1.2.840.113549.1.1.10': { scheme: 'pss' },
  '1.2.840.10045.2.1': { scheme: 'ec' },
  '1.2.840.10045.4.1': { scheme: 'ec', digest: 'weak' },
  '1.2.840.10045.4.3.1': { scheme: 'ec', digest: 'sha224' },
  '1.2.840.10045.4.3.2': { scheme: 'ec', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { scheme: 'ec', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { scheme: 'ec', digest: 'sha512' },
};
const CURVES: ReadonlySet<string> = new Set([
  'prime256v1',
  'secp384r1',
  'secp521r1',
  'brainpoolP256r1',
  'brainpoolP384r1',
  'brainpoolP512r1',
]);
const MGF1 = '1.2.840.113549.1.1.8';

/** undefined: weak (MD5, SHA-1) or unknown. */
export const digestOf = (oid: string): Digest | undefined => DIGESTS[oid];

export const hashOf = (digest: string, bytes: Uint8Array): Buffer =>
  createHash(digest).update(bytes).digest();

/**
 * A public key of a kind and size we take. Explicit curve parameters pass only when they are a known
 * curve in every number, generator included: then OpenSSL names the curve, otherwise it does not.
 */
export function publicKeyOf(spki: Uint8Array, leastRsaBits = 2048): KeyObject | undefined {
  if (spki.length > 2_300) return undefined;
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    const { namedCurve, modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
    if (key.asymmetricKeyType === 'ec') return CURVES.has(namedCurve ?? '') ? key : undefined;
    if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'rsa-pss') return undefined;
    // A modulus or exponent without bound would make one signature cost seconds.
    const fits = modulusLength >= leastRsaBits && modulusLength <= 8192 && publicExponent >= 3n && publicExponent < 2n ** 32n; // prettier-ignore
    return fits ? key : undefined;
  } catch {
    return undefined;
  }
}

export type SignatureCheck = 'right' | 'wrong' | 'weak';

/** `beside`: the digest named next to a signature algorithm that names none. Unknown algorithms are `wrong`. */
export function checkSignature(
  { algorithm, beside }: { algorithm: AlgorithmIdentifier; beside?: Digest | undefined },
  key: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
): SignatureCheck {
  const rule = SIGNATURES[algorithm.algorithm];
  if (rule === undefined) return 'wrong';
  if (rule.digest === 'weak') return 'weak';
  const isEc = key.asymmetricKeyType === 'ec';
  if (isEc !== (rule.scheme === 'ec')) return 'wrong';
  try {
    if (rule.scheme === 'pss') return checkPss(algorithm, key, data, signature);
    const digest = rule.digest ?? beside;
    if (digest === undefined) return 'weak';
    const how = isEc ? { key, dsaEncoding: 'der' as const } : { key, padding: constants.RSA_PKCS1_PADDING };
    return verify(digest, data, how, signature) ? 'right' : 'wrong';
  } catch {
    return 'wrong';
  }
}

// RFC 4055 section 3.1. Absent parameters mean SHA-1; node:crypto uses one hash for both, as every
// profile of ICAO does.
function checkPss(
  algorithm: AlgorithmIdentifier,
  key: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
): SignatureCheck {
  if (algorithm.parameters === undefined || algorithm.parameters === null) return 'weak';
  const { hashAlgorithm, maskGenAlgorithm, saltLength, trailerField } = AsnConvert.parse(algorithm.parameters, RsaSaPssParams); // prettier-ignore
  const digest = digestOf(hashAlgorithm.algorithm);
  if (digest === undefined) return 'weak';
  const inner = maskGenAlgorithm.parameters ?? undefined;
  if (maskGenAlgorithm.algorithm !== MGF1 || inner === undefined || trailerField !== 1) return 'wrong';
  if (AsnConvert.parse(inner, AlgorithmIdentifier).algorithm !== hashAlgorithm.algorithm) return 'wrong';
  if (saltLength < 0 || saltLength > 128) return 'wrong';
  const how = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  return verify(digest, data, how, signature) ? 'right' : 'wrong';
}
