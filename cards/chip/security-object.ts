// The security object (EF.SOD): a signed list of the hashes of a chip's files. Steps 1 to 3 of passive
// authentication (contract identity-vn.md section 8, ICAO Doc 9303 parts 10 and 11).

import { ContentInfo, SignedData } from '@peculiar/asn1-cms';
import type { SignerInfo } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import { checkSignature, digestOf, hashOf } from './algorithms.ts';
import type { Digest } from './algorithms.ts';
import { certificateOf } from './certificate.ts';
import type { ChipCertificate } from './certificate.ts';
import { Malformed, elementsOf, oidOf, readWhole, refuseUnbounded } from './tlv.ts';

export type SignatureFault =
  | 'not_lds_security_object'
  | 'signer_or_certificate'
  | 'no_signed_attrs'
  | 'weak_hash'
  | 'content_type_attr'
  | 'message_digest'
  | 'sod_signature';

export type SecurityObject = {
  readonly signer: ChipCertificate;
  /** How the files were hashed, and the hash of each by the number of its group. */
  readonly digest: Digest;
  readonly groups: ReadonlyMap<number, Buffer>;
};

const LDS_SECURITY_OBJECT = '2.23.136.1.1.1';
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';

/** @throws Malformed */
export function checkSecurityObject(sod: Buffer): SecurityObject | SignatureFault {
  const { signed, attributes } = signedDataIn(sod);
  const { eContentType, eContent } = signed.encapContentInfo;
  const content = eContent?.single;
  if (eContentType !== LDS_SECURITY_OBJECT || content === undefined) return 'not_lds_security_object';
  const [signerInfo, ...others] = signed.signerInfos;
  if (signerInfo === undefined || others.length > 0) return 'signer_or_certificate';
  const signer = certificateFor(signed, signerInfo);
  if (signer === undefined || !signer.maySign) return 'signer_or_certificate';

  const fault = checkSigner(signerInfo, signer, Buffer.from(content.buffer), attributes);
  if (fault !== undefined) return fault;
  const list = readList(Buffer.from(content.buffer));
  return list.digest === undefined ? 'weak_hash' : { signer, digest: list.digest, groups: list.groups };
}

function signedDataIn(sod: Buffer): { signed: SignedData; attributes: Buffer | undefined } {
  const { value } = readWhole(sod, 0x77);
  refuseUnbounded(value);
  readWhole(value, 0x30);
  try {
    const info = AsnConvert.parse(value, ContentInfo);
    if (info.contentType !== SIGNED_DATA) throw new Malformed('not signed data');
    return {
      signed: AsnConvert.parse(info.content, SignedData),
      attributes: signedAttributesIn(Buffer.from(info.content)),
    };
  } catch (error) {
    throw new Malformed('not signed data', { cause: error });
  }
}

// The bytes as they were signed: the parser keeps values only. signerInfos is the last member of
// SignedData, signedAttrs the one [0] of SignerInfo that is constructed (RFC 5652 section 5).
function signedAttributesIn(signedData: Buffer): Buffer | undefined {
  const infos = elementsOf(readWhole(signedData, 0x30).value).at(-1);
  const info = infos?.tag === 0x31 ? elementsOf(infos.value)[0] : undefined;
  return info === undefined ? undefined : elementsOf(info.value).find(({ tag }) => tag === 0xa0)?.bytes;
}

function certificateFor(signed: SignedData, { sid }: SignerInfo): ChipCertificate | undefined {
  const certificates = (signed.certificates ?? []).flatMap(({ certificate }) =>
    certificate === undefined ? [] : [certificate],
  );
  if (certificates.length > 4) throw new Malformed('many certificates');
  let read: ChipCertificate[];
  try {
    read = certificates.map(certificateOf);
  } catch (error) {
    throw new Malformed('not a certificate', { cause: error });
  }
  const { issuerAndSerialNumber: named, subjectKeyIdentifier: keyId } = sid;
  const found = read.filter((one) => {
    if (named === undefined) return keyId !== undefined && one.subjectKeyId?.equals(Buffer.from(keyId.buffer)) === true;
    const issuer = Buffer.from(AsnConvert.serialize(named.issuer));
    return one.issuer.equals(issuer) && one.serialNumber.equals(Buffer.from(named.serialNumber));
  }); // prettier-ignore
  return found.length === 1 ? found[0] : undefined;
}

// RFC 5652 sections 5.4 and 11.
function checkSigner(
  info: SignerInfo,
  signer: ChipCertificate,
  content: Buffer,
  attributes: Buffer | undefined,
): SignatureFault | undefined {
  const { signedAttrs = [] } = info;
  if (attributes === undefined || signedAttrs.length === 0) return 'no_signed_attrs';
  const digest = digestOf(info.digestAlgorithm.algorithm);
  if (digest === undefined) return 'weak_hash';
  const attribute = (type: string): Buffer | undefined => {
    const found = signedAttrs.filter(({ attrType }) => attrType === type);
    const [value, ...more] = found[0]?.attrValues ?? [];
    return found.length === 1 && more.length === 0 && value !== undefined ? Buffer.from(value) : undefined;
  };
  const type = attribute(CONTENT_TYPE);
  if (type === undefined || oidOf(readWhole(type, 0x06).value) !== LDS_SECURITY_OBJECT)
    return 'content_type_attr';
  const stated = attribute(MESSAGE_DIGEST);
  if (stated === undefined || !readWhole(stated, 0x04).value.equals(hashOf(digest, content))) return 'message_digest'; // prettier-ignore
  if (signer.key === undefined) return 'sod_signature';
  // What is signed is the SET OF itself, not its [0] (RFC 5652 section 5.4).
  const signed = Buffer.concat([Buffer.from([0x31]), attributes.subarray(1)]);
  const algorithm = { algorithm: info.signatureAlgorithm, beside: digest };
  const checked = checkSignature(algorithm, signer.key, signed, Buffer.from(info.signature.buffer));
  return checked === 'weak' ? 'weak_hash' : checked === 'wrong' ? 'sod_signature' : undefined;
}

// LDSSecurityObject ::= SEQUENCE { version, hashAlgorithm, SEQUENCE OF { number, hash }, … }
function readList(content: Buffer): { digest: Digest | undefined; groups: ReadonlyMap<number, Buffer> } {
  const [, algorithm, list] = elementsOf(readWhole(content, 0x30).value);
  if (algorithm?.tag !== 0x30 || list?.tag !== 0x30) throw new Malformed('not a list of hashes');
  const oid = elementsOf(algorithm.value)[0];
  if (oid?.tag !== 0x06) throw new Malformed('no hash algorithm');
  const groups = new Map<number, Buffer>();
  for (const entry of elementsOf(list.value, 16)) {
    const [number, hash] = entry.tag === 0x30 ? elementsOf(entry.value) : [];
    if (number?.tag !== 0x02 || number.value.length !== 1 || hash?.tag !== 0x04) throw new Malformed('not a hash of a group'); // prettier-ignore
    const group = number.value[0] ?? 0;
    if (groups.has(group)) throw new Malformed('a group listed twice');
    groups.set(group, hash.value);
  }
  return { digest: digestOf(oidOf(oid.value)), groups };
}
