// Whether an event was really sent by Zalo, and what it says. Pure: bytes and headers in, facts out.
// Contract zalo.md §4.5 (mini app), §5.4 and §6.4 (Official Account), U15, U20, U26.
//
// Neither scheme is an HMAC and neither names its fields, so nothing may be believed that the signed
// bytes do not fix. Replay is not stopped here: `eventKey` is for the caller to use once, for as long as
// EVENT_MAX_AGE_MS. An event may come twice in all innocence.

import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { readOaEvent, type OaEvent } from './zalo-event.ts';

/** One Official Account we listen to. The secret is the one of the webhook page, not the app's. */
export type OaIdentity = { readonly oaId: string; readonly appId: string; readonly secret: string };

export type OaVerification =
  | {
      readonly ok: true;
      readonly oaId: string;
      readonly event: OaEvent;
      readonly at: Date;
      /** Lower-case hex; the same for the same bytes. */
      readonly eventKey: string;
      /** Which variant of the signature matched (U20), for the log. */
      readonly matched: `${'app_id' | 'oa_id'}/${'body' | 'header'}`;
    }
  | { readonly ok: false; readonly reason: WebhookRefusal };

export type WebhookRefusal =
  | 'unsigned'
  | 'not_json'
  | 'no_time'
  | 'wrong_signature'
  | 'too_old'
  | 'from_the_future'
  | 'other_account';

/** Zalo repeats a delivery for up to two hours; an older description of it says twelve. */
export const EVENT_MAX_AGE_MS = 13 * 3_600_000;
const AHEAD_MS = 5 * 60_000;

const time = z.union([z.string().regex(/^\d{13}$/), z.int().min(1e12).max(9_999_999_999_999)]);
const timed = z.looseObject({ timestamp: time.optional().catch(undefined) });

/** @param given.rawBody the bytes as they came: written anew, they no longer verify */
export function verifyOaEvent(given: {
  readonly rawBody: Buffer;
  readonly headers: { readonly signature: string | undefined; readonly timestamp: string | undefined };
  readonly accounts: readonly OaIdentity[];
  readonly now: Date;
}): OaVerification {
  const signature = hexOf(given.headers.signature);
  if (signature === undefined) return refused('unsigned');
  const body = timed.safeParse(jsonOf(given.rawBody));
  if (!body.success) return refused('not_json');
  const inHeader = time.safeParse(given.headers.timestamp);
  const times = [
    ['body', body.data.timestamp],
    ['header', inHeader.success ? inHeader.data : undefined],
  ] as const;
  if (times.every(([, value]) => value === undefined)) return refused('no_time');

  for (const account of given.accounts)
    for (const first of ['app_id', 'oa_id'] as const)
      for (const [place, value] of times) {
        if (value === undefined) continue;
        const id = first === 'app_id' ? account.appId : account.oaId;
        const made = sha256(id, given.rawBody, String(value), account.secret);
        if (!timingSafeEqual(made, signature)) continue;
        return judged(given, account, new Date(Number(value)), `${first}/${place}`);
      }
  return refused('wrong_signature');
}

function judged(
  { rawBody, now }: { readonly rawBody: Buffer; readonly now: Date },
  { oaId }: OaIdentity,
  at: Date,
  matched: (OaVerification & { ok: true })['matched'],
): OaVerification {
  if (at.getTime() > now.getTime() + AHEAD_MS) return refused('from_the_future');
  if (at.getTime() < now.getTime() - EVENT_MAX_AGE_MS) return refused('too_old');
  const event = readOaEvent(jsonOf(rawBody));
  // Signed with this account's secret and yet about another account.
  if (event.oaId !== undefined && event.oaId !== oaId) return refused('other_account');
  return { ok: true, oaId, event, at, eventKey: sha256(rawBody).toString('hex'), matched };
}

