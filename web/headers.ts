// Headers of every answer. No script of ours; styles only from us; forms lead only where the flow
// of this page goes, because browsers apply form-action to the redirects after a POST too.

import type { Context, Middleware } from 'koa';

export function securityHeaders(): Middleware {
  return async (ctx, next) => {
    ctx.set({
      'content-security-policy': policy([]),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
    });
    await next();
  };
}

/** Lets the forms of this page lead to these origins: the client's, Zalo's, VNeID's. */
export function allowForms(ctx: Context, origins: readonly string[]): void {
  ctx.set('content-security-policy', policy(origins));
}

/** Lets our own script files run on this page; whatever else its policy says stays. */
export function allowScript(ctx: Context): void {
  const stands = ctx.response.get('content-security-policy');
  ctx.set('content-security-policy', stands.replace(/script-src[^;]*/, "script-src 'self'"));
}

// script-src stands empty: nothing runs. oidc-provider adds the hash of its one auto-submit script
// to it on the two pages that need it.
const policy = (origins: readonly string[]) =>
  [
    "default-src 'none'",
    'script-src',
    "style-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ['form-action', "'self'", ...origins].join(' '),
  ].join('; ');
