// The authorities (CSCA) whose document signers are believed. Who is among them is decided by a
// person with the certificate in hand (`tnid csca add`), never by a card.

import { createHash } from 'node:crypto';
import { Refusal } from '../../errors.ts';
import { readCertificate } from './certificate.ts';
import type { ChipCertificate } from './certificate.ts';

export type TrustAnchor = {
  /** SHA-256 of the certificate's DER, hexadecimal. */
  readonly sha256: string;
  readonly certificate: ChipCertificate;
  /** Where the file came from, in the words of who added it. */
  readonly provenance: string;
};
/** Empty: no card can be verified, and none is taken for good. */
export type CardTrust = { readonly anchors: readonly TrustAnchor[] };

/** Certificates made by tests and the sandbox say so in their subject. */
const TEST_MARK = 'TEST ONLY';

/**
 * `tests`: whether certificates marked TEST ONLY are taken. Only the sandbox and the tests say
 * 'accepted', in their own code: no setting reaches it.
 * @throws Refusal invalid for what is no certificate, or is marked as a test
 */
export function anchorOf(
  der: Buffer,
  { provenance, tests }: { provenance: string; tests: 'refused' | 'accepted' },
): TrustAnchor {
  const certificate = certificateIn(der);
  if (tests === 'refused' && certificate.subjectText.includes(TEST_MARK))
    throw new Refusal('invalid', 'a certificate made for tests is no trust anchor', {
      reason: 'csca_test_only',
    });
  return { sha256: createHash('sha256').update(der).digest('hex'), certificate, provenance };
}

/** What the sandbox and the tests trust. */
export const testTrust = (ders: readonly Buffer[]): CardTrust => ({
  anchors: ders.map((der) => anchorOf(der, { provenance: 'made by the sandbox', tests: 'accepted' })),
});

/** DER of a certificate file that may be PEM. @throws Refusal invalid */
export function derOf(file: Buffer): Buffer {
  if (file[0] === 0x30) return file;
  const found = [...file.toString('latin1').matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)]; // prettier-ignore
  if (found.length !== 1)
    throw new Refusal('invalid', 'not one certificate as DER or PEM', { reason: 'csca_file' });
  return Buffer.from(found[0]?.[1] ?? '', 'base64');
}

function certificateIn(der: Buffer): ChipCertificate {
  try {
    return readCertificate(der);
  } catch (error) {
    throw new Refusal('invalid', 'not a certificate', { reason: 'csca_file', cause: error });
  }
}