const digits = z.string().regex(/^[1-9]\d{0,31}$/);
const withdrawal = z.looseObject({
  event: z.literal('user.revoke.consent'),
  appId: digits,
  userId: digits,
  // Thirteen digits exactly: values are joined without a mark between them, so that a longer time and
  // a shorter id could be read out of the same signed text.
  timestamp: z.int().min(1e12).max(9_999_999_999_999),
});
const removal = z.looseObject({
  event: z.literal('user.remove.info'),
  oa_id: digits,
  user_id_by_app: digits,
});

export type MiniAppEvent =
  | {
      readonly kind: 'consent_revoked';
      readonly miniAppId: string;
      readonly userId: string;
      readonly at: Date;
    }
  /** Whether Zalo sends it to us, and signed like this, is unknown (U15). Its answer is `{errorCode: 0}`. */
  | { readonly kind: 'info_removed'; readonly oaId: string; readonly userIdByApp: string }
  | { readonly kind: 'other'; readonly name: string | undefined };

export type MiniAppVerification =
  | { readonly ok: true; readonly event: MiniAppEvent; readonly eventKey: string }
  | { readonly ok: false; readonly reason: 'unsigned' | 'not_json' | 'wrong_signature' | 'other_account' };

/**
 * No time window: a withdrawal that comes late is still one. Whoever acts compares `at` with what the
 * citizen did since. `eventKey` is of the signed text, because the same text fits several bodies.
 */
export function verifyMiniAppEvent(given: {
  readonly rawBody: Buffer;
  readonly signature: string | undefined;
  readonly apiKey: string;
  readonly miniAppId: string;
}): MiniAppVerification {
  const signature = hexOf(given.signature);
  if (signature === undefined) return { ok: false, reason: 'unsigned' };
  const body = flatEnough(jsonOf(given.rawBody));
  if (body === undefined) return { ok: false, reason: 'not_json' };
  const content = miniAppContent(body);
  if (!timingSafeEqual(sha256(content, given.apiKey), signature))
    return { ok: false, reason: 'wrong_signature' };
  const event = miniAppEvent(body);
  if (event.kind === 'consent_revoked' && event.miniAppId !== given.miniAppId)
    return { ok: false, reason: 'other_account' };
  return { ok: true, event, eventKey: sha256(content).toString('hex') };
}

// Anybody may send it: thousands of lists within each other are read by JSON.parse, and end the stack of
// whoever goes through them.
function flatEnough(body: unknown): Readonly<Record<string, z.core.util.JSONType>> | undefined {
  try {
    return z.record(z.string(), z.json()).safeParse(body).data;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The values in the order of their keys as JavaScript sorts text: "10" comes before "2". */
export function miniAppContent(
  event: Readonly<Record<string, string | number | boolean | object | null | undefined>>,
): string {
  return Object.keys(event)
    .toSorted()
    .map((key) => {
      const value = event[key];
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    })
    .join('');
}

function miniAppEvent(body: unknown): MiniAppEvent {
  const revoked = withdrawal.safeParse(body);
  if (revoked.success) {
    const { appId, userId, timestamp } = revoked.data;
    return { kind: 'consent_revoked', miniAppId: appId, userId, at: new Date(timestamp) };
  }
  const removed = removal.safeParse(body);
  if (removed.success)
    return { kind: 'info_removed', oaId: removed.data.oa_id, userIdByApp: removed.data.user_id_by_app };
  const named = z.looseObject({ event: z.string().max(100) }).safeParse(body);
  return { kind: 'other', name: named.data?.event };
}

// `mac=` is what most get, some the bare hex, and `sha256=` was seen (U20).
function hexOf(header: string | undefined): Buffer | undefined {
  const hex = header?.trim().replace(/^(mac|sha256)=/i, '');
  return hex !== undefined && /^[0-9a-f]{64}$/i.test(hex) ? Buffer.from(hex, 'hex') : undefined;
}

function jsonOf(rawBody: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
  } catch {
    return undefined;
  }
}

function sha256(...parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

const refused = (reason: WebhookRefusal) => ({ ok: false, reason }) as const;
