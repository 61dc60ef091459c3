// Hono, on any of its platforms.

import type { Guard } from '../guard.ts';
import { protectedResource as webProtectedResource, refusalFor } from './web.ts';

export { findPrincipal, principalOf } from './passage.ts';

/** The part of Hono's context that is used; `principalOf(c)` says who came in. */
export type HonoContext = { readonly req: { readonly raw: Request } };

/** Without an action the catalogue's routes say which one it is; public routes pass. */
export function protect(
  guard: Guard,
  action?: string,
): (c: HonoContext, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (c, next) => {
    const refused = await refusalFor(guard, c.req.raw, action, c);
    if (refused !== undefined) return refused;
    await next();
    return undefined;
  };
}

/** Serves the RFC 9728 document; for /.well-known/oauth-protected-resource. */
export function protectedResource(guard: Guard): () => Response {
  return webProtectedResource(guard);
}
