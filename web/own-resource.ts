// Our own endpoints for services as a protected resource (RFC 9728): every challenge of theirs points
// here, and a receiver of events learns its scope from it (CAEP Interoperability Profile 2.7.2).

import Router from '@koa/router';
import { metadataPath, type Guard } from '../packages/guard/guard.ts';

export function ownResourceRoutes(guard: Guard): Router {
  const router = new Router();
  router.get(metadataPath, async (ctx) => {
    await guard.route('GET', metadataPath); // reads the catalogue, where nobody asked before
    ctx.set('cache-control', 'public, max-age=300');
    ctx.set('access-control-allow-origin', '*');
    ctx.body = guard.protectedResourceMetadata();
  });
  return router;
}
