// Tag-length-value as chips and certificates use it (ITU-T X.690). What is read here came from a
// stranger: depth, number of elements and sizes are bounded before anything else looks at the bytes.

/** Not the bytes of a card. Never leaves cards/: verify.ts turns it into a result. */
export class Malformed extends Error {}

export type Tlv = {
  /** All bytes of the tag: 0x30, 0x5f1f. */
  readonly tag: number;
  readonly constructed: boolean;
  readonly value: Buffer;
  /** Header and value. */
  readonly bytes: Buffer;
};

/** @throws Malformed for anything cut, of indefinite length, or with a header no card needs */
export function readTlv(bytes: Buffer): Tlv {
  const first = byteAt(bytes, 0);
  let tag = first;
  let at = 1;
  if ((first & 0x1f) === 0x1f) {
    do {
      if (at > 2) throw new Malformed('a long tag');
      tag = tag * 256 + byteAt(bytes, at);
      at += 1;
    } while ((tag & 0x80) !== 0);
  }
  let length = byteAt(bytes, at);
  at += 1;
  if (length === 0x80 || length > 0x83) throw new Malformed('a length no card needs');
  if (length > 0x80) {
    const count = length & 0x7f;
    length = 0;
    for (let i = 0; i < count; i += 1, at += 1) length = length * 256 + byteAt(bytes, at);
  }
  if (bytes.length - at < length) throw new Malformed('cut short');
  return {
    tag,
    constructed: (first & 0x20) !== 0,
    value: bytes.subarray(at, at + length),
    bytes: bytes.subarray(0, at + length),
  };
}

/** One element that is the whole of `bytes`. @throws Malformed */
export function readWhole(bytes: Buffer, tag: number): Tlv {
  const read = readTlv(bytes);
  if (read.tag !== tag || read.bytes.length !== bytes.length) throw new Malformed('not the element expected');
  return read;
}

/** The elements side by side in `value`, at most `most`. @throws Malformed */
export function elementsOf(value: Buffer, most = 200): Tlv[] {
  const found: Tlv[] = [];
  for (let rest = value; rest.length > 0;) {
    if (found.length >= most) throw new Malformed('too many elements');
    const one = readTlv(rest);
    found.push(one);
    rest = rest.subarray(one.bytes.length);
  }
  return found;
}

export const oidOf = (value: Buffer): string => {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of value.subarray(0, 32)) {
    number = number * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (numbers.length === 0)
      numbers.push(Math.min(2, Math.floor(number / 40)), number - 40 * Math.min(2, Math.floor(number / 40))); // prettier-ignore
    else numbers.push(number);
    number = 0;
  }
  return numbers.join('.');
};

const MOST_BYTES = 64 * 1024;
const MOST_ELEMENTS = 1_500;
const MOST_DEPTH = 24;
// Of one element that holds no others. asn1js turns integers and object identifiers into decimal text,
// which costs the square of their length. Not less than a signature is long: one of random bytes may
// look like either.
const MOST_IN: Readonly<Record<number, number>> = { 0x02: 1_100, 0x06: 1_100 };
const MOST_IN_OTHERS = 16 * 1024;

class Overrun extends Malformed {}

/**
 * Walks the whole tree once and refuses what a security object or certificate never is. asn1js also
 * tries to read what lies in octet and bit strings, so that counts here, too.
 * @throws Malformed
 */
export function refuseUnbounded(bytes: Buffer): void {
  if (bytes.length > MOST_BYTES) throw new Overrun('too large');
  let elements = 0;
  const walk = (value: Buffer, depth: number): void => {
    if (depth > MOST_DEPTH) throw new Overrun('too deep');
    for (let rest = value; rest.length > 0;) {
      const one = readTlv(rest);
      elements += 1;
      if (elements > MOST_ELEMENTS) throw new Overrun('too many elements');
      if (one.constructed) walk(one.value, depth + 1);
      else {
        if (one.value.length > (MOST_IN[one.tag] ?? MOST_IN_OTHERS)) throw new Overrun('a large element');
        if (one.tag === 0x04) glance(one.value, depth + 1);
        else if (one.tag === 0x03) glance(one.value.subarray(1), depth + 1);
      }
      rest = rest.subarray(one.bytes.length);
    }
  };
  // A string that is no TLV inside is only a string, but what was counted stays counted.
  const glance = (value: Buffer, depth: number): void => {
    try {
      walk(value, depth);
    } catch (error) {
      if (error instanceof Overrun || !(error instanceof Malformed)) throw error;
    }
  };
  walk(bytes, 0);
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Malformed('cut short');
  return byte;
}
