// Reads a posted form: small, urlencoded, no doubled fields.

import type { Context } from 'koa';
import { Refusal } from '../errors.ts';

const MOST_BYTES = 16_384;
const MOST_FIELDS = 100;

/** @throws Refusal invalid for another type, too many bytes, doubled or too many fields */
export async function readForm(ctx: Context): Promise<ReadonlyMap<string, string>> {
  if (ctx.is('application/x-www-form-urlencoded') === false)
    throw new Refusal('invalid', 'not a form', { reason: 'type' });
  const chunks: Buffer[] = [];
  let size = 0;
  // An IncomingMessage without an encoding yields buffers.
  for await (const bytes of ctx.req as AsyncIterable<Buffer>) {
    size += bytes.length;
    if (size > MOST_BYTES) throw new Refusal('invalid', 'the form is too large', { reason: 'size' });
    chunks.push(bytes);
  }
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString('utf8'))) {
    if (fields.has(name)) throw new Refusal('invalid', 'a field came twice', { reason: 'doubled' });
    if (fields.size >= MOST_FIELDS) throw new Refusal('invalid', 'too many fields', { reason: 'fields' });
    fields.set(name, value);
  }
  return fields;
}
