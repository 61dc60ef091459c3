// What an officer scanned or typed from a card. The QR wins when there is one; its text is read and
// dropped, because its tail may name other people.

import { isoDate } from '../cards/calendar.ts';
import { readQr } from '../cards/qr.ts';
import type { CardClaim } from '../counter/facts.ts';
import { parsePersonalNumber } from '../policies/personal-number.ts';
import { normaliseName } from '../policies/person-name.ts';
import type { CardError, CardFields } from '../views/counter-card.ts';

type Form = ReadonlyMap<string, string>;
export type CardRead =
  | { readonly ok: true; readonly claim: CardClaim }
  | { readonly ok: false; readonly error: CardError };

export function readCard(form: Form, now: Date): CardRead {
  const scanned = (form.get('qr') ?? '').trim();
  if (scanned !== '') {
    const read = readQr(scanned.slice(0, 1_000), now);
    if (!read.ok) return { ok: false, error: 'qr' };
    const { personalNumber, fullName: name, birthdate } = read;
    return { ok: true, claim: { personalNumber, name, birthdate } };
  }
  const fields = typedFields(form);
  const number = parsePersonalNumber(fields.number, now);
  if (!number.ok) return { ok: false, error: 'number' };
  const name = normaliseName(fields.name);
  if (name === '' || name.length > 100 || /[\p{Cc}\p{Cs}]/u.test(name)) return { ok: false, error: 'name' };
  const birthdate = readDate(fields.birthdate);
  if (birthdate === undefined) return { ok: false, error: 'birthdate' };
  return { ok: true, claim: { personalNumber: number.personalNumber, name, birthdate } };
}

/** The fields as typed, to be shown again beside a mistake. The QR is never shown again. */
export const typedFields = (form: Form): CardFields => ({
  number: digits(form.get('number')),
  name: (form.get('name') ?? '').slice(0, 100),
  birthdate: (form.get('birthdate') ?? '').trim().slice(0, 10),
  oldNumber: digits(form.get('oldNumber')),
  paperKind: form.get('paperKind') ?? '',
  paperNumber: (form.get('paperNumber') ?? '').trim().slice(0, 100),
});

export const NO_FIELDS: CardFields = typedFields(new Map());

// 15/06/1990, 15061990 or 1990.
function readDate(typed: string): string | undefined {
  if (/^[0-9]{4}$/.test(typed)) return Number(typed) >= 1900 ? typed : undefined;
  const parts = /^([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})$/.exec(typed) ?? /^([0-9]{2})([0-9]{2})([0-9]{4})$/.exec(typed); // prettier-ignore
  if (parts === null) return undefined;
  const [, day = '', month = '', year = ''] = parts;
  return isoDate(Number(year), Number(month), Number(day));
}

function digits(typed: string | undefined): string {
  return (typed ?? '').replace(/[\s.]/g, '').slice(0, 20);
}
