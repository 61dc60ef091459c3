// Writes the DER of the sandbox's cards and certificates. Apart from what reads them on purpose: a
// maker that shared the reader's code would share its mistakes.

export function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const head = tag > 0xff ? [tag >> 8, tag & 0xff] : [tag];
  const length = value.length;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : length < 0x10000 ? [0x82, length >> 8, length & 0xff] : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]; // prettier-ignore
  return Buffer.concat([Buffer.from([...head, ...size]), value]);
}

export const sequence = (...parts: readonly Buffer[]) => tlv(0x30, ...parts);
/** DER orders the members of a SET OF by their bytes. */
export const setOf = (...parts: readonly Buffer[]) => tlv(0x31, ...parts.toSorted(Buffer.compare));
export const octets = (value: Buffer) => tlv(0x04, value);
export const bits = (value: Buffer) => tlv(0x03, Buffer.from([0]), value);
export const utf8 = (text: string) => tlv(0x0c, Buffer.from(text));
export const printable = (text: string) => tlv(0x13, Buffer.from(text));
export const nothing = () => tlv(0x05);
export const truth = () => tlv(0x01, Buffer.from([0xff]));
/** [n] EXPLICIT, or IMPLICIT over something constructed. */
export const context = (n: number, ...parts: readonly Buffer[]) => tlv(0xa0 + n, ...parts);

export function integer(value: number | Buffer): Buffer {
  const bytes = typeof value === 'number' ? Buffer.from(value.toString(16).padStart(value > 0xff ? 4 : 2, '0'), 'hex') : value; // prettier-ignore
  return tlv(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const digits = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return tlv(0x06, Buffer.from(bytes));
}

/** GeneralizedTime, to the second. */
export const time = (at: Date) =>
  tlv(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));
