// Authorities and document signers of the sandbox. Every subject says TEST ONLY, which no broker
// outside tests takes for an anchor.

import { randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { makeKeys, signBytes, signatureAlgorithm, type Signing } from './algorithms.ts';
import {
  bits,
  context,
  integer,
  octets,
  oid,
  printable,
  sequence,
  setOf,
  time,
  tlv,
  truth,
  utf8,
} from './der.ts';

export type Issued = {
  readonly der: Buffer;
  readonly signing: Signing;
  readonly privateKey: KeyObject;
  /** DER of the names and the serial number. */
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly serialNumber: Buffer;
};

export type CertificateWishes = {
  readonly signing?: Signing;
  readonly country?: string;
  readonly commonName?: string;
  readonly organisation?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly ca?: boolean;
  /** extendedKeyUsage, as a signer of master lists has. */
  readonly extendedKeyUsage?: string;
};

const P256: Signing = { scheme: 'ec', curve: 'prime256v1', hash: 'sha256' };
const FROM = new Date('2020-01-01T00:00:00Z');
const TO = new Date('2045-01-01T00:00:00Z');

export function makeAuthority(wishes: CertificateWishes = {}): Issued {
  return issue({ ca: true, commonName: 'CSCA TEST ONLY', ...wishes }, undefined);
}

export function makeSigner(authority: Issued, wishes: CertificateWishes = {}): Issued {
  return issue({ ca: false, commonName: 'Document signer TEST ONLY', ...wishes }, authority);
}

function issue(wishes: CertificateWishes, authority: Issued | undefined): Issued {
  const {
    signing = P256,
    country = 'VN',
    commonName = '',
    from = FROM,
    to = TO,
    ca = false,
    extendedKeyUsage,
  } = wishes;
  const keys = makeKeys(signing);
  const attribute = (type: string, value: Buffer) => setOf(sequence(oid(type), value));
  const subject = sequence(
    attribute('2.5.4.6', printable(country)),
    attribute('2.5.4.10', utf8(wishes.organisation ?? 'TEST ONLY')),
    attribute('2.5.4.3', utf8(commonName)),
  );
  const serialNumber = Buffer.concat([Buffer.from([0x4d]), randomBytes(8)]);
  const issuer = authority?.subject ?? subject;
  const by = authority?.signing ?? signing;
  const extension = (id: string, value: Buffer) => sequence(oid(id), truth(), octets(value));
  // keyCertSign and cRLSign, or digitalSignature.
  const usage = tlv(0x03, ca ? Buffer.from([1, 0x06]) : Buffer.from([7, 0x80]));
  const extensions = [
    extension('2.5.29.15', usage),
    ...(ca ? [extension('2.5.29.19', sequence(truth(), integer(0)))] : []),
    ...(extendedKeyUsage === undefined ? [] : [extension('2.5.29.37', sequence(oid(extendedKeyUsage)))]),
  ];
  const body = sequence(
    context(0, integer(2)),
    integer(serialNumber),
    signatureAlgorithm(by),
    issuer,
    sequence(time(from), time(to)),
    subject,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions)),
  );
  const signature = signBytes(by, authority?.privateKey ?? keys.privateKey, body);
  const der = sequence(body, signatureAlgorithm(by), bits(signature));
  return { der, signing, privateKey: keys.privateKey, subject, issuer, serialNumber };
}
