// The watermark feed (protocol design 12). A service asks with a token of its own and sees the
// entries of its own audience.

import { hash } from 'node:crypto';
import Router from '@koa/router';
import { watermarksFor } from '../accounts/watermark.ts';
import type { Guard } from '../packages/guard/guard.ts';
import { apiCaller } from './api-caller.ts';
import type { Site } from './site.ts';

export function revocationRoutes(site: Site, guard: Guard): Router {
  const router = new Router();
  router.get('/revocations', async (ctx) => {
    const caller = await apiCaller(site, guard, ctx, 'tn.revocations');
    if (caller === undefined) return;
    const now = site.clock();
    const entries = await watermarksFor(site.db, caller.service, now);
    const etag = `"${hash('sha256', JSON.stringify(entries), 'base64url').slice(0, 22)}"`;
    ctx.set('etag', etag);
    ctx.body = { as_of: Math.floor(now.getTime() / 1000), entries };
  });
  return router;
}
