// Our own endpoints as protected resources (RFC 9728), those for services and the account's own: every
// challenge of theirs points here, and a receiver of events learns its scope from it (CAEP Interoperability Profile 2.7.2).

import Router from '@koa/router';
import { metadataPath } from '../packages/guard/guard.ts';
import type { OwnGuards } from './own-guards.ts';

export function ownResourceRoutes({ services, me }: OwnGuards): Router {
  const router = new Router();
  for (const [path, guard] of [
    [metadataPath, services],
    [`${metadataPath}/me`, me],
  ] as const)
    // prettier-ignore
    router.get(path, async (ctx) => {
      await guard.route('GET', path); // reads the catalogue, where nobody asked before
      ctx.set('cache-control', 'public, max-age=300');
      ctx.set('access-control-allow-origin', '*');
      ctx.body = guard.protectedResourceMetadata();
    });
  return router;
}
