// Whose account the account's own API is asked about (protocol design 7: {iss}/me). The token names a
// launch of the mini app and nothing else; whose it is, and whether it still stands, is looked up at
// each call, so what was ended a moment ago is ended.

import type { Context } from 'koa';
import { z } from 'zod';
import { findLiveFamily } from '../assurance/family.ts';
import { standing } from '../assurance/level.ts';
import type { Standing } from '../assurance/level.ts';
import { Refusal } from '../errors.ts';
import type { RefusalKind } from '../errors.ts';
import type { Guard } from '../packages/guard/guard.ts';
import { allowOrigin, answerPreflight } from '../provider/challenge/cors.ts';
import { ME_ACTION, meMetadataUrl } from '../provider/own-api.ts';
import { wordsOf } from '../views/words/words.ts';
import type { Lang } from '../views/words/words.ts';
import { readJson } from './json-body.ts';
import { patternOf } from './observe.ts';
import type { Site } from './site.ts';

export type MeCaller = {
  readonly accountId: string;
  /** The launch as tokens and level facts name it. */
  readonly sessionUid: string;
  readonly clientId: string;
  readonly familyId: string;
  /** Keyed hash of the machine's number; undefined where the app keeps none. */
  readonly deviceKey: Buffer | undefined;
  /** What it proved serves no longer than this. */
  readonly endsAt: Date;
  /** What this launch has proven, now. */
  readonly stands: Standing;
  readonly lang: Lang;
};

const MOST_BYTES = 16_384;

/** Answers a route of the account's own API: `handle` returns the body, and throws Refusal for anything else. */
export function meRoute(
  site: Site,
  guard: Guard,
  handle: (ctx: Context, me: MeCaller) => Promise<object | undefined>,
): (ctx: Context) => Promise<void> {
  return async (ctx) => {
    try {
      const me = await meCaller(site, guard, ctx);
      if (me === undefined) return;
      const body = await handle(ctx, me);
      if (body === undefined) ctx.status = 204;
      else ctx.body = body;
    } catch (error) {
      answerRefusal(site, ctx, error);
    }
  };
}

/** A preflight names no client; it is answered for any page, and tells nothing. */
export function mePreflight(ctx: Context): void {
  answerPreflight(ctx, 'GET, POST, DELETE');
}

/** Undefined: refused, and the answer is written. */
export async function meCaller(site: Site, guard: Guard, ctx: Context): Promise<MeCaller | undefined> {
  ctx.set('cache-control', 'no-store');
  await letRead(site, ctx);
  const { method, url, headers, req } = ctx;
  const checked = await guard.check({ method, url, headers, rawHeaders: req.rawHeaders }, ME_ACTION);
  if (!checked.ok) {
    ctx.status = checked.status;
    ctx.set(checked.headers);
    const reference: unknown = ctx.state['reference'];
    ctx.body = { ...checked.problem, reference };
    return undefined;
  }
  const { clientId, token } = checked.principal;
  const now = site.clock();
  const sessionUid = typeof token['session'] === 'string' ? token['session'] : '';
  const family = await findLiveFamily(site.db, sessionUid, now);
  if (family === undefined || family.client_id !== clientId) return answerEnded(site, ctx);
  const stands = await standing(site.db, { sessionUid, accountId: family.account_id }, now);
  if (stands.level === 0) return answerEnded(site, ctx);
  return {
    accountId: family.account_id,
    sessionUid,
    clientId,
    familyId: family.id,
    deviceKey: family.device_key ?? undefined,
    endsAt: family.expires_at,
    stands,
    lang: langOf(ctx),
  };
}

/** The JSON body of a call, in the shape asked for. @throws Refusal invalid, with the place and no value */
export async function readMeBody<T>(ctx: Context, shape: z.ZodType<T>): Promise<T> {
  const read = await readJson(ctx, MOST_BYTES);
  if ('status' in read) throw new Refusal('invalid', read.error);
  const parsed = shape.safeParse(read.value);
  if (parsed.success) return parsed.data;
  throw new Refusal('invalid', `not as described: ${parsed.error.issues[0]?.path.join('.') || 'the body'}`);
}

/** An id of ours. @throws Refusal missing: no such thing and not yours are one answer */
export function idIn(ctx: Context, name: string): string {
  const value: unknown = (ctx['params'] as Record<string, unknown> | undefined)?.[name]; // the router's
  if (typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return value;
  throw new Refusal('missing', 'not an id of ours');
}

const STATUS: Readonly<Record<RefusalKind, { readonly status: number; readonly type: string }>> = {
  invalid: { status: 400, type: 'invalid-request' },
  unauthenticated: { status: 401, type: 'invalid-token' },
  forbidden: { status: 403, type: 'denied' },
  missing: { status: 404, type: 'missing' },
  conflict: { status: 409, type: 'changed' },
  throttled: { status: 429, type: 'slow-down' },
  unavailable: { status: 503, type: 'unavailable' },
};

function answerRefusal(site: Site, ctx: Context, error: unknown): void {
  const reference: unknown = ctx.state['reference'];
  if (!(error instanceof Refusal)) {
    const stack = error instanceof Error ? error.stack : String(error);
    site.log('error', 'page.failed', { path: patternOf(ctx.path), reference, stack });
    site.count('server_error', {});
    return problem(site, ctx, { status: 500, type: 'failed', kind: 'failed' });
  }
  const { kind, reason } = error;
  site.log(kind === 'unavailable' ? 'warn' : 'info', 'page.refused', {
    kind,
    reason,
    path: patternOf(ctx.path),
    reference,
  });
  const wait = error.retryAfterSeconds ?? (kind === 'unavailable' ? 5 : undefined);
  if (wait !== undefined) ctx.set('retry-after', String(wait));
  problem(site, ctx, { ...STATUS[kind], kind });
}

function problem(
  site: Site,
  ctx: Context,
  { status, type, kind }: { status: number; type: string; kind: RefusalKind | 'failed' },
): void {
  const lang = langOf(ctx);
  const { title, what } = wordsOf(lang).me.problems[kind];
  const reference: unknown = ctx.state['reference'];
  ctx.status = status;
  ctx.set('content-language', lang);
  ctx.body = {
    type: `${site.issuer}/problems/${type}`,
    title,
    status,
    detail: what,
    reference,
  };
  ctx.type = 'application/problem+json';
}

// As the guard words a token that was ended: the app signs in anew.
function answerEnded(site: Site, ctx: Context): undefined {
  ctx.set('www-authenticate', `DPoP error="invalid_token", error_description="ended", algs="ES256", resource_metadata="${meMetadataUrl(site.issuer)}"`); // prettier-ignore
  problem(site, ctx, { status: 401, type: 'ended', kind: 'unauthenticated' });
  return undefined;
}

const named = z.object({ client_id: z.string().max(100) });

// The page of an app must be able to read why it is refused, so its client is taken from a token that
// is not checked yet: this only says which page may read, and there are no cookies to ride on.
async function letRead(site: Site, ctx: Context): Promise<void> {
  ctx.vary('Origin');
  if (ctx.get('origin') === '') return;
  const payload = /^DPoP [\w-]{1,2000}\.([\w-]{1,8000})\./i.exec(ctx.get('authorization'))?.[1];
  if (payload === undefined) return;
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return;
  }
  const parsed = named.safeParse(claims);
  if (parsed.success) allowOrigin(ctx, await site.provider().Client.find(parsed.data.client_id));
}

const langOf = (ctx: Context): Lang => (ctx.acceptsLanguages('vi', 'en') === 'en' ? 'en' : 'vi');
