// Pages of oidc-provider itself hold a form whose answer redirects on to the client: logging out,
// and switching accounts. Browsers apply form-action to those redirects, so the client's origin is
// allowed on exactly that page.

import type { Middleware } from 'koa';

type Flow = {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly entities?: { readonly Interaction?: { readonly params?: Readonly<Record<string, unknown>> } };
};

export const allowClientForms: Middleware = async (ctx, next) => {
  await next();
  const { oidc: flow } = ctx as { oidc?: Flow }; // oidc-provider puts it on the routes of its own
  if (flow === undefined || !ctx.response.is('html')) return;
  const params = { ...flow.entities?.Interaction?.params, ...flow.params };
  const targets = [params['redirect_uri'], params['post_logout_redirect_uri']].flatMap((uri) =>
    typeof uri === 'string' ? (URL.parse(uri)?.origin ?? []) : [],
  );
  const policy = ctx.response.get('content-security-policy');
  ctx.set(
    'content-security-policy',
    policy.replace("form-action 'self'", ["form-action 'self'", ...targets].join(' ')),
  );
};
