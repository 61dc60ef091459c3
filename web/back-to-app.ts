// /xong, the mini app's redirect address: where a sign-in ends that was begun in Zalo and went on in a
// browser. Code and state are nobody's business here, so they leave the address: the app asks anew by itself.

import Router from '@koa/router';
import { backToAppPage } from '../views/browser-leg.ts';
import { frameOf } from './frame.ts';
import type { Site } from './site.ts';
import { send } from './step-page.ts';

export function backToAppRoutes(site: Site): Router {
  const router = new Router();
  router.get('/xong', (ctx) => {
    ctx.set('cache-control', 'no-store');
    if (['code', 'state', 'error'].some((name) => ctx.query[name] !== undefined)) {
      ctx.redirect('/xong');
      ctx.status = 303;
      return;
    }
    send(ctx, backToAppPage({ page: frameOf(ctx, site), appHref: site.miniAppUrl }));
  });
  return router;
}
