// The FastCGI wire format (FastCGI Specification 1.0, sections 3.3 to 5.5), as far as an Authorizer
// needs it. Bytes in, facts out; whatever does not fit is an error, and the connection ends.

export const fcgi = {
  version: 1,
  beginRequest: 1,
  abortRequest: 2,
  endRequest: 3,
  params: 4,
  stdin: 5,
  stdout: 6,
  authorizer: 2,
  keepConnection: 1,
  requestComplete: 0,
  cannotMultiplex: 1,
  unknownRole: 3,
} as const;

export type FcgiRecord = { readonly type: number; readonly id: number; readonly content: Buffer };

const headerBytes = 8;
const maxContent = 65_535;

/** The complete records at the front, and what is left of the last one. */
export function readRecords(bytes: Buffer): {
  readonly records: readonly FcgiRecord[];
  readonly rest: Buffer;
} {
  const records: FcgiRecord[] = [];
  let at = 0;
  while (bytes.length - at >= headerBytes) {
    if (bytes[at] !== fcgi.version) throw new Error('fastcgi: not version 1');
    const length = bytes.readUInt16BE(at + 4);
    const end = at + headerBytes + length + bytes.readUInt8(at + 6);
    if (bytes.length < end) break;
    const content = bytes.subarray(at + headerBytes, at + headerBytes + length);
    records.push({ type: bytes.readUInt8(at + 1), id: bytes.readUInt16BE(at + 2), content });
    at = end;
  }
  return { records, rest: bytes.subarray(at) };
}

/** Name-value pairs. A name that comes twice is an error: which of the two counts would be a guess. */
export function readPairs(bytes: Buffer, maxPairs: number): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  let at = 0;
  const length = (): number => {
    const first = bytes.readUInt8(at);
    at += first < 0x80 ? 1 : 4;
    return first < 0x80 ? first : bytes.readUInt32BE(at - 4) & 0x7fffffff;
  };
  const slice = (count: number): string => {
    if (count > bytes.length - at) throw new Error('fastcgi: a pair is cut off');
    at += count;
    return bytes.toString('latin1', at - count, at);
  };
  while (at < bytes.length) {
    const nameLength = length();
    const valueLength = length();
    const name = slice(nameLength);
    const value = slice(valueLength);
    if (name === '' || pairs.has(name) || pairs.size >= maxPairs) throw new Error('fastcgi: bad pairs');
    pairs.set(name, value);
  }
  return pairs;
}

export function beginOf(content: Buffer): { readonly role: number; readonly keeps: boolean } {
  if (content.length !== 8) throw new Error('fastcgi: bad begin');
  return { role: content.readUInt16BE(0), keeps: (content.readUInt8(2) & fcgi.keepConnection) !== 0 };
}

export function stdoutRecords(id: number, output: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < output.length; at += maxContent)
    records.push(record(fcgi.stdout, id, output.subarray(at, at + maxContent)));
  return [...records, record(fcgi.stdout, id, Buffer.alloc(0))];
}

export function endRecord(id: number, protocolStatus: number): Buffer {
  return record(fcgi.endRequest, id, Buffer.from([0, 0, 0, 0, protocolStatus, 0, 0, 0]));
}

export function record(type: number, id: number, content: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(fcgi.version, 0);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(id, 2);
  header.writeUInt16BE(content.length, 4);
  return Buffer.concat([header, content]);
}
