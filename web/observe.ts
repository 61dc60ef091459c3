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
      const waitedMs: unknown = ctx.state['waitedMs'];
      site.measure(ctx.method, route, ctx.status, durationMs / 1000);
      site.log('info', 'request', {
        method: ctx.method,
        route,
        status: ctx.status,
        ms: Math.round(durationMs * 10) / 10,
        ...(typeof waitedMs === 'number' ? { waitedMs: Math.round(waitedMs * 10) / 10 } : {}),
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
  /^\/(?:|auth|authorize-challenge(?:\/chip)?|par|backchannel|token|introspect|revoke|userinfo|jwks|revocations|access\/v1\/evaluations?|decisions|ssf\/(?:jwks|streams|status|verify|poll)|tien-ich\.json|me|me\/(?:consents|reads|devices|sign-out|requests|hotline)|toi|toi\/ve|toi\/khoa(?:\/(?:them|ve))?|toi\/ma-khoi-phuc(?:\/ve)?|toi\/thiet-bi|toi\/con(?:\/ve)?|k\/da-khoa|xong|tiep\/(?:da-dung|vneid\/ve)|zalo\/ve|vneid\/ve|can-bo\/(?:dang-nhap(?:\/khoa)?|thoat|danh-muc|dich-vu|bao-mat(?:\/(?:ma|khoa|khoa\/bo))?)|counter(?:\/(?:ma|tai-khoan|doi-so|giam-ho))?|catalogue(?:\/(?:lich-su|ai-lam-duoc-gi))?|quyen-cua-ban|tin-nhan\/bao-nhan\/sms|da-dang-xuat|session\/end(?:\/(?:confirm|success))?|\.well-known\/[a-z-]+(?:\/me)?)$/;

/** For logs and measurements: an address without what only its holder may know. */
export function patternOf(path: string): string {
  if (FIXED.test(path)) return path;
  const patterns: readonly [RegExp, string][] = [
    [/^\/auth\/[^/]+$/, '/auth/:uid'],
    [/^\/interaction\/[^/]+$/, '/interaction/:uid'],
    [/^\/interaction\/[^/]+\/(zalo|vneid)\/ve$/, '/interaction/:uid/$1/ve'],
    [/^\/interaction\/[^/]+\/([a-z-]{2,20})$/, '/interaction/:uid/$1'],
    [/^\/me\/(consents|devices|receipts|requests|sessions)\/[^/]+(\/[a-z-]{2,10})?$/, '/me/$1/:id$2'],
    [/^\/toi\/dong-y\/[^/]+$/, '/toi/dong-y/:id'],
    [/^\/nhan-vien\/loi-moi\/[^/]+$/, '/nhan-vien/loi-moi/:token'],
    [/^\/toi\/khoa\/[^/]+(\/(?:ten|bo))?$/, '/toi/khoa/:id$1'],
    [/^\/toi\/bien-nhan\/[^/]+$/, '/toi/bien-nhan/:id'],
    [/^\/toi\/con\/(hoi|em)\/[^/]+$/, '/toi/con/$1/:id'],
    [/^\/toi\/con\/em\/[^/]+\/rut\/[^/]+$/, '/toi/con/em/:id/rut/:id'],
    [/^\/k\/[^/]+$/, '/k/:token'],
    [/^\/tiep\/[^/]+(\/(?:toi|khong|vneid|khoa))?$/, '/tiep/:link$1'],
    [/^\/counter\/xong\/[^/]+$/, '/counter/xong/:outcome'],
    [/^\/counter\/(yeu-cau|ho-so)\/[^/]+(\/[a-z-]{2,10})?$/, '/counter/$1/:id$2'],
    [/^\/can-bo\/danh-muc\/xong\/[^/]+$/, '/can-bo/danh-muc/xong/:outcome'],
    [/^\/can-bo\/danh-muc\/[^/]+$/, '/can-bo/danh-muc/:id'],
    [/^\/catalogue\/phien-ban\/[^/]+$/, '/catalogue/phien-ban/:number'],
    [/^\/catalogue\/[^/]+$/, '/catalogue/:code'],
    [/^\/\.well-known\/tayninh-service-catalogue\/[^/]+$/, '/.well-known/tayninh-service-catalogue/:sha256'],
    [/^\/assets\/.*$/, '/assets'],
  ];
  for (const [pattern, name] of patterns) if (pattern.test(path)) return path.replace(pattern, name);
  return 'other';
}
