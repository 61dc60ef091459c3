// What Zalo puts on the wire (contract §§1-3), and how a body becomes a value or a failure word.

import { z } from 'zod';
import { failureOfCode, type ZaloEndpoint, type ZaloFailure } from './failures.ts';

/** Zalo's own words about a failure, before they are made fit for a log. */
export type ErrorWords = {
  readonly error?: number | undefined;
  readonly errorName?: string | undefined;
  readonly errorReason?: string | undefined;
  readonly refDoc?: string | undefined;
};

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: ZaloFailure; readonly words: ErrorWords };

export type HttpAnswer = { readonly status: number; readonly text: string };

export const looseText = z.string().optional().catch(undefined);

/** Usually an integer, seen quoted. */
export const errorNumber = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^-?[0-9]{1,9}$/)
      .transform(Number),
  ])
  .optional();

export const errorFields = {
  error: errorNumber,
  error_name: looseText,
  error_description: looseText,
  error_reason: looseText,
  message: looseText,
  ref_doc: looseText,
};
const errorSchema = z.object(errorFields);

// The lifetimes (string or number, sometimes absent) and the refresh token are not read: both
// tokens are dropped after one call.
const tokenSchema = z.object({
  ...errorFields,
  // Opaque and of any length, but it must fit into a header. Empty comes with errors.
  access_token: z
    .string()
    .regex(/^[\x21-\x7e]{0,8192}$/)
    .optional(),
});

/** The access token. At this endpoint only its presence tells success. */
export function readTokenAnswer(answer: HttpAnswer): Read<string> {
  const body = readBody('access_token', answer, tokenSchema);
  if (!body.ok) return body;
  const token = body.value.access_token;
  if (token !== undefined && token !== '' && isSuccess(answer.status)) return success(token);
  return readError('access_token', answer, body.value) ?? failure('unexpected_shape');
}

export function readBody<Value>(
  endpoint: ZaloEndpoint,
  answer: HttpAnswer,
  schema: z.ZodType<Value>,
): Read<Value> {
  if (answer.status >= 300 && answer.status < 400) return failure('redirected');
  const json = jsonOrNothing(answer.text);
  if (json === undefined) {
    if (!isSuccess(answer.status)) return failure('http_error');
    return failure(answer.text.trim() === '' ? 'empty_body' : 'not_json');
  }
  const body = schema.safeParse(json);
  if (body.success) return success(body.data);
  // An error answer may be odd elsewhere; its code still says more than "unexpected shape".
  const asError = errorSchema.safeParse(json);
  const refused = asError.success ? readError(endpoint, answer, asError.data) : undefined;
  return refused ?? failure('unexpected_shape');
}

// The body is judged at any status: that of -501 is unknown (U9), other errors come with 200.
export function readError(
  endpoint: ZaloEndpoint,
  answer: HttpAnswer,
  body: z.infer<typeof errorSchema>,
): Read<never> | undefined {
  const code = body.error ?? 0;
  // Not `< 0`: Graph errors may be positive (452).
  if (code !== 0) {
    const texts = [body.message, body.error_name, body.error_description, body.error_reason];
    return failure(failureOfCode(endpoint, code, texts), {
      error: code,
      errorName: body.error_name,
      errorReason: body.error_reason,
      refDoc: body.ref_doc,
    });
  }
  return isSuccess(answer.status) ? undefined : failure('http_error');
}

/** The parser's message quotes the body, which may hold a token: it is not kept as a cause. */
export function jsonOrNothing(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

export function success<Value>(value: Value): Read<Value> {
  return { ok: true, value };
}

export function failure(word: ZaloFailure, words: ErrorWords = {}): Read<never> {
  return { ok: false, failure: word, words };
}
