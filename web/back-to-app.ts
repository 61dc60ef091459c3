// /xong, the mini app's redirect address: where a sign-in ends that was begun in Zalo and went on in a
// browser. Code and state in the address are nobody's business here: the app asks anew by itself.

import Router from '@koa/router';
import { backToAppPage } from '../views/browser-leg.ts';
import { frameOf } from './frame.ts';
import type { Site } from './site.ts';
import { send } from './step-page.ts';

export function backToAppRoutes(site: Site): Router {
  const router = new Router();
  router.get('/xong', (ctx) => {
    ctx.set('cache-control', 'no-store');
    send(ctx, backToAppPage({ page: frameOf(ctx, site), appHref: site.miniAppUrl }));
  });
  return router;
}
