// The log. What must never be written is taken out here as well, behind
// the rule that nobody passes it in the first place.

import pino from 'pino';
import type { DestinationStream } from 'pino';

export type Log = (
  level: 'error' | 'warn' | 'info' | 'debug',
  event: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

// Names under which a secret or a person might come along, at any depth. Taken out in the same walk as
// the rest: pino's own redaction cost a fifth of a token request.
const SECRET_NAMES = new Set([
  'authorization', 'cookie', 'set-cookie', 'dpop', 'password', 'secret', 'client_secret', 'client_assertion', 'code', 'code_verifier',
  'access_token', 'accessToken', 'refresh_token', 'refreshToken', 'id_token', 'token', 'otp', 'state', 'nonce', 'phone', 'e164', 'to',
  'personalNumber', 'personal_number', 'name', 'birthdate', 'text',
]); // prettier-ignore

export function createLog(level: string, destination?: DestinationStream): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Lines wait for 4 KiB or a second: one write a line was 6 % of a busy process. pino writes what
    // waits when the process ends.
    destination ?? pino.destination({ sync: false, fd: 2, minLength: 4_096, periodicFlush: 1_000 }),
  );
  return (at, event, facts = {}) => logger[at]({ event, ...cleaned(facts) });
}

// Free text may quote what a caller sent, at any depth.
function cleaned(value: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, cleanedMember(member, name, depth)]),
  );
}

const DEEPEST = 5;

function cleanedMember(member: unknown, name: string, depth: number): unknown {
  if (member !== undefined && SECRET_NAMES.has(name)) return '[removed]';
  if (typeof member === 'string') return cleanText(member, name);
  if (typeof member !== 'object' || member === null || member instanceof Date) return member;
  if (depth >= DEEPEST) return '[deep]';
  if (Array.isArray(member)) return member.map((one: unknown) => cleanedMember(one, name, depth + 1));
  if (member instanceof Error)
    return cleaned({ type: member.name, message: member.message, stack: member.stack }, depth + 1);
  return cleaned({ ...member }, depth + 1);
}

const TOKENS = /eyJ[\w-]+\.[\w-]*\.[\w-]*|[A-Za-z0-9_-]{40,}/g;
const SCHEMES = /\b(Bearer|DPoP|Basic)\s+[^\s,;"']+/gi;
const PARAMETERS = /([?&;\s]|^)(code|state|nonce|token|access_token|refresh_token|id_token|otp)=[^&\s;"']+/gi;
// Phone numbers as people write them, then personal numbers and phones as bare digits.
const PHONES = /(?<![\d.])(?:\+?84|0)(?:[ .-]?\d){9}(?!\d)/g;
const NUMBERS = /(?<![\w.])\d{9,12}(?![\w.])|(?<!\d)\d{12}(?!\d)/g;
// Six digits alone may be a one-time code. Parts of ids and times are left.
const CODES = /(?<![\w.:/-])\d{6}(?![\w:-])/g;
// Line ends, escapes and text direction marks, which would forge or hide a line.
const FORGING = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

function cleanText(text: string, name: string): string {
  const plain = text
    .replace(SCHEMES, '$1 [removed]')
    .replace(PARAMETERS, '$1$2=[removed]')
    .replace(TOKENS, '[removed]')
    .replace(PHONES, '[number]')
    .replace(NUMBERS, '[number]')
    .replace(CODES, '[number]');
  return name === 'stack' ? plain.replace(/\r\n?/g, '\n') : plain.replace(FORGING, ' ');
}
