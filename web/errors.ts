// Refusals as pages. The other table is provider/errors.ts.

import type { Context, Middleware } from 'koa';
import { Refusal } from '../errors.ts';
import type { RefusalKind } from '../errors.ts';
import { errorPage } from '../views/error.ts';
import type { ErrorKind } from '../views/error.ts';
import { render } from '../views/html.ts';
import { sessionLostPage } from '../views/leave.ts';
import { isSessionLost } from '../provider/errors.ts';
import { frameOf } from './frame.ts';
import { patternOf } from './observe.ts';
import type { Site } from './site.ts';

const STATUS: Readonly<Record<RefusalKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  throttled: 429,
  unavailable: 503,
};

/** Turns whatever a page route throws into a page with a reference number, and logs the truth under it. */
export function errorPages(site: Site): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) throw new Refusal('missing', 'no such page');
    } catch (error) {
      if (isSessionLost(error)) return showLost(ctx, site);
      if (error instanceof Refusal) {
        ctx.status = STATUS[error.kind];
        const wait = error.retryAfterSeconds ?? (error.kind === 'unavailable' ? 5 : undefined);
        if (wait !== undefined) ctx.set('retry-after', String(wait));
        site.log(error.kind === 'unavailable' ? 'warn' : 'info', 'page.refused', {
          kind: error.kind,
          reason: error.reason,
          path: patternOf(ctx.path),
          reference: ctx.state['reference'],
        });
        showError(ctx, site, error.kind);
        return;
      }
      ctx.status = 500;
      const stack = error instanceof Error ? error.stack : String(error);
      site.log('error', 'page.failed', {
        path: patternOf(ctx.path),
        reference: ctx.state['reference'],
        stack,
      });
      site.count('server_error', {});
      showError(ctx, site, 'failed');
    }
  };
}

// Nothing is resumed without the cookie: whoever sent this link may be somebody else.
function showLost(ctx: Context, site: Site): void {
  ctx.status = 400;
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  ctx.body = render(sessionLostPage({ page: frameOf(ctx, site, { home: true, switchable: false }) }));
}

function showError(ctx: Context, site: Site, kind: ErrorKind): void {
  ctx.set('cache-control', 'no-store');
  const reference = String(ctx.state['reference'] ?? '');
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.body = { error: kind, reference };
    return;
  }
  ctx.type = 'html';
  // A page that failed on a POST cannot be asked for again by a link.
  const retryHref = ctx.method === 'GET' && kind === 'unavailable' ? ctx.url : undefined;
  ctx.body = render(
    errorPage({ page: frameOf(ctx, site, { home: true, switchable: false }), kind, reference, retryHref }),
  );
}
