// The files on a card of the sandbox, but for the signed list.

import { integer, oid, sequence, setOf, tlv, utf8 } from './der.ts';

export type Holder = {
  readonly personalNumber: string;
  readonly name: string;
  /** yyyyMMdd, or the year alone. */
  readonly birthdate: string;
  /** yyyy-MM-dd; null: does not run out. */
  readonly expires?: string | null;
  readonly issued?: string;
};

const EXPIRES = '2035-06-15';
const ISSUED = '2022-06-15';

export function machineZone(holder: Holder, issuer = 'VNM'): string {
  const { personalNumber: number, birthdate, expires = EXPIRES } = holder;
  const document = number.slice(-9);
  const optional = `${number}<<`;
  const birth = birthdate.slice(2).padEnd(6, '<');
  const expiry = expires === null ? '991231' : expires.replaceAll('-', '').slice(2);
  const sex = Number(number[3]) % 2 === 1 ? 'F' : 'M';
  const first = `ID${issuer}${document}${digit(document)}${optional}${digit(optional)}`;
  const second = `${birth}${digit(birth)}${sex}${expiry}${digit(expiry)}VNM`.padEnd(29, '<');
  const covered = first.slice(5) + second.slice(0, 7) + second.slice(8, 15) + second.slice(18, 29);
  const [family = '', ...given] = plain(holder.name).split(' ');
  return first + second + digit(covered) + `${family}<<${given.join('<')}`.padEnd(30, '<').slice(0, 30);
}

export const dg1Of = (zone: string) => tlv(0x61, tlv(0x5f1f, Buffer.from(zone)));

/** A face that nobody has: bytes that only count. */
export const dg2Of = (face: Buffer) => tlv(0x75, tlv(0x7f61, tlv(0x02, Buffer.from([1])), tlv(0x5f2e, face)));

export function dg13Of(holder: Holder, number = holder.personalNumber): Buffer {
  const { birthdate, expires = EXPIRES, issued = ISSUED } = holder;
  const birth = birthdate.length === 4 ? birthdate : slashed(`${birthdate.slice(0, 4)}-${birthdate.slice(4, 6)}-${birthdate.slice(6)}`); // prettier-ignore
  const field = (n: number, text: string) => sequence(integer(n), utf8(text));
  return tlv(
    0x6d,
    sequence(
      integer(1),
      oid('1.3.6.1.4.1.99999.13'),
      tlv(
        0x31,
        field(1, number),
        field(2, holder.name),
        field(3, birth),
        field(4, Number(number[3]) % 2 === 1 ? 'Nữ' : 'Nam'),
        field(5, 'Việt Nam'),
        // What the broker must drop: made up like the rest, and searched for in its logs and tables.
        field(6, 'DÂN TỘC THỬ'),
        field(7, 'TÔN GIÁO THỬ'),
        field(8, 'QUÊ QUÁN THỬ'),
        field(9, 'NƠI THƯỜNG TRÚ THỬ'),
        field(10, 'ĐẶC ĐIỂM THỬ'),
        field(11, slashed(issued)),
        field(12, expires === null ? 'Không thời hạn' : slashed(expires)),
        sequence(integer(13), sequence(utf8('CHA THỬ'), utf8('MẸ THỬ'))),
        sequence(integer(14)),
        field(16, ''),
      ),
    ),
  );
}

/** Names the hash of a chip's elliptic curve answers. */
export const dg14Of = (algorithm: string) =>
  tlv(0x6e, setOf(sequence(oid('2.23.136.1.1.5'), integer(1), oid(algorithm))));
export const dg15Of = (publicKey: Buffer) => tlv(0x6f, publicKey);
export const comOf = (tags: readonly number[]) =>
  tlv(
    0x60,
    tlv(0x5f01, Buffer.from('0107')),
    tlv(0x5f36, Buffer.from('040000')),
    tlv(0x5c, Buffer.from(tags)),
  );

const slashed = (date: string) => date.split('-').toReversed().join('/');

const plain = (name: string) =>
  name
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[đĐ]/g, 'D')
    .toUpperCase();

// Weights 7, 3, 1; A is 10, the filler 0 (ICAO Doc 9303 part 3).
function digit(text: string): string {
  let sum = 0;
  for (const [at, character] of text.split('').entries())
    sum += (character === '<' ? 0 : Number.parseInt(character, 36)) * ([7, 3, 1][at % 3] ?? 0);
  return String(sum % 10);
}
