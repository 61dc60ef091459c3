// The whole site as one Koa application: the provider, with the pages' routes before its own.

import Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Guard } from '../packages/guard/guard.ts';
import type { BrokerProvider } from '../provider/provider.ts';
import { accountRoutes } from './account.ts';
import { errorPages } from './errors.ts';
import { interactionRoutes } from './interaction.ts';
import { publicRoutes } from './public.ts';
import type { Assets, SignedCatalogue } from './public.ts';
import { revocationRoutes } from './revocations.ts';
import type { Site } from './site.ts';
import { staffRoutes } from './staff.ts';

export type App = {
  readonly site: Site;
  readonly assets: Assets;
  readonly guard: Guard;
  readonly catalogue: () => SignedCatalogue;
};

// The addresses of the protocol pass by without asking our routes.
const PROTOCOL = /^\/(?:token|par|auth|introspect|revoke|userinfo|jwks|session)(?:\/|$)/;

/** Puts the pages into a provider. Called again for the new provider after a key rotation. */
export function mountPages(provider: BrokerProvider, { site, assets, guard, catalogue }: App): void {
  const router = new Router();
  for (const room of [
    publicRoutes(site, assets, catalogue),
    revocationRoutes(site, guard),
    interactionRoutes(site),
    accountRoutes(site),
    staffRoutes(site),
  ]) {
    router.use(room.routes());
  }
  const pages = errorPages(site);
  const routes = router.routes();
  const known: Middleware = async (ctx, next) => {
    // Only our own addresses get our error pages; the rest belongs to the protocol.
    if (PROTOCOL.test(ctx.path) || router.match(ctx.path, ctx.method).route === false) await next();
    // The router adds its own members to the context.
    else await pages(ctx, async () => void (await routes(ctx as Parameters<typeof routes>[0], next)));
  };
  provider.use(known);
}
