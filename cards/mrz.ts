// The machine-readable zone behind a Vietnamese card (ICAO 9303-5, TD1: three lines of 30). Package
// `mrz` knows the international part; here is what it lacks: the check digit over the personal number
// on line 1 (Vietnamese, not ICAO), the tie between document and personal number, and the fields under
// no check digit held against the number. Contract identity-vn.md section 7. Proves nothing by itself.

import { parse } from 'mrz';
import { birthYearOf, crossCheckPersonalNumber, isPersonalNumber, parsePersonalNumber } from '../policies/personal-number.ts'; // prettier-ignore
import type { Sex } from '../policies/personal-number.ts';
import { dayInVietnam, isoDate } from './calendar.ts';

export type MrzError =
  | 'format'
  | 'not_idvnm'
  | 'nationality'
  | 'cd_document'
  | 'cd_personal'
  | 'cd_dob'
  | 'cd_expiry'
  | 'cd_composite'
  | 'personal_format'
  | 'personal_vs_document'
  | 'pin_birth_year_in_future'
  | 'pin_vs_dob_year'
  | 'pin_vs_sex'
  | 'sex'
  | 'dob'
  | 'expiry';

export type MrzReading =
  | {
      readonly ok: true;
      readonly errors: readonly [];
      readonly personalNumber: string;
      /** The last nine digits of the personal number; what opens the chip (BAC). */
      readonly documentNumber: string;
      /** ISO date, or the year alone. */
      readonly birthdate: string;
      readonly sex: Sex;
      /** ISO date; null when the card does not run out. */
      readonly expiry: string | null;
      readonly noExpiry: boolean;
      /** The last day has passed in Việt Nam. A fact about the card, no error of the zone. */
      readonly expired: boolean;
      /** Without diacritics, and cut when long: never the name to store. */
      readonly surname: string;
      readonly given: string;
      readonly nameMayBeTruncated: boolean;
    }
  | { readonly ok: false; readonly errors: readonly MrzError[] };

const NINETY = /^[A-Z0-9<]{90}$/;
const SEXES: ReadonlyMap<string, Sex> = new Map([
  ['M', 'male'],
  ['F', 'female'],
]);
// Read as "does not run out"; not confirmed by the Ministry (contract section 7).
const NO_EXPIRY = '991231';

const ICAO_DIGITS: readonly (readonly [field: string, error: MrzError])[] = [
  ['documentNumberCheckDigit', 'cd_document'],
  ['birthDateCheckDigit', 'cd_dob'],
  ['expirationDateCheckDigit', 'cd_expiry'],
  ['compositeCheckDigit', 'cd_composite'],
];

/** White space anywhere is dropped, so three lines, one line and pasted text are the same. Errors are a sorted set. */
export function readMrz(text: string, now: Date): MrzReading {
  const zone = text.replace(/\s/g, '');
  if (!NINETY.test(zone)) return { ok: false, errors: ['format'] };
  const lines = [zone.slice(0, 30), zone.slice(30, 60), zone.slice(60)] as const;
  const [first, second, third] = lines;
  const icao = parse(lines);
  const failed = new Set(icao.details.filter(({ valid }) => !valid).map(({ field }) => field));

  const documentNumber = first.slice(5, 14);
  const optional = first.slice(15, 29);
  const number = optional.slice(0, 12);
  const isNumber = isPersonalNumber(number) && optional.endsWith('<<');
  const birthdate = dateOfBirth(second.slice(0, 6), isNumber ? number : undefined);
  const sex = SEXES.get(second.charAt(7));
  const expires = second.slice(8, 14);
  const expiry = expires === NO_EXPIRY ? null : dateOf(2000, expires);

  const errors = new Set<MrzError>();
  for (const [field, error] of ICAO_DIGITS) if ([...failed].some((one) => one === field)) errors.add(error);
  // Nine digits and their check digit; ICAO's overflow into the optional data is not used by these cards.
  if (!/^[0-9]$/.test(first.charAt(14))) errors.add('cd_document');
  if (checkDigit(optional) !== first.charAt(29)) errors.add('cd_personal');
  if (!first.startsWith('IDVNM')) errors.add('not_idvnm');
  if (second.slice(15, 18) !== 'VNM') errors.add('nationality');
  if (!isNumber) errors.add('personal_format');
  else {
    if (number.slice(3) !== documentNumber) errors.add('personal_vs_document');
    if (!parsePersonalNumber(number, now).ok) errors.add('pin_birth_year_in_future');
    for (const conflict of crossCheckPersonalNumber({ personalNumber: number, birthdate, sex })) errors.add(conflict); // prettier-ignore
  }
  if (birthdate === undefined) errors.add('dob');
  if (sex === undefined) errors.add('sex');
  if (expiry === undefined) errors.add('expiry');
  if (errors.size > 0 || birthdate === undefined || sex === undefined || expiry === undefined)
    return { ok: false, errors: [...errors].sort() };
  return {
    ok: true,
    errors: [],
    personalNumber: number,
    documentNumber,
    birthdate,
    sex,
    expiry,
    noExpiry: expiry === null,
    expired: expiry !== null && expiry < dayInVietnam(now),
    surname: icao.fields.lastName ?? '',
    given: icao.fields.firstName ?? '',
    nameMayBeTruncated: !third.endsWith('<'),
  };
}

/** ICAO 9303-3 section 4.9: weights 7, 3, 1 repeating, A = 10 … Z = 35, `<` = 0, sum modulo 10. */
export function checkDigit(text: string): string {
  const weights = [7, 3, 1];
  const sum = Array.from(text, (character, index) => {
    const value = character === '<' ? 0 : Number.parseInt(character, 36);
    return value * (weights[index % 3] ?? 0);
  }).reduce((total, part) => total + part, 0);
  return String(sum % 10);
}

// The century comes from the number, never from a pivot year: people of a hundred are alive.
function dateOfBirth(text: string, number: string | undefined): string | undefined {
  const century = number === undefined ? 2000 : Math.floor(birthYearOf(number) / 100) * 100;
  const [, year] = /^([0-9]{2})<{4}$/.exec(text) ?? [];
  return year === undefined ? dateOf(century, text) : String(century + Number(year));
}

function dateOf(century: number, text: string): string | undefined {
  const [, year, month, day] = /^([0-9]{2})([0-9]{2})([0-9]{2})$/.exec(text) ?? [];
  return isoDate(century + Number(year), Number(month), Number(day));
}
