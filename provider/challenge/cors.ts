// Which pages may read our answers to the mini app. Exact strings of the client's registration, not
// origins made of addresses: iOS Zalo says `zbrowser://h5.zdn.vn`, whose URL origin is "null". All mini
// apps of Zalo share these origins, so this identifies nobody; it keeps other web pages out.

import type { Context } from 'koa';
import type { Client } from 'oidc-provider';

const EXPOSED = 'DPoP-Nonce, WWW-Authenticate, Retry-After';

/** Like oidc-provider's endpoints: a preflight names no client yet, so it is answered for any page. */
export function answerPreflight(ctx: Context, methods: string): void {
  ctx.vary('Origin');
  if (ctx.get('origin') !== '') ctx.set('access-control-allow-origin', ctx.get('origin'));
  ctx.set('access-control-allow-methods', methods);
  ctx.set('access-control-allow-headers', ctx.get('access-control-request-headers') || 'DPoP, Content-Type');
  ctx.set('access-control-max-age', '3600');
  ctx.status = 204;
}

export function allowOrigin(ctx: Context, client: Client | undefined): void {
  ctx.vary('Origin');
  const origin = ctx.get('origin');
  const allowed = client?.['allowed_origins'];
  if (origin === '' || !Array.isArray(allowed) || !allowed.includes(origin)) return;
  ctx.set('access-control-allow-origin', origin);
  ctx.set('access-control-expose-headers', EXPOSED);
}
