// An X.509 certificate as document signers and their authorities have them (ICAO Doc 9303 part 12).

import type { KeyObject } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  BasicConstraints,
  Certificate,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import type { Name } from '@peculiar/asn1-x509';
import { checkSignature, publicKeyOf } from './algorithms.ts';
import { Malformed, readWhole, refuseUnbounded } from './tlv.ts';

export type ChipCertificate = {
  readonly parsed: Certificate;
  /** DER of the names, to be compared byte by byte. */
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly serialNumber: Buffer;
  readonly subjectKeyId: Buffer | undefined;
  readonly subjectText: string;
  readonly subjectCountry: string | undefined;
  readonly issuerCountry: string | undefined;
  readonly from: Date;
  readonly to: Date;
  readonly isCa: boolean;
  /** May sign documents: digital signatures, and for no purpose of its own such as master lists. */
  readonly maySign: boolean;
  /** undefined: a kind or size of key that is not taken. */
  readonly key: KeyObject | undefined;
};

const COUNTRY = '2.5.4.6';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SUBJECT_KEY_ID = '2.5.29.14';
const MOST_BYTES = 16 * 1024;

/** @throws Malformed */
export function readCertificate(der: Buffer): ChipCertificate {
  if (der.length > MOST_BYTES) throw new Malformed('a large certificate');
  readWhole(der, 0x30);
  refuseUnbounded(der);
  try {
    return certificateOf(AsnConvert.parse(der, Certificate));
  } catch (error) {
    throw new Malformed('not a certificate', { cause: error });
  }
}

/** Of bytes already walked by `refuseUnbounded`. @throws anything the parser does */
export function certificateOf(parsed: Certificate): ChipCertificate {
  const { subject, issuer, serialNumber, validity, subjectPublicKeyInfo } = parsed.tbsCertificate;
  const usage = extension(parsed, KEY_USAGE);
  const flags = usage === undefined ? undefined : AsnConvert.parse(usage, KeyUsage).toNumber();
  const basic = extension(parsed, BASIC_CONSTRAINTS);
  const keyId = extension(parsed, SUBJECT_KEY_ID);
  const may = (flag: number) => flags === undefined || (flags & flag) !== 0;
  return {
    parsed,
    subject: Buffer.from(AsnConvert.serialize(subject)),
    issuer: Buffer.from(AsnConvert.serialize(issuer)),
    serialNumber: Buffer.from(serialNumber),
    subjectKeyId: keyId === undefined ? undefined : Buffer.from(AsnConvert.parse(keyId, SubjectKeyIdentifier).buffer), // prettier-ignore
    subjectText: textOf(subject),
    subjectCountry: valueOf(subject, COUNTRY),
    issuerCountry: valueOf(issuer, COUNTRY),
    from: validity.notBefore.getTime(),
    to: validity.notAfter.getTime(),
    isCa:
      basic !== undefined && AsnConvert.parse(basic, BasicConstraints).cA && may(KeyUsageFlags.keyCertSign),
    maySign: may(KeyUsageFlags.digitalSignature) && extension(parsed, EXTENDED_KEY_USAGE) === undefined,
    key: publicKeyOf(Buffer.from(AsnConvert.serialize(subjectPublicKeyInfo))),
  };
}

/** Whether `authority` signed `certificate`. SHA-1 signatures do not count. */
export function isSignedBy(certificate: ChipCertificate, authority: ChipCertificate): boolean {
  const { parsed } = certificate;
  if (authority.key === undefined || parsed.tbsCertificateRaw === undefined) return false;
  // RFC 5280 section 4.1.1.2: the algorithm outside the signature must be the one inside it.
  const inside = Buffer.from(AsnConvert.serialize(parsed.tbsCertificate.signature));
  if (!inside.equals(Buffer.from(AsnConvert.serialize(parsed.signatureAlgorithm)))) return false;
  const algorithm = { algorithm: parsed.signatureAlgorithm };
  const signed = Buffer.from(parsed.tbsCertificateRaw);
  return checkSignature(algorithm, authority.key, signed, Buffer.from(parsed.signatureValue)) === 'right';
}

export const isVietnam = (country: string | undefined) => country?.toUpperCase() === 'VN';

function extension(parsed: Certificate, oid: string): ArrayBuffer | undefined {
  return parsed.tbsCertificate.extensions?.find(({ extnID }) => extnID === oid)?.extnValue.buffer;
}

const attributesOf = (name: Name) => name.flatMap((relative) => [...relative]);

const valueOf = (name: Name, type: string) =>
  attributesOf(name)
    .find((attribute) => attribute.type === type)
    ?.value.toString();

const textOf = (name: Name) =>
  attributesOf(name)
    .map(({ value }) => value.toString())
    .join(', ');
