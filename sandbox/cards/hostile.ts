// What somebody who wants the verifier to work hard would send in place of a security object. Kept
// with the cards, so that the tests and the bench send the same.

import { context, nothing, octets, oid, sequence, setOf, tlv } from './der.ts';

/** `bytes`: about how large each should be. */
export function hostileObjects(bytes: number): readonly (readonly [what: string, sod: Buffer])[] {
  const wrapped = (content: Buffer) => tlv(0x77, sequence(oid('1.2.840.113549.1.7.2'), context(0, content)));
  const several = (count: number, one: Buffer) => Buffer.concat(Array.from({ length: count }, () => one));
  const many = (one: Buffer) => several(Math.floor(bytes / one.length), one);
  return [
    ['nothing but nulls', wrapped(sequence(many(nothing())))],
    ['empty sequences', wrapped(sequence(many(sequence())))],
    ['object identifiers', wrapped(sequence(many(oid('2.16.840.1.101.3.4.2.1'))))],
    ['one huge object identifier', wrapped(sequence(tlv(0x06, Buffer.alloc(bytes, 0xff))))],
    ['one huge integer', wrapped(sequence(tlv(0x02, Buffer.alloc(bytes, 0x7f))))],
    ['sets in a set', wrapped(setOf(many(sequence(nothing()))))],
    ['a string of little strings', wrapped(sequence(octets(many(octets(nothing())))))],
    ['bits that look like elements', wrapped(sequence(tlv(0x03, Buffer.from([0]), many(nothing()))))],
    [
      'lengths that promise more',
      Buffer.concat([Buffer.from('7783ffffff', 'hex'), Buffer.alloc(bytes, 0x30)]),
    ],
    [
      'indefinite lengths',
      Buffer.concat([Buffer.from('7780', 'hex'), Buffer.alloc(bytes, Buffer.from('3080', 'hex'))]),
    ],
    ['long tags', wrapped(Buffer.alloc(bytes, 0x9f))],
    // Just inside the bounds of a reader that counts elements and measures each.
    ['a few long object identifiers', wrapped(sequence(several(50, tlv(0x06, Buffer.alloc(1_000, 0xff)))))],
    ['a few long integers', wrapped(sequence(several(50, tlv(0x02, Buffer.alloc(1_000, 0x7f)))))],
    ['a thousand little sequences', wrapped(sequence(several(1_000, sequence())))],
    ['sequences in sequences', wrapped(nested(0x30, bytes))],
    ['strings in strings', wrapped(sequence(nested(0x04, bytes)))],
  ];
}

// One element in the other, five bytes a level, written from the outside: wrapping would copy for seconds.
function nested(tag: number, bytes: number): Buffer {
  const levels = Math.floor(bytes / 5);
  const all = Buffer.alloc(levels * 5);
  for (let level = 0; level < levels; level += 1) {
    const length = (levels - level - 1) * 5;
    all.set([tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff], level * 5);
  }
  return all;
}
