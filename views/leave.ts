// The pages at the end of a visit: signing out, and a window that has lost its visit.

import { hidden } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type SignedOutModel = { readonly page: PageFrame; readonly homeHref?: string | undefined };

export function signedOutPage({ page, homeHref }: SignedOutModel): Html {
  const words = wordsOf(page.lang).leave;
  return layout(
    { ...page, title: words.signedOutTitle },
    html`<div class="done"><h1>${words.signedOutTitle}</h1>
<p>${words.signedOutText}</p></div>
${homeHref && html`<div class="actions"><a class="button quiet" href="${homeHref}">${words.home}</a></div>`}`,
  );
}

export type LogoutConfirmModel = {
  readonly page: PageFrame;
  /** The address of oidc-provider's own form; `hidden` holds its `xsrf`. */
  readonly formHtmlAction: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly clientName?: string | undefined;
};

export function logoutConfirmPage(model: LogoutConfirmModel): Html {
  const words = wordsOf(model.page.lang).leave;
  // Any value of `logout` ends the session (oidc-provider end_session), so "no" must not send one.
  return layout(
    { ...model.page, title: words.confirmTitle },
    html`<h1>${words.confirmTitle}</h1>
<p class="lead">${model.clientName ? words.confirmText(model.clientName) : words.confirmTextPlain}</p>
<form method="post" action="${model.formHtmlAction}">
${model.hidden.map(({ name, value }) => hidden(name, value))}
<div class="actions">
<button class="button" type="submit" name="logout" value="yes">${words.confirmYes}</button>
<button class="button quiet" type="submit">${words.confirmNo}</button>
</div>
</form>`,
  );
}

export type SessionLostModel = { readonly page: PageFrame; readonly retryHref?: string | undefined };

export function sessionLostPage({ page, retryHref }: SessionLostModel): Html {
  const words = wordsOf(page.lang).leave;
  return layout(
    { ...page, title: words.lostTitle, failed: true },
    html`<h1>${words.lostTitle}</h1>
${words.lostText.map((text) => html`<p>${text}</p>`)}
${retryHref && html`<div class="actions"><a class="button quiet" href="${retryHref}">${words.lostRetry}</a></div>`}`,
  );
}
