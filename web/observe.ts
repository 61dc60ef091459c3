// One line and one measurement a request. Paths are logged by pattern: an interaction id or a state
// in an address would let a reader of the log continue somebody's sign-in.

import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Middleware } from 'koa';
import type { Site } from './site.ts';

const LOOKALIKE_FREE = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export function observe(site: Site): Middleware {
  return async (ctx, next) => {
    const startedAt = performance.now();
    const reference = newReference();
    ctx.state['reference'] = reference;
    ctx.set('x-request-id', reference);
    try {
      await next();
    } finally {
      const durationMs = performance.now() - startedAt;
      const route = patternOf(ctx.path);
      site.measure(ctx.method, route, ctx.status, durationMs / 1000);
      site.log('info', 'request', {
        method: ctx.method,
        route,
        status: ctx.status,
        ms: Math.round(durationMs * 10) / 10,
        reference,
      });
    }
  };
}

/** Eight letters and digits without lookalikes: read out over the telephone. */
function newReference(): string {
  return Array.from(randomBytes(8), (byte) => LOOKALIKE_FREE[byte % LOOKALIKE_FREE.length]).join('');
}

const FIXED =
  /^\/(?:|auth|par|token|introspect|revoke|userinfo|jwks|revocations|toi|toi\/ve|zalo\/ve|vneid\/ve|quyen-cua-ban|da-dang-xuat|session\/end(?:\/(?:confirm|success))?|\.well-known\/[a-z-]+)$/;

function patternOf(path: string): string {
  if (FIXED.test(path)) return path;
  const patterns: readonly [RegExp, string][] = [
    [/^\/auth\/[^/]+$/, '/auth/:uid'],
    [/^\/interaction\/[^/]+$/, '/interaction/:uid'],
    [/^\/interaction\/[^/]+\/(zalo|vneid)\/ve$/, '/interaction/:uid/$1/ve'],
    [/^\/interaction\/[^/]+\/([a-z-]{2,20})$/, '/interaction/:uid/$1'],
    [/^\/toi\/dong-y\/[^/]+$/, '/toi/dong-y/:id'],
    [/^\/nhan-vien\/loi-moi\/[^/]+$/, '/nhan-vien/loi-moi/:token'],
    [/^\/toi\/bien-nhan\/[^/]+$/, '/toi/bien-nhan/:id'],
    [/^\/assets\/.*$/, '/assets'],
  ];
  for (const [pattern, name] of patterns) if (pattern.test(path)) return path.replace(pattern, name);
  return 'other';
}
