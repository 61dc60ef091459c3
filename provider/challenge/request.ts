// Reads a call: urlencoded, small, nothing twice. Names nobody knows are passed over.

import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { Trouble } from './trouble.ts';

const MOST_BYTES = 16_384;
const MOST_FIELDS = 100;
const EMPTY_COUNTS: ReadonlySet<string> = new Set(['consent_purposes', 'max_age']);

const text = (most: number) => z.string().min(1).max(most).optional();
const call = z.object({
  response_type: z.literal('code'),
  client_id: z.string().min(1).max(100),
  code_challenge: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .optional(),
  code_challenge_method: z.literal('S256').optional(),
  auth_session: text(200),
  scope: text(2_000),
  resource: text(500),
  acr_values: text(1_000),
  max_age: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  prompt: z.enum(['consent', 'login']).optional(),
  ui_locales: text(100),
  subject_evidence_type: text(200),
  zalo_access_token: z
    .string()
    .regex(/^[\x21-\x7e]{1,8192}$/)
    .optional(),
  zalo_phone_token: z
    .string()
    .regex(/^[\x21-\x7e]{1,4096}$/)
    .optional(),
  device_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{22}$/)
    .optional(),
  step: text(40),
  choice: text(40),
  guided: z.enum(['yes', 'no']).optional(),
  otp: text(20),
  completion_code: text(20),
  consent: z.enum(['approve', 'deny']).optional(),
  consent_text_hash: text(100),
  consent_purposes: z.string().max(1_000).optional(),
  phone: text(40),
  card_qr: text(1_000),
  card_number: text(40),
  card_name: text(200),
  card_birthdate: text(20),
});

export type Call = z.infer<typeof call>;

/** Fields of a form as they were sent; none stands twice. */
export type Form = Readonly<Record<string, string>>;

/** @throws Trouble invalid_request */
export const readForm = async (request: IncomingMessage, contentType: string): Promise<Form> =>
  readFields(await readBody(request, MOST_BYTES), contentType);

/** @throws Trouble invalid_request */
export function callOf(form: Form): Call {
  const parsed = call.safeParse(form);
  if (!parsed.success)
    throw new Trouble('invalid_request', { detail: String(parsed.error.issues[0]?.path[0] ?? 'form') });
  const one = parsed.data;
  // PKCE stands at the beginning of a flow, with its method, and what is asked stands beside it.
  if ((one.code_challenge === undefined) !== (one.code_challenge_method === undefined))
    throw new Trouble('invalid_request', { detail: 'pkce' });
  if (one.code_challenge === undefined && one.auth_session === undefined)
    throw new Trouble('invalid_request', { detail: 'code_challenge' });
  if (one.code_challenge !== undefined && one.scope === undefined)
    throw new Trouble('invalid_request', { detail: 'scope' });
  return one;
}

/** Said beforehand, too much is refused with an answer; half read, the connection would be cut. @throws Trouble invalid_request */
export function checkLength({ headers }: IncomingMessage, mostBytes: number): void {
  if (Number(headers['content-length']) > mostBytes) throw new Trouble('invalid_request', { detail: 'size' });
}

/** @throws Trouble invalid_request when there is more */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  checkLength(request, mostBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  // An IncomingMessage without an encoding yields buffers.
  for await (const bytes of request as AsyncIterable<Buffer>) {
    size += bytes.length;
    if (size > mostBytes) throw new Trouble('invalid_request', { detail: 'size' });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function readFields(body: Buffer, contentType: string): Form {
  if (!/^application\/x-www-form-urlencoded(?:\s*;|$)/i.test(contentType))
    throw new Trouble('invalid_request', { detail: 'type' });
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    if (fields.has(name)) throw new Trouble('invalid_request', { detail: 'doubled' });
    if (fields.size >= MOST_FIELDS) throw new Trouble('invalid_request', { detail: 'fields' });
    // PostgreSQL takes none in a text.
    if (value.includes('\0')) throw new Trouble('invalid_request', { detail: 'zero byte' });
    fields.set(name, value);
  }
  // RFC 6749 3.1: a parameter without a value is treated as if it were omitted. But no purposes is an
  // answer, and an empty max_age is an odd number, here as at /par.
  return Object.fromEntries([...fields].filter(([name, value]) => value !== '' || EMPTY_COUNTS.has(name)));
}
