// Active authentication: the chip signs a challenge with a key that never leaves it. The challenge
// here is the reader's own (contract identity-vn.md section 9), so a right answer says that the
// original chip was there at some time, not that it is there now.
// ICAO Doc 9303 part 11 section 6.1; ISO/IEC 9796-2 scheme 1; BSI TR-03111 section 5.2.

import { constants, createHash, publicDecrypt, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { publicKeyOf } from './algorithms.ts';
import { Malformed, elementsOf, oidOf, readWhole } from './tlv.ts';

export type ChipAnswer = {
  readonly dg15: Buffer;
  readonly dg14?: Buffer | undefined;
  readonly challenge: Buffer;
  readonly aAResult: Buffer;
};

const AA_PROTOCOL = '2.23.136.1.1.5';
// Old chips know only SHA-1. It is taken here: the chip signs a random part and eight bytes of the
// reader, and whoever could profit from a collision would need the chip's key first.
const PLAIN_ECDSA: Readonly<Record<string, string>> = {
  '0.4.0.127.0.7.1.1.4.1.1': 'sha1',
  '0.4.0.127.0.7.1.1.4.1.2': 'sha224',
  '0.4.0.127.0.7.1.1.4.1.3': 'sha256',
  '0.4.0.127.0.7.1.1.4.1.4': 'sha384',
  '0.4.0.127.0.7.1.1.4.1.5': 'sha512',
};
// Last bytes of the recovered block → hash (ISO/IEC 10118 numbers, then CC); BC alone is SHA-1.
const TRAILERS: Readonly<Record<number, string>> = { 0x33: 'sha1', 0x34: 'sha256', 0x35: 'sha512', 0x36: 'sha384', 0x38: 'sha224' }; // prettier-ignore

/** DG14 and DG15 must have been found under the signed list before. @throws Malformed */
export function isAnsweredByChip({ dg15, dg14, challenge, aAResult }: ChipAnswer): boolean {
  const key = publicKeyOf(readWhole(dg15, 0x6f).value, 1024);
  if (key === undefined) return false;
  return key.asymmetricKeyType === 'ec'
    ? isEcAnswer(key, ecHash(key, dg14), challenge, aAResult)
    : isRsaAnswer(key, challenge, aAResult);
}

function isEcAnswer(key: KeyObject, hash: string, challenge: Buffer, signature: Buffer): boolean {
  return (['ieee-p1363', 'der'] as const).some((dsaEncoding) => {
    try {
      return verify(hash, challenge, { key, dsaEncoding }, signature);
    } catch {
      return false;
    }
  });
}

// F = 6A | M1 | hash(M1 | challenge) | trailer
function isRsaAnswer(key: KeyObject, challenge: Buffer, signature: Buffer): boolean {
  const block = recovered(key, signature);
  if (block === undefined || block[0] !== 0x6a) return false;
  const last = block[block.length - 1];
  const hash = last === 0xbc ? 'sha1' : last === 0xcc ? TRAILERS[block[block.length - 2] ?? 0] : undefined;
  if (hash === undefined) return false;
  const trailer = last === 0xbc ? 1 : 2;
  const bytes = createHash(hash).digest().length;
  const message = block.subarray(1, block.length - trailer - bytes);
  const stated = block.subarray(block.length - trailer - bytes, block.length - trailer);
  return (
    stated.length === bytes && createHash(hash).update(message).update(challenge).digest().equals(stated)
  );
}

function recovered(key: KeyObject, signature: Buffer): Buffer | undefined {
  try {
    return publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return undefined;
  }
}

// DG14: SET OF SEQUENCE { protocol, version, signatureAlgorithm }. Without it, the hash of the curve's size.
function ecHash(key: KeyObject, dg14: Buffer | undefined): string {
  const stated = dg14 === undefined ? undefined : statedHash(dg14);
  if (stated !== undefined) return stated;
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  return curve.includes('256') ? 'sha256' : curve.includes('384') ? 'sha384' : 'sha512';
}

function statedHash(dg14: Buffer): string | undefined {
  for (const info of elementsOf(readWhole(readWhole(dg14, 0x6e).value, 0x31).value, 32)) {
    const [protocol, , algorithm] = info.tag === 0x30 ? elementsOf(info.value, 8) : [];
    if (protocol?.tag !== 0x06 || oidOf(protocol.value) !== AA_PROTOCOL) continue;
    if (algorithm?.tag !== 0x06) throw new Malformed('no algorithm of the chip');
    return PLAIN_ECDSA[oidOf(algorithm.value)];
  }
  return undefined;
}
