// Who somebody says they are, by the QR of a card, the lines behind it, or typing. Read and checked
// for what can be checked without asking anybody: a slip of the finger must not cost an attempt.

import { normaliseName } from '../policies/person-name.ts';
import { crossCheckPersonalNumber, parsePersonalNumber } from '../policies/personal-number.ts';
import { dayInVietnam, isoDate } from './calendar.ts';
import { readMrz } from './mrz.ts';
import { readQr } from './qr.ts';

export type CardClaim = {
  /** 12 ASCII digits. */
  readonly personalNumber: string;
  readonly name: string;
  /** ISO date, or the year alone. */
  readonly birthdate: string;
};

/** As posted, untouched. What is filled counts in this order: QR, MRZ with the name, typed. */
export type CardFields = {
  readonly qr: string;
  readonly mrz: string;
  readonly number: string;
  readonly name: string;
  readonly day: string;
  readonly month: string;
  readonly year: string;
};

export type ClaimError =
  | 'qr_unreadable'
  /** The number in it is none, or contradicts the birth year or sex beside it. */
  | 'qr_number'
  /** Some cards show only the year, which this road does not take. */
  | 'qr_birthdate'
  | 'mrz_length'
  | 'mrz_mistyped'
  | 'mrz_foreign'
  | 'number_empty'
  | 'number_format'
  | 'number_future'
  | 'name_empty'
  | 'name_letters'
  | 'birthdate_empty'
  | 'birthdate_impossible'
  | 'birthdate_against_number';

export type ClaimReading =
  | { readonly ok: true; readonly claim: CardClaim }
  | { readonly ok: false; readonly errors: readonly ClaimError[] };

// Letters with their marks, and what stands between the parts of a name.
const NAME = /^[\p{L}\p{M}][\p{L}\p{M} .'’ʼ-]{1,99}$/u;
const MOST_CHARACTERS = 2_000;

export function readClaim(fields: CardFields, now: Date): ClaimReading {
  if (fields.qr.trim() !== '') return fromQr(fields.qr, now);
  if (fields.mrz.trim() !== '') return fromMrz(fields, now);
  return fromTyping(fields, now);
}

function fromQr(text: string, now: Date): ClaimReading {
  if (text.length > MOST_CHARACTERS) return refused('qr_unreadable');
  const qr = readQr(text, now);
  if (!qr.ok) {
    const has = (...errors: readonly string[]) => qr.errors.some((error) => errors.includes(error));
    if (has('pin_format', 'pin_birth_year_in_future', 'pin_vs_dob_year', 'pin_vs_sex')) return refused('qr_number'); // prettier-ignore
    return refused(has('dob') ? 'qr_birthdate' : 'qr_unreadable');
  }
  if (nameError(qr.fullName) !== undefined) return refused('qr_unreadable');
  return taken(qr.personalNumber, qr.fullName, qr.birthdate, now);
}

// The zone has no diacritics, and the register is compared with them: the name is typed all the same.
function fromMrz({ mrz, name }: CardFields, now: Date): ClaimReading {
  // What a phone's keyboard makes of capitals and of <<.
  const zone = mrz.slice(0, MOST_CHARACTERS).toUpperCase().replaceAll('«', '<<').replaceAll('‹', '<');
  const reading = readMrz(zone, now);
  const wrongName = nameError(name);
  const nameErrors = wrongName === undefined ? [] : [wrongName];
  if (!reading.ok) {
    const has = (...errors: readonly string[]) => reading.errors.some((error) => errors.includes(error));
    if (has('format')) return refused('mrz_length', ...nameErrors);
    return refused(has('not_idvnm', 'nationality') ? 'mrz_foreign' : 'mrz_mistyped', ...nameErrors);
  }
  if (wrongName !== undefined) return refused(wrongName);
  return taken(reading.personalNumber, name, reading.birthdate, now);
}

function fromTyping(fields: CardFields, now: Date): ClaimReading {
  // People write the number in groups of three, as it is read aloud.
  const number = fields.number.replace(/[\s.-]/g, '');
  const pin = parsePersonalNumber(number, now);
  const born = typedDate(fields);
  const errors: ClaimError[] = [];
  if (number === '') errors.push('number_empty');
  else if (!pin.ok) errors.push(pin.errors[0] === 'format' ? 'number_format' : 'number_future');
  const wrongName = nameError(fields.name);
  if (wrongName !== undefined) errors.push(wrongName);
  if ('error' in born) errors.push(born.error);
  else if (pin.ok && crossCheckPersonalNumber({ personalNumber: number, ...born }).length > 0)
    errors.push('birthdate_against_number');
  if (errors.length > 0 || 'error' in born) return { ok: false, errors };
  return taken(number, fields.name, born.birthdate, now);
}

function taken(personalNumber: string, name: string, birthdate: string, now: Date): ClaimReading {
  if (birthdate > dayInVietnam(now)) return refused('birthdate_impossible');
  return { ok: true, claim: { personalNumber, name: normaliseName(name), birthdate } };
}

function nameError(name: string): 'name_empty' | 'name_letters' | undefined {
  const normal = normaliseName(name);
  if (normal === '') return 'name_empty';
  return NAME.test(normal) ? undefined : 'name_letters';
}

// Day and month may both stay empty: some cards show only the year. One of them alone is a slip.
function typedDate({ day, month, year }: CardFields): { birthdate: string } | { error: ClaimError } {
  const [d, m, y] = [day.trim(), month.trim(), year.trim()];
  if (d === '' && m === '' && y === '') return { error: 'birthdate_empty' };
  if (!/^[12][0-9]{3}$/.test(y)) return { error: 'birthdate_impossible' };
  if (d === '' && m === '') return { birthdate: y };
  const isDay = /^[0-9]{1,2}$/.test(d) && /^[0-9]{1,2}$/.test(m);
  const birthdate = isDay ? isoDate(Number(y), Number(m), Number(d)) : undefined;
  return birthdate === undefined ? { error: 'birthdate_impossible' } : { birthdate };
}

const refused = (...errors: readonly ClaimError[]): ClaimReading => ({ ok: false, errors });
