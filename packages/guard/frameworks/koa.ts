// Koa. Bodies parsed before (koa-bodyparser and its kind put them on ctx.request.body) are looked at.

import type { IncomingHttpHeaders } from 'node:http';
import type { Guard } from '../guard.ts';
import { formIn, metadataHeaders, passOrRefuse } from './passage.ts';

export { findPrincipal, principalOf } from './passage.ts';

/** The part of Koa's context that is used; `principalOf(ctx)` says who came in. */
export type KoaContext = {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: IncomingHttpHeaders;
  readonly req: { readonly rawHeaders: readonly string[] };
  readonly request: object;
  status: number;
  body: unknown;
  set(headers: Record<string, string>): void;
};
type Middleware = (ctx: KoaContext, next: () => Promise<unknown>) => Promise<unknown>;

/** Without an action the catalogue's routes say which one it is; public routes pass. */
export function protect(guard: Guard, action?: string): Middleware {
  return async (ctx, next) => {
    const { method, originalUrl: url, headers } = ctx;
    const form = formIn(headers['content-type'], 'body' in ctx.request ? ctx.request.body : undefined);
    const { rawHeaders } = ctx.req;
    const asked = { method, url, headers, rawHeaders, ...(form === undefined ? {} : { body: form }) };
    const refused = await passOrRefuse(guard, action, asked, ctx);
    if (refused === undefined) return next();
    answer(ctx, refused.status, refused.headers, refused.body);
    return undefined;
  };
}

/** Serves the RFC 9728 document; for /.well-known/oauth-protected-resource. */
export function protectedResource(guard: Guard): (ctx: KoaContext) => void {
  return (ctx) => answer(ctx, 200, metadataHeaders, JSON.stringify(guard.protectedResourceMetadata()));
}

// Koa sets a type for text bodies only where none is set, so the body comes last.
function answer(
  ctx: KoaContext,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = body;
}
