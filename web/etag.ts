// ctx.fresh will not do: fetch() sends `cache-control: no-cache` beside every If-None-Match, Koa then
// answers with everything, and no service of ours would ever hear 304. That header speaks to caches
// on the way; a validation by the origin is what it asks for (RFC 9111 §5.2.1.4).

import type { Context } from 'koa';

/** Names the answer; 304 when the client holds it (RFC 9110 §13.1.2). @returns whether that was all */
export function isHeld(ctx: Context, etag: string): boolean {
  ctx.set('etag', etag);
  const held = ctx.get('if-none-match').split(',').map((one) => one.trim().replace(/^W\//, '')); // prettier-ignore
  if (!held.includes(etag) && !held.includes('*')) return false;
  ctx.status = 304;
  return true;
}
