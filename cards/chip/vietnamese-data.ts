// DG13, the data a Vietnamese card adds: numbered texts somewhere in a tree whose wrapper is known from
// one source only, so the tree is walked (contract identity-vn.md section 8). Six fields are taken.
// The others hold ethnicity, religion, parents and spouse: they are dropped here, unread.

import { isoDate } from '../calendar.ts';
import { Malformed, elementsOf, readWhole } from './tlv.ts';
import type { Tlv } from './tlv.ts';

export type VietnameseData = {
  readonly personalNumber?: string | undefined;
  readonly name?: string | undefined;
  readonly birthdate?: string | undefined;
  readonly sex?: string | undefined;
  readonly issued?: string | undefined;
  readonly expiry?: string | undefined;
};

const FIELDS: ReadonlyMap<number, keyof VietnameseData> = new Map([
  [1, 'personalNumber'],
  [2, 'name'],
  [3, 'birthdate'],
  [4, 'sex'],
  [11, 'issued'],
  [12, 'expiry'],
] as const);
const MOST_BYTES = 8 * 1024;
const MOST_DEPTH = 6;
const UTF8_STRING = 0x0c;

/** Dates come back as ISO dates; one that is no date (a card without an end) is absent. @throws Malformed */
export function readVietnameseData(dg13: Buffer): VietnameseData {
  if (dg13.length > MOST_BYTES) throw new Malformed('a large DG13');
  const found: { -readonly [Field in keyof VietnameseData]: VietnameseData[Field] } = {};
  let elements = 0;
  const walk = (value: Buffer, depth: number): void => {
    if (depth > MOST_DEPTH) throw new Malformed('a deep DG13');
    const children = elementsOf(value, 64);
    elements += children.length;
    if (elements > 200) throw new Malformed('a DG13 of many elements');
    const field = fieldOf(children);
    if (field !== undefined) {
      const [name, text] = field;
      if (found[name] !== undefined) throw new Malformed('a field twice');
      found[name] = text;
    } else for (const child of children) if (child.constructed) walk(child.value, depth + 1);
  };
  walk(readWhole(dg13, 0x6d).value, 0);
  return { ...found, birthdate: dateIn(found.birthdate), issued: dateIn(found.issued), expiry: dateIn(found.expiry) }; // prettier-ignore
}

// SEQUENCE { INTEGER n, UTF8String value }; an empty field may lack the value.
function fieldOf([number, text, ...more]: readonly Tlv[]): [keyof VietnameseData, string] | undefined {
  if (number?.tag !== 0x02 || number.value.length !== 1) return undefined;
  if (text?.tag !== UTF8_STRING || more.length > 0) return undefined;
  const name = FIELDS.get(number.value[0] ?? 0);
  return name === undefined ? undefined : [name, textIn(text.value)];
}

function textIn(value: Buffer): string {
  if (value.length > 400) throw new Malformed('a long text');
  try {
    return new TextDecoder('utf-8', { fatal: true })
      .decode(value)
      .normalize('NFC')
      .trim()
      .replace(/\s+/g, ' ');
  } catch {
    throw new Malformed('not UTF-8');
  }
}

// dd/MM/yyyy
function dateIn(text: string | undefined): string | undefined {
  const [, day, month, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text ?? '') ?? [];
  return year === undefined ? undefined : isoDate(Number(year), Number(month), Number(day));
}
