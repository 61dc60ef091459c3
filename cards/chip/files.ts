// What a reader of chips hands over: files as base64 or hexadecimal text, in the member names of
// Zalo's scanNFC (contract identity-vn.md section 9). Its encoding is not documented, so both are taken.

export type ChipFiles = {
  readonly sod?: Buffer;
  readonly com?: Buffer;
  readonly dg1?: Buffer;
  /** The face: hashed and passed to the authority, never decoded or kept. */
  readonly dg2?: Buffer;
  readonly dg13?: Buffer;
  readonly dg14?: Buffer;
  readonly dg15?: Buffer;
  /** What the device asked the chip to sign, and the chip's answer. */
  readonly challenge?: Buffer;
  readonly aAResult?: Buffer;
};

export type ChipFilesRead =
  | { readonly outcome: 'read'; readonly files: ChipFiles }
  | { readonly outcome: 'refused'; readonly reason: 'not_an_object' | 'encoding' | 'size' };

const MOST_BYTES_A_FILE = 64 * 1024;
const MOST_BYTES = 256 * 1024;
// First byte of each file (ICAO Doc 9303 part 10), which settles text that is hexadecimal and base64 at once.
const TAGS = { sod: 0x77, com: 0x60, dg1: 0x61, dg2: 0x75, dg13: 0x6d, dg14: 0x6e, dg15: 0x6f } as const;
const NAMES = ['sod', 'com', 'dg1', 'dg2', 'dg13', 'dg14', 'dg15', 'challenge', 'aAResult'] as const;
const CHALLENGE_BYTES = 8;

/** Members by name; others are dropped unread, an empty one is absent. */
export function readChipFiles(members: unknown): ChipFilesRead {
  if (typeof members !== 'object' || members === null || Array.isArray(members))
    return { outcome: 'refused', reason: 'not_an_object' };
  const files: Partial<Record<(typeof NAMES)[number], Buffer>> = {};
  let bytes = 0;
  for (const name of NAMES) {
    // Only own members: `members` was parsed from JSON of a stranger.
    const text: unknown = Object.hasOwn(members, name) ? Reflect.get(members, name) : undefined;
    if (text === undefined || text === null || text === '') continue;
    if (typeof text !== 'string') return { outcome: 'refused', reason: 'encoding' };
    if (text.length > MOST_BYTES_A_FILE * 2 + 4096) return { outcome: 'refused', reason: 'size' };
    const file = decoded(name, text);
    if (file === undefined) return { outcome: 'refused', reason: 'encoding' };
    bytes += file.length;
    if (file.length > MOST_BYTES_A_FILE || bytes > MOST_BYTES) return { outcome: 'refused', reason: 'size' };
    files[name] = file;
  }
  return { outcome: 'read', files };
}

function decoded(name: (typeof NAMES)[number], text: string): Buffer | undefined {
  const compact = text.replace(/[\r\n\t ]/g, '');
  const readings = [hexOf(compact), base64Of(compact)].filter((bytes) => bytes !== undefined);
  return readings.find((bytes) => fits(name, bytes));
}

function fits(name: (typeof NAMES)[number], bytes: Buffer): boolean {
  if (name === 'challenge') return bytes.length === CHALLENGE_BYTES;
  if (name === 'aAResult') return bytes.length >= 32;
  return bytes[0] === TAGS[name];
}

const hexOf = (text: string) =>
  text.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(text) ? Buffer.from(text, 'hex') : undefined;

function base64Of(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // Buffer.from forgives; what does not come back the same was no base64.
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes : undefined;
}
