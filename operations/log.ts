// The log. What must never be written is taken out here as well, behind
// the rule that nobody passes it in the first place.

import pino from 'pino';
import type { DestinationStream } from 'pino';

export type Log = (
  level: 'error' | 'warn' | 'info' | 'debug',
  event: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

// Names under which a secret or a person might come along, at any of the first three depths.
const SECRET_NAMES = [
  'authorization', 'cookie', 'set-cookie', 'dpop', 'password', 'secret', 'client_secret', 'client_assertion', 'code', 'code_verifier',
  'access_token', 'accessToken', 'refresh_token', 'refreshToken', 'id_token', 'token', 'otp', 'state', 'nonce', 'phone', 'e164', 'to',
  'personalNumber', 'personal_number', 'name', 'birthdate', 'text',
]; // prettier-ignore

export function createLog(level: string, destination?: DestinationStream): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor: '[removed]',
      },
    },
    destination ?? pino.destination({ sync: false, fd: 2 }),
  );
  return (at, event, facts = {}) => logger[at]({ event, ...cleaned(facts) });
}

// Free text may quote what a caller sent: long runs of token-like characters, twelve-digit numbers
// and phone numbers go, and so do the line ends and escapes that would forge a second line.
function cleaned(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'string' ? cleanText(member, name) : member,
    ]),
  );
}

function cleanText(text: string, name: string): string {
  const plain = text
    .replace(/(?:eyJ[\w-]+\.[\w-]*\.[\w-]*)|[A-Za-z0-9_-]{40,}/g, '[removed]')
    .replace(/(?<!\d)(?:\+?84|0)?\d{9,12}(?!\d)/g, '[number]');
  return name === 'stack' ? plain : plain.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
