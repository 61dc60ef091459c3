// Express, and what speaks its middleware. Put it behind express.urlencoded(), so that a token in a
// form is seen.

import type { IncomingHttpHeaders } from 'node:http';
import type { Guard } from '../guard.ts';
import { formIn, metadataHeaders, passOrRefuse } from './passage.ts';

export { findPrincipal, principalOf } from './passage.ts';

/** The part of Express's request that is used; `principalOf(request)` says who came in. */
export type ExpressRequest = {
  readonly method: string;
  /** `url` is rewritten for mounted routers; this is what came. */
  readonly originalUrl: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body?: unknown;
};
export type ExpressResponse = {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
};
type Middleware = (
  request: ExpressRequest,
  response: ExpressResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

/** Without an action the catalogue's routes say which one it is; public routes pass. */
export function protect(guard: Guard, action?: string): Middleware {
  return async (request, response, next) => {
    const { method, originalUrl: url, headers, rawHeaders } = request;
    const form = formIn(headers['content-type'], request.body);
    const asked = { method, url, headers, rawHeaders, ...(form === undefined ? {} : { body: form }) };
    const refused = await passOrRefuse(guard, action, asked, request).catch((error: unknown) => ({ error }));
    if (refused === undefined) {
      next();
      return;
    }
    // Express 4 does not wait for promises: an error of ours must reach its error handler, not nobody.
    if ('error' in refused) {
      next(refused.error);
      return;
    }
    response.writeHead(refused.status, { ...refused.headers });
    response.end(refused.body);
  };
}

/** Serves the RFC 9728 document; for /.well-known/oauth-protected-resource. */
export function protectedResource(guard: Guard): (request: object, response: ExpressResponse) => void {
  return (_request, response) => {
    response.writeHead(200, { ...metadataHeaders });
    response.end(JSON.stringify(guard.protectedResourceMetadata()));
  };
}
