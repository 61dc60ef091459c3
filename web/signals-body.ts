// What services send about their streams, and its bounds.

import type { Context } from 'koa';
import { z } from 'zod';
import { Refusal } from '../errors.ts';

export const PUSH = 'urn:ietf:rfc:8935';
export const POLL = 'urn:ietf:rfc:8936';

const MOST_BYTES = 262_144;

const id = z.string().max(200);
const line = z.string().regex(/^[^\p{Cc}]*$/u);
const types = z
  .array(z.string().regex(/^[\x21-\x7e]{1,300}$/))
  .min(1)
  .max(50);
const delivery = z.discriminatedUnion('method', [
  z.object({
    method: z.literal(PUSH),
    // As it stands on the wire (RFC 3986): nothing a parser would drop or turn, nothing a database refuses.
    endpoint_url: z.string().regex(/^https?:\/\/[\x21-\x5b\x5d-\x7e]+$/),
    authorization_header: z
      .string()
      .regex(/^(?:[\x21-\x7e][\x20-\x7e]*)?$/)
      .max(4_096)
      .optional(),
  }),
  z.object({ method: z.literal(POLL), endpoint_url: z.string().optional() }),
]);
const supplied = {
  delivery: delivery.optional(),
  events_requested: types.optional(),
  description: line.transform((text) => Array.from(text).slice(0, 200).join('')).optional(), // may be cut (SSF 1.0, 8.1.1)
};

export const creation = z.object(supplied);
/** PATCH and PUT: also what is ours to say, which must then be as we say it. */
export const change = z.looseObject({ stream_id: id, ...supplied });
export const status = z.object({
  stream_id: id,
  status: z.enum(['enabled', 'paused', 'disabled']),
  reason: line.max(300).optional(),
});
export const verification = z.object({ stream_id: id, state: z.string().max(1_000).optional() });
/** RFC 8936 2.4. Members we do not know are passed over. */
export const poll = z.object({
  maxEvents: z.int().min(0).optional(),
  returnImmediately: z.boolean().optional(),
  ack: z.array(id).max(1_000).optional(),
  setErrs: z
    .record(
      id,
      z.object({
        err: z.string().regex(/^[A-Za-z0-9_.:-]{1,60}$/),
        description: z.string().max(4_096).optional(),
      }),
    )
    .refine((errors) => Object.keys(errors).length <= 1_000)
    .optional(),
});

export type Creation = z.infer<typeof creation>;
export type ChangeBody = z.infer<typeof change>;

/** @throws Refusal invalid for what is too large, no JSON, or not of this shape; the reason names the place and quotes nothing */
export async function readJson<T>(ctx: Context, schema: z.ZodType<T>): Promise<T> {
  const chunks: Buffer[] = [];
  let size = 0;
  // An IncomingMessage without an encoding yields buffers.
  for await (const bytes of ctx.req as AsyncIterable<Buffer>) {
    size += bytes.length;
    if (size > MOST_BYTES) {
      ctx.set('connection', 'close'); // nobody reads the rest
      throw wrong('size');
    }
    chunks.push(bytes);
  }
  const parsed = schema.safeParse(jsonIn(Buffer.concat(chunks)));
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues[0]?.path ?? [];
  // Names of ours only: any other member name is the caller's own text.
  const named = ['stream_id', 'delivery', 'events_requested', 'description', 'status', 'reason', 'state', 'maxEvents', 'returnImmediately', 'ack', 'setErrs'].find((name) => name === first); // prettier-ignore
  throw wrong(named ?? 'body');
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw wrong('json');
  }
}

export const wrong = (reason: string) => new Refusal('invalid', 'not what was asked for', { reason });
