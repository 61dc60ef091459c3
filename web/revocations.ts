// The watermark feed (protocol design 12). A service asks with a token of its own and sees the
// entries of its own audience. We check that token with the guard that services use: the broker
// is a service to itself.

import Router from '@koa/router';
import type { Context } from 'koa';
import { watermarksFor } from '../accounts/watermark.ts';
import type { Guard } from '../packages/guard/guard.ts';
import { hash } from 'node:crypto';
import type { Site } from './site.ts';

export function revocationRoutes(site: Site, guard: Guard): Router {
  const router = new Router();
  router.get('/revocations', async (ctx) => {
    ctx.set('cache-control', 'no-store');
    const checked = await guard.check(
      { method: ctx.method, url: ctx.url, headers: ctx.headers, rawHeaders: ctx.req.rawHeaders },
      'tn.revocations',
    );
    if (!checked.ok) {
      ctx.status = checked.status;
      ctx.set(checked.headers);
      ctx.body = checked.problem;
      return;
    }
    const client = await site.findClient(checked.principal.clientId);
    const service = site.catalogue.serviceById.get(client?.serviceId ?? '');
    if (service === undefined) return forbidden(ctx, site);
    const now = site.clock();
    const entries = await watermarksFor(site.db, service, now);
    const etag = `"${hash('sha256', JSON.stringify(entries), 'base64url').slice(0, 22)}"`;
    ctx.set('etag', etag);
    ctx.body = { as_of: Math.floor(now.getTime() / 1000), entries };
  });
  return router;
}

function forbidden(ctx: Context, site: Site): void {
  ctx.status = 403;
  ctx.type = 'application/problem+json';
  ctx.body = { type: `${site.issuer}/problems/denied`, title: 'Không được phép', status: 403 };
}
