// Where the library answers otherwise than the RFC's letter, the answer is put right here. Each
// function names its clause; docs/conformance.md lists them.

import type { Context, Middleware } from 'koa';

// The longest body that the library reads, and about ten times an honest request.
const LONGEST_REQUEST = 56 * 1024;

const METHODS: ReadonlyMap<string, readonly string[]> = new Map([
  ['/par', ['POST']],
  ['/backchannel', ['POST']],
  ['/token', ['POST']],
  ['/introspect', ['POST']],
  ['/revoke', ['POST']],
  ['/userinfo', ['GET', 'HEAD', 'POST']],
  ['/auth', ['GET', 'HEAD']],
  ['/session/end', ['GET', 'HEAD']],
  ['/session/end/confirm', ['POST']],
  ['/jwks', ['GET', 'HEAD']],
  ['/.well-known/openid-configuration', ['GET', 'HEAD']],
  ['/.well-known/oauth-authorization-server', ['GET', 'HEAD']],
]);

export const followTheLetter: Middleware = async (ctx, next) => {
  if (refuseLongRequest(ctx)) return;
  await next();
  refuseMethod(ctx);
  nameUnauthorizedClient(ctx);
};

// `auth` is followed by an id whose letters count.
const OURS =
  /^\/(?:auth|(?:token|par|backchannel|introspect|revoke|userinfo|jwks|session)(?:\/.*)?)(?=\/|$)/i;

/**
 * One spelling an address. The library's router takes /TOKEN and /token/ for /token, while what stands around
 * it (the transaction, even time, the pace of a desk, the end of proofs) goes by the address as it is written.
 */
export const refuseOtherSpellings: Middleware = async (ctx, next) => {
  const [ours] = OURS.exec(ctx.path) ?? [];
  const isExact = ours === undefined || (ours === ours.toLowerCase() && !ctx.path.endsWith('/'));
  if (isExact) await next();
  else answer(ctx, 404, 'unrecognized route');
};

/** RFC 9126 2.3: a pushed request over the limit is 413. The library says 400 after reading it. */
function refuseLongRequest(ctx: Context): boolean {
  if (ctx.path !== '/par' || (ctx.request.length ?? 0) <= LONGEST_REQUEST) return false;
  answer(ctx, 413, 'the request is too long');
  return true;
}

/** RFC 9126 2.3: another method than POST is 405; RFC 9110 15.5.6: with the methods there are. */
function refuseMethod(ctx: Context): void {
  const methods = METHODS.get(ctx.path);
  if (ctx.status !== 404 || methods === undefined || methods.includes(ctx.method)) return;
  answer(ctx, 405, 'the method is not allowed here');
  ctx.set('allow', methods.join(', '));
}

/** RFC 6749 5.2: a grant type that this client may not use is unauthorized_client. */
function nameUnauthorizedClient(ctx: Context): void {
  const body: unknown = ctx.body;
  if (ctx.path !== '/token' || ctx.status !== 400 || typeof body !== 'object' || body === null) return;
  if ('error_description' in body && body.error_description === 'requested grant type is not allowed for this client')
    ctx.body = { ...body, error: 'unauthorized_client' };
} // prettier-ignore

function answer(ctx: Context, status: number, description: string): void {
  ctx.status = status;
  ctx.set('cache-control', 'no-store');
  ctx.body = { error: 'invalid_request', error_description: description };
}
