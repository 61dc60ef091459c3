// The code a citizen shows at a counter: eight characters, read out or copied by hand. Letters that
// people take for digits are left out and understood all the same.

import { randomInt } from 'node:crypto';

const ALPHABET = '23456789ACDEFGHJKMNPQRTVWXY';
const LENGTH = 8;
const MEANT: Readonly<Record<string, string>> = { B: '8', S: '5', Z: '2', O: 'Q', '0': 'Q', U: 'V' };

/** 27^8 codes: with ten guesses an officer and a quarter of an hour, nobody finds one by trying. */
export const newCode = (): string =>
  Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** `K7M2-9QXD` */
export const shownCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** What the officer meant, or undefined when it cannot be a code: then it costs no guess. */
export function readCode(typed: string): string | undefined {
  const characters = typed.toUpperCase().replace(/[\s.\-–_]/gu, '');
  const code = Array.from(characters, (one) => MEANT[one] ?? one).join('');
  return code.length === LENGTH && Array.from(code).every((one) => ALPHABET.includes(one)) ? code : undefined;
}
