// Upstream claims into a person: contract identity-vn.md section 1.2. Pure. Only the claims named here
// are read; userProfileUri and logoutUri hold a bearer token and are dropped with the rest, unread.

import { z } from 'zod';
import type { VneidPerson, VneidRefusalReason } from '../../assurance/vneid-sign-on.ts';
import { normaliseName } from '../../policies/person-name.ts';
import {
  crossCheckPersonalNumber,
  isPersonalNumber,
  parsePersonalNumber,
} from '../../policies/personal-number.ts';

/** Upstream names by ours. Configuration, because the hub's names are known from one integration only. */
export const claimNames = {
  techId: 'TechID',
  accountType: 'LoaiTaiKhoan',
  personalNumber: 'SoDinhDanh',
  name: 'HoVaTen',
  birthdate: 'NgayThangNamSinh',
  idp: 'loginIdp',
  ial: 'IAL',
} as const;
export type ClaimNames = { readonly [Ours in keyof typeof claimNames]: string };
export type UpstreamClaims = { readonly [Ours in keyof ClaimNames]?: unknown };
export type PersonRules = { readonly idpValues: readonly string[]; readonly minIal: number };

const CITIZEN_ACCOUNT = '1';
const LOWEST_IAL = 1;
// Absent is normal, anything unreadable counts as absent: neither must raise a level.
const textOrNumber = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined);
const shape = z.object({
  techId: z.string().min(1).max(255).optional().catch(undefined),
  accountType: textOrNumber,
  // Never a JSON number: it has lost its leading zero.
  personalNumber: z.string().optional().catch(undefined),
  name: z.string().max(200).optional().catch(undefined),
  birthdate: textOrNumber,
  idp: z.string().optional().catch(undefined),
  ial: z
    .union([
      z.int().nonnegative(),
      z
        .string()
        .regex(/^[0-9]{1,2}$/)
        .transform(Number),
    ])
    .catch(LOWEST_IAL),
});

/** Level before identity: what does not reach level 2 is not read further. */
export function readPerson(
  account: { readonly issuer: string; readonly sub: string },
  upstream: UpstreamClaims,
  rules: PersonRules,
  now: Date,
): VneidPerson | VneidRefusalReason {
  const claims = shape.parse(upstream);
  if (claims.accountType !== CITIZEN_ACCOUNT) return 'account_type';
  if (claims.idp === undefined || !rules.idpValues.includes(claims.idp)) return 'idp';
  if (claims.ial < rules.minIal) return 'ial';
  const { personalNumber } = claims;
  if (!isPersonalNumber(personalNumber)) return 'personal_number';
  const name = readName(claims.name);
  if (name === undefined) return 'name';
  const birthdate = readBirthdate(claims.birthdate);
  if (birthdate === undefined) return 'birthdate';
  const { errors, warnings } = parsePersonalNumber(personalNumber, now);
  return {
    issuer: account.issuer,
    upstreamSub: account.sub,
    upstreamTechId: claims.techId,
    personalNumber,
    name,
    birthdate,
    ial: claims.ial,
    warnings: [...errors, ...warnings, ...crossCheckPersonalNumber({ personalNumber, birthdate })],
  };
}

// At least one letter; no control or invisible direction characters, which would lie on a page.
function readName(name: string | undefined): string | undefined {
  const normal = normaliseName(name ?? '');
  return /\p{L}/u.test(normal) && !/[\p{Cc}\p{Cf}]/u.test(normal) ? normal : undefined;
}

// yyyyMMdd to an ISO date that exists, or the year alone.
function readBirthdate(text: string | undefined): string | undefined {
  const [, year, month, day] = /^([12][0-9]{3})(?:([0-9]{2})([0-9]{2}))?$/.exec(text ?? '') ?? [];
  if (year === undefined || month === undefined) return year;
  const iso = `${year}-${month}-${day}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined;
}
