// What Zalo puts on the wire (contract §§1-3), and how a body becomes a value or a failure word.

import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ZaloProfile } from '../../accounts/zalo-login.ts';
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

type HttpAnswer = { readonly status: number; readonly text: string };

const text = z.string().optional().catch(undefined);

const errorFields = {
  // Usually an integer, seen quoted.
  error: z
    .union([
      z.int(),
      z
        .string()
        .regex(/^-?[0-9]{1,9}$/)
        .transform(Number),
    ])
    .optional(),
  error_name: text,
  error_description: text,
  error_reason: text,
  message: text,
  ref_doc: text,
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

const profileSchema = z.object({
  ...errorFields,
  id: z.unknown().optional(),
  name: text,
  picture: z
    .object({ data: z.object({ url: text }) })
    .optional()
    .catch(undefined),
});

// JSON.parse has already rounded a number, and null or '' linked strangers to one account
// elsewhere (Keycloak CVE-2026-82968). Zero and leading zeros are nobody's id.
const zaloIdSchema = z.string().regex(/^[1-9][0-9]{0,31}$/);

/** The access token. At this endpoint only its presence tells success. */
export function readTokenAnswer(answer: HttpAnswer): Read<string> {
  const body = readBody('access_token', answer, tokenSchema);
  if (!body.ok) return body;
  const token = body.value.access_token;
  if (token !== undefined && token !== '' && isSuccess(answer.status)) return success(token);
  return readError('access_token', answer, body.value) ?? failure('unexpected_shape');
}

export function readProfileAnswer(appId: string, answer: HttpAnswer): Read<ZaloProfile> {
  const body = readBody('me', answer, profileSchema);
  if (!body.ok) return body;
  const refused = readError('me', answer, body.value);
  if (refused !== undefined) return refused;
  const zaloId = zaloIdSchema.safeParse(body.value.id);
  if (!zaloId.success) return failure('bad_identifier');
  return success({
    appId,
    zaloId: zaloId.data,
    name: shownName(body.value.name),
    picture: webAddress(body.value.picture?.data.url),
  });
}

/** Lower-case hex HMAC-SHA256 of the token under the app secret (contract §3). */
export function appSecretProof(appSecret: string, accessToken: string): string {
  return createHmac('sha256', appSecret).update(accessToken).digest('hex');
}

function readBody<Value>(endpoint: ZaloEndpoint, answer: HttpAnswer, schema: z.ZodType<Value>): Read<Value> {
  if (answer.status >= 300 && answer.status < 400) return failure('redirected');
  const json = parseJson(answer.text);
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
function readError(
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

// The parser's message quotes the body, which may hold a token: it is not kept as a cause.
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

// Written by the person, so it may be empty, blank or endless.
function shownName(name: string | undefined): string | undefined {
  const trimmed = name?.trim() ?? '';
  return trimmed === '' ? undefined : Array.from(trimmed).slice(0, 200).join('');
}

function webAddress(url: string | undefined): string | undefined {
  if (url === undefined || url.length > 2048 || !URL.canParse(url)) return undefined;
  return /^https?:$/.test(new URL(url).protocol) ? url : undefined;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function success<Value>(value: Value): Read<Value> {
  return { ok: true, value };
}

function failure(word: ZaloFailure, words: ErrorWords = {}): Read<never> {
  return { ok: false, failure: word, words };
}
