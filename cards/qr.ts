// The QR printed on CCCD (2021) and thẻ căn cước (2024): seven fields, then a tail whose order is not
// confirmed. It is unsigned text that anybody can print, so it fills a form and proves nothing
// (contract identity-vn.md section 6). The tail may hold the names of other people: it is counted,
// never read; nobody keeps the raw text.

import { normaliseName } from '../policies/person-name.ts';
import { crossCheckPersonalNumber, parsePersonalNumber } from '../policies/personal-number.ts';
import type { Sex } from '../policies/personal-number.ts';
import { isoDate } from './calendar.ts';

export type QrError =
  | 'field_count'
  | 'pin_format'
  | 'pin_birth_year_in_future'
  | 'old_cmnd'
  | 'name'
  | 'dob'
  | 'sex'
  | 'issue_date'
  | 'pin_vs_dob_year'
  | 'pin_vs_sex';

export type QrReading =
  | {
      readonly ok: true;
      readonly errors: readonly [];
      readonly layout: '2021' | 'extended';
      readonly personalNumber: string;
      /** The nine-digit number of the paper before; history only. */
      readonly oldCmnd: string | null;
      readonly fullName: string;
      /** ISO date. A year alone is `dob`: that person types. */
      readonly birthdate: string;
      readonly sex: Sex;
      readonly address: string;
      readonly issueDate: string;
      readonly extraFieldCount: number;
    }
  | { readonly ok: false; readonly errors: readonly QrError[] };

const STRICT_FIELDS = 7;
const SEXES: ReadonlyMap<string, Sex> = new Map([
  ['Nam', 'male'],
  ['Nữ', 'female'],
]);

/** Errors are a sorted set. `now` only tells which birth years lie in the future. */
export function readQr(text: string, now: Date): QrReading {
  const fields = text
    .normalize('NFC')
    .replace(/^\uFEFF/, '')
    .trim()
    .split('|')
    .map((field) => field.trim());
  if (fields.length < STRICT_FIELDS) return { ok: false, errors: ['field_count'] };
  const [number = '', oldCmnd = '', name = '', born = '', sexWord = '', address = '', issued = ''] = fields;

  const pin = parsePersonalNumber(number, now);
  const birthdate = printedDate(born);
  const sex = SEXES.get(sexWord);
  const issueDate = printedDate(issued);
  const errors = new Set<QrError>();
  if (!pin.ok) errors.add(pin.errors[0] === 'format' ? 'pin_format' : 'pin_birth_year_in_future');
  if (!/^(?:[0-9]{9})?$/.test(oldCmnd)) errors.add('old_cmnd');
  if (name === '') errors.add('name');
  if (pin.errors[0] !== 'format') {
    for (const conflict of crossCheckPersonalNumber({ personalNumber: number, birthdate, sex })) errors.add(conflict); // prettier-ignore
  }
  if (birthdate === undefined) errors.add('dob');
  if (sex === undefined) errors.add('sex');
  if (issueDate === undefined) errors.add('issue_date');
  if (errors.size > 0 || birthdate === undefined || sex === undefined || issueDate === undefined)
    return { ok: false, errors: [...errors].sort() };
  return {
    ok: true,
    errors: [],
    layout: fields.length === STRICT_FIELDS ? '2021' : 'extended',
    personalNumber: number,
    oldCmnd: oldCmnd === '' ? null : oldCmnd,
    fullName: normaliseName(name),
    birthdate,
    sex,
    address,
    issueDate,
    extraFieldCount: fields.length - STRICT_FIELDS,
  };
}

function printedDate(text: string): string | undefined {
  const [, day, month, year] = /^([0-9]{2})([0-9]{2})([0-9]{4})$/.exec(text) ?? [];
  return isoDate(Number(year), Number(month), Number(day));
}
