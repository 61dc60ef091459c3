// Pages and documents for anybody.

import Router from '@koa/router';
import { rightsPage } from '../views/rights.ts';
import { welcomePage } from '../views/welcome.ts';
import { signedOutPage } from '../views/leave.ts';
import { cataloguePath } from '../catalogue/sign.ts';
import { isHeld } from './etag.ts';
import { frameOf } from './frame.ts';
import type { Site } from './site.ts';
import { send } from './step-page.ts';

export type SignedCatalogue = { readonly jws: string; readonly etag: string };
export type Assets = { readonly stylesheet: { readonly path: string; readonly bytes: Buffer } };

export function publicRoutes(site: Site, assets: Assets, catalogue: () => SignedCatalogue): Router {
  const router = new Router();
  const frame = (ctx: Parameters<typeof frameOf>[0]) => frameOf(ctx, site, { home: true });

  router.get('/', (ctx) =>
    send(ctx, welcomePage({ page: frame(ctx), accountHref: '/toi', catalogueHref: '/catalogue' })),
  );
  router.get('/quyen-cua-ban', (ctx) => send(ctx, rightsPage({ page: frame(ctx) })));
  router.get('/da-dang-xuat', (ctx) => send(ctx, signedOutPage({ page: frame(ctx), homeHref: '/' })));

  router.get(assets.stylesheet.path, (ctx) => {
    ctx.set('cache-control', 'public, max-age=31536000, immutable');
    ctx.type = 'text/css; charset=utf-8';
    ctx.body = assets.stylesheet.bytes;
  });

  router.get(cataloguePath, (ctx) => {
    const { jws, etag } = catalogue();
    ctx.set('cache-control', 'public, max-age=60');
    if (isHeld(ctx, etag)) return;
    ctx.type = 'application/jose';
    ctx.body = jws;
  });
  return router;
}
