// Where Zalo and VNeID return to. The state alone says which interaction it is; the cookie of that
// interaction is checked one redirect later, so a link sent to somebody else ends in their browser
// with nothing (login fixation).

import type { Context } from 'koa';
import type { findUpstream, UpstreamProvider } from '../assurance/upstream-state.ts';
import { Refusal } from '../errors.ts';
import type { Site } from './site.ts';

const MOST_CHARACTERS = 4_096;

/** A query parameter given exactly once, within bounds. @throws Refusal invalid when doubled or oversized */
export function one(ctx: Context, name: string): string | undefined {
  const value = ctx.query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || value.length > MOST_CHARACTERS)
    throw new Refusal('invalid', 'a parameter came twice or is too long', { reason: name });
  return value;
}

export async function callbackTarget(
  site: Site,
  ctx: Context,
  provider: UpstreamProvider,
  find: typeof findUpstream,
): Promise<void> {
  ctx.set('cache-control', 'no-store');
  const state = one(ctx, 'state');
  const code = one(ctx, 'code');
  // An answer that names another issuer is a mix-up (RFC 9207); one that names none is usual upstream.
  const named = provider === 'vneid' ? one(ctx, 'iss') : undefined;
  if (named !== undefined && named !== site.vneidIssuer)
    throw new Refusal('invalid', 'the answer names another issuer', { reason: 'iss' });
  const uid = state === undefined ? undefined : await find(site.db, { provider, state }, site.clock());
  if (uid === undefined || state === undefined)
    throw new Refusal('invalid', 'unknown or used state', { reason: 'state' });
  const query = new URLSearchParams({ state, ...(code === undefined ? {} : { code }) });
  ctx.redirect(`/interaction/${uid}/${provider}/ve?${query}`);
  ctx.status = 303;
}
