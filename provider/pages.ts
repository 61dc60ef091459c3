// oidc-provider's few pages, handed to web/'s functions. The true reason of an error stays here:
// a page shows the protocol's word and a reference number.

import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { PageContext, ProviderHouse } from './house.ts';

const contextOf = (ctx: Pick<Context, 'get' | 'state'>): PageContext => ({
  acceptLanguage: ctx.get('accept-language'),
  reference: typeof ctx.state['reference'] === 'string' ? ctx.state['reference'] : '',
});

export async function renderError(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  out: { error: string },
  error: Error,
): Promise<void> {
  ctx.type = 'html';
  const lost = error instanceof errors.SessionNotFound;
  ctx.body = lost
    ? house.pages.sessionLost(contextOf(ctx))
    : house.pages.error(contextOf(ctx), { error: out.error, status: ctx.status });
}

/** The error page for a failure that reached past the library. */
export function showError(house: ProviderHouse, ctx: Context, status: number): void {
  ctx.type = 'html';
  ctx.body = house.pages.error(contextOf(ctx), { error: status === 503 ? 'temporarily_unavailable' : 'server_error', status }); // prettier-ignore
}

export async function logoutSource(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  form: string,
): Promise<void> {
  const action = /action="([^"]+)"/.exec(form)?.[1] ?? '';
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(form)?.[1] ?? '';
  ctx.type = 'html';
  ctx.body = house.pages.logout(contextOf(ctx), { action, xsrf, clientName: ctx.oidc.client?.clientName });
}

export async function postLogoutSource(house: ProviderHouse, ctx: KoaContextWithOIDC): Promise<void> {
  ctx.type = 'html';
  ctx.body = house.pages.signedOut(contextOf(ctx));
}
