// Who of the services is asking one of our own endpoints. We check the token with the guard that
// services use: the broker is a service to itself.

import type { Context } from 'koa';
import type { CatalogueService } from '../catalogue/catalogue.ts';
import type { Guard } from '../packages/guard/guard.ts';
import type { ApiActionName } from '../provider/api.ts';
import type { Site } from './site.ts';

export type ApiCaller = { readonly clientId: string; readonly service: CatalogueService };

/** Undefined: refused, and the answer is written. */
export async function apiCaller(
  site: Site,
  guard: Guard,
  ctx: Context,
  action: ApiActionName,
): Promise<ApiCaller | undefined> {
  ctx.set('cache-control', 'no-store');
  const { method, url, headers, req } = ctx;
  const checked = await guard.check({ method, url, headers, rawHeaders: req.rawHeaders }, action);
  if (!checked.ok) {
    ctx.status = checked.status;
    ctx.set(checked.headers);
    ctx.body = checked.problem;
    return undefined;
  }
  const { clientId } = checked.principal;
  const client = await site.findClient(clientId);
  const service = site.catalogue.serviceById.get(client?.serviceId ?? '');
  if (service !== undefined) return { clientId, service };
  ctx.status = 403;
  ctx.type = 'application/problem+json';
  ctx.body = { type: `${site.issuer}/problems/denied`, title: 'Không được phép', status: 403 };
  return undefined;
}
