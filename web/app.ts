// The whole site as one Koa application: the provider, with the pages' routes before its own.

import Router from '@koa/router';
import type { Middleware } from 'koa';
import { challengeEndpoint } from '../provider/challenge/endpoint.ts';
import type { BrokerProvider } from '../provider/provider.ts';
import { accountRoutes } from './account.ts';
import { backToAppRoutes } from './back-to-app.ts';
import { browserLegRoutes } from './browser-leg.ts';
import { catalogueApprovalRoutes } from './catalogue-approvals.ts';
import { catalogueRoutes } from './catalogue.ts';
import { counterCaseRoutes } from './counter-cases.ts';
import { counterRoutes } from './counter.ts';
import { decisionRoutes } from './decisions.ts';
import type { OwnGuards } from './own-guards.ts';
import { ownResourceRoutes } from './own-resource.ts';
import { deviceRoutes } from './devices.ts';
import { deliveryRoutes } from './delivery.ts';
import { errorPages } from './errors.ts';
import { evaluationRoutes } from './evaluation.ts';
import { guardianRoutes } from './guardians.ts';
import { interactionRoutes } from './interaction.ts';
import { meRequestRoutes } from './me-requests.ts';
import { meRoutes } from './me.ts';
import { meHotlineRoutes } from './me-hotline.ts';
import { notMeRoutes } from './not-me.ts';
import { passkeyRoutes } from './passkeys.ts';
import { publicRoutes } from './public.ts';
import type { Assets, SignedCatalogue } from './public.ts';
import { recoveryCodeRoutes } from './recovery-codes.ts';
import { recoveryRoutes } from './recovery.ts';
import { revocationRoutes } from './revocations.ts';
import { serviceOwnerRoutes } from './service-owner.ts';
import { signalRoutes } from './signals.ts';
import type { Site } from './site.ts';
import { staffDoorRoutes } from './staff-door.ts';
import { staffRoutes } from './staff.ts';
import { utilityRoutes } from './utilities.ts';
import { zaloEventRoutes } from './zalo-events.ts';

export type App = {
  readonly site: Site;
  readonly assets: Assets;
  readonly guards: OwnGuards;
  readonly catalogue: () => SignedCatalogue;
};

// The addresses of the protocol pass by without asking our routes.
const PROTOCOL = /^\/(?:token|par|backchannel|auth|introspect|revoke|userinfo|jwks|session)(?:\/|$)/;

/** Puts the pages into a provider. Called again for the new provider after a key rotation. */
export function mountPages(provider: BrokerProvider, { site, assets, guards, catalogue }: App): void {
  provider.use(challengeEndpoint(site));
  const guard = guards.services;
  const router = new Router();
  for (const room of [
    publicRoutes(site, assets, catalogue),
    utilityRoutes(site),
    meRoutes(site, guards),
    meRequestRoutes(site, guards),
    revocationRoutes(site, guard),
    evaluationRoutes(site, guard),
    signalRoutes(site, guard),
    decisionRoutes(site, guard),
    ownResourceRoutes(guards),
    catalogueRoutes(site),
    catalogueApprovalRoutes(site),
    serviceOwnerRoutes(site),
    interactionRoutes(site),
    browserLegRoutes(site),
    backToAppRoutes(site),
    accountRoutes(site),
    guardianRoutes(site),
    passkeyRoutes(site),
    recoveryCodeRoutes(site),
    recoveryRoutes(site),
    deliveryRoutes(site),
    zaloEventRoutes(site),
    meHotlineRoutes(site, guards),
    deviceRoutes(site),
    notMeRoutes(site),
    staffRoutes(site),
    staffDoorRoutes(site),
    counterRoutes(site),
    counterCaseRoutes(site),
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
