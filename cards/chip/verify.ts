// Whether the files of a card's chip are those its authority signed, in the order and with the reasons
// of contract identity-vn.md section 8. It shows that the files are genuine and unchanged. It does not
// show that the card is in force (the authority's part), that the chip is no copy beyond what active
// authentication says, or that the sender is the holder.

import { hashOf } from './algorithms.ts';
import { isAnsweredByChip } from './active-authentication.ts';
import { isSignedBy, isVietnam } from './certificate.ts';
import type { ChipCertificate } from './certificate.ts';
import type { ChipFiles } from './files.ts';
import { checkSecurityObject } from './security-object.ts';
import type { SecurityObject, SignatureFault } from './security-object.ts';
import { Malformed, readWhole } from './tlv.ts';
import type { CardTrust, TrustAnchor } from './trust.ts';
import { readVietnameseData } from './vietnamese-data.ts';
import type { VietnameseData } from './vietnamese-data.ts';
import { readMrz } from '../mrz.ts';
import type { MrzReading } from '../mrz.ts';

export type ChipInvalid =
  | SignatureFault
  | 'no_trusted_csca'
  | 'csca_not_ca'
  | 'dsc_validity'
  | 'country_mismatch'
  | `dg${1 | 2 | 13 | 14 | 15}_hash`
  | 'no_data_groups'
  | 'data_mismatch';

export type CardHolder = {
  readonly personalNumber: string;
  /** With diacritics from DG13; without them, and perhaps cut, from the machine-readable zone. */
  readonly name: string;
  readonly nameFrom: 'dg13' | 'mrz';
  /** ISO date, or the year alone. */
  readonly birthdate: string;
  readonly sex: 'female' | 'male';
  readonly issued: string | undefined;
  /** ISO date; null when the card does not run out. */
  readonly expiry: string | null;
  readonly expired: boolean;
};

/** Never a bare "ok": each of the four members says one thing only. */
export type ChipResult = {
  readonly authority: 'valid' | 'invalid' | 'not_done';
  readonly holder: `checked_by:${string}` | 'not_checked';
  /** `passed_unbound`: a real chip answered at some time. `passed` needs a challenge of ours, which no reader takes today. */
  readonly chipAuth: 'passed' | 'passed_unbound' | 'failed' | 'not_done';
} & (
  | {
      readonly status: 'valid';
      readonly card: CardHolder;
      /** The signed list names a key for active authentication, so this chip can answer. */
      readonly canAnswer: boolean;
      /** SHA-256 of the trust anchor. */
      readonly anchor: string;
    }
  | { readonly status: 'invalid'; readonly reason: ChipInvalid }
  | { readonly status: 'not_verified'; readonly reason: 'no_trust_anchor' | 'no_sod' }
  | { readonly status: 'error'; readonly reason: 'malformed' }
);

const GROUPS = [1, 2, 13, 14, 15] as const;
const NOTHING = { authority: 'not_done', holder: 'not_checked', chipAuth: 'not_done' } as const;

/** `claimed`: the personal number the sender says it is, where there is one. Never throws for what a sender does. */
export function verifyChip(
  { files, trust, claimed }: { files: ChipFiles; trust: CardTrust; claimed?: string | undefined },
  now: Date,
): ChipResult {
  if (files.sod === undefined) return { ...NOTHING, status: 'not_verified', reason: 'no_sod' };
  try {
    return verified(files, files.sod, trust, claimed, now);
  } catch (error) {
    if (error instanceof Malformed) return { ...NOTHING, status: 'error', reason: 'malformed' };
    throw error;
  }
}

function verified(
  files: ChipFiles,
  sod: Buffer,
  trust: CardTrust,
  claimed: string | undefined,
  now: Date,
): ChipResult {
  const invalid = (reason: ChipInvalid): ChipResult => ({ ...NOTHING, status: 'invalid', reason });
  const object = checkSecurityObject(sod);
  if (typeof object === 'string') return invalid(object);
  if (trust.anchors.length === 0) return { ...NOTHING, status: 'not_verified', reason: 'no_trust_anchor' };
  const anchor = anchorFor(object.signer, trust);
  if (anchor === undefined) return invalid('no_trusted_csca');
  const fault = chainFault(object.signer, anchor, files.dg1, now) ?? groupFault(files, object);
  if (fault !== undefined) return invalid(fault);

  const card = cardIn(files, claimed, now);
  if (card === undefined) return invalid('data_mismatch');
  const { challenge, aAResult, dg14, dg15 } = files;
  const answered = dg15 !== undefined && challenge !== undefined && aAResult !== undefined;
  const chipAuth = !answered ? 'not_done' : isAnsweredByChip({ dg15, dg14, challenge, aAResult }) ? 'passed_unbound' : 'failed'; // prettier-ignore
  return {
    ...NOTHING,
    status: 'valid',
    chipAuth,
    card,
    canAnswer: object.groups.has(15),
    anchor: anchor.sha256,
  };
}

const anchorFor = (signer: ChipCertificate, { anchors }: CardTrust) =>
  anchors.find(
    ({ certificate }) => certificate.subject.equals(signer.issuer) && isSignedBy(signer, certificate),
  );

function chainFault(
  signer: ChipCertificate,
  { certificate: authority }: TrustAnchor,
  dg1: Buffer | undefined,
  now: Date,
): ChipInvalid | undefined {
  if (!authority.isCa) return 'csca_not_ca';
  if (![signer, authority].every(({ from, to }) => from <= now && now <= to)) return 'dsc_validity';
  // A foreign authority, pinned for whatever reason, must not vouch for a Vietnamese card.
  const countries = [authority.subjectCountry, signer.issuerCountry, signer.subjectCountry];
  if (!countries.every(isVietnam)) return 'country_mismatch';
  return dg1 !== undefined && zoneIn(dg1).slice(2, 5) !== 'VNM' ? 'country_mismatch' : undefined;
}

function groupFault(files: ChipFiles, { digest, groups }: SecurityObject): ChipInvalid | undefined {
  for (const group of GROUPS) {
    const file = files[`dg${group}`];
    if (file === undefined) continue;
    if (groups.get(group)?.equals(hashOf(digest, file)) !== true) return `dg${group}_hash`;
  }
  return files.dg1 === undefined ? 'no_data_groups' : undefined;
}

// DG1: 61 { 5F1F { 90 characters } }
const zoneIn = (dg1: Buffer) => readWhole(readWhole(dg1, 0x61).value, 0x5f1f).value.toString('latin1');

function cardIn(files: ChipFiles, claimed: string | undefined, now: Date): CardHolder | undefined {
  const zone = files.dg1 === undefined ? '' : zoneIn(files.dg1);
  const mrz: MrzReading = readMrz(zone, now);
  if (!mrz.ok) return undefined;
  const data: VietnameseData = files.dg13 === undefined ? {} : readVietnameseData(files.dg13);
  if (data.personalNumber !== undefined && data.personalNumber !== mrz.personalNumber) return undefined;
  if (claimed !== undefined && claimed !== mrz.personalNumber) return undefined;
  // A zone that knows only the year says nothing about the day.
  if (data.birthdate !== undefined && !data.birthdate.startsWith(mrz.birthdate)) return undefined;
  const inZone = `${mrz.surname} ${mrz.given}`.trim();
  return {
    personalNumber: mrz.personalNumber,
    name: data.name ?? inZone,
    nameFrom: data.name === undefined ? 'mrz' : 'dg13',
    birthdate: mrz.birthdate,
    sex: mrz.sex,
    issued: data.issued,
    expiry: mrz.expiry,
    expired: mrz.expired,
  };
}
