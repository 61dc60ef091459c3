// The pages oidc-provider asks for, from views/. It hands over no Koa context of ours, so language
// and frame come from what it tells.

import type { PageContext, ProviderPages } from '../provider/house.ts';
import { errorPage } from '../views/error.ts';
import type { ErrorKind } from '../views/error.ts';
import { render } from '../views/html.ts';
import type { PageFrame } from '../views/layout.ts';
import { logoutConfirmPage, sessionLostPage, signedOutPage } from '../views/leave.ts';

export function createProviderPages(site: { stylesheetHref: string; demo: boolean }): ProviderPages {
  const frame = ({ acceptLanguage }: PageContext): PageFrame => ({
    lang: /^en\b/i.test(acceptLanguage.trim()) ? 'en' : 'vi',
    stylesheet: site.stylesheetHref,
    demo: site.demo,
    homeHref: '/',
  });
  return {
    error: (context, { status }) =>
      render(errorPage({ page: frame(context), kind: kindOf(status), reference: context.reference })),
    sessionLost: (context) => render(sessionLostPage({ page: frame(context) })),
    logout: (context, { action, xsrf, clientName }) =>
      render(
        logoutConfirmPage({
          page: frame(context),
          formHtmlAction: action,
          hidden: [{ name: 'xsrf', value: xsrf }],
          clientName,
        }),
      ),
    signedOut: (context) => render(signedOutPage({ page: frame(context), homeHref: '/' })),
  };
}

function kindOf(status: number): ErrorKind {
  if (status === 503) return 'unavailable';
  if (status >= 500) return 'failed';
  return status === 404 ? 'missing' : 'invalid';
}
