import { errorSummary, leaveForm, postForm, primary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type LoginModel = {
  readonly page: PageFrame;
  readonly clientName: string;
  /** Posts `csrf` only; the answer redirects to Zalo. */
  readonly zaloAction: string;
  readonly cancelAction: string;
  /** Signing in with a recovery code. */
  readonly recoveryHref: string;
  readonly csrf: string;
  readonly error?: 'declined' | 'failed' | 'unavailable' | 'expired' | undefined;
};

export function loginPage(model: LoginModel): Html {
  const { page, csrf, error } = model;
  const words = wordsOf(page.lang).login;
  const title = words.title(model.clientName);
  return layout(
    { ...page, title, failed: error !== undefined },
    html`${error && errorSummary(page.lang, [{ field: 'zalo', message: words.errors[error] }])}
<h1>${title}</h1>
<p>${words.lead}</p>
<div id="zalo" tabindex="-1">${postForm(model.zaloAction, csrf, primary(words.button))}</div>
<section class="panel">
<h2>${words.readsTitle}</h2>
<ul>${words.reads.map((item) => html`<li>${item}</li>`)}</ul>
<p>${words.readsNot}</p>
</section>
<p><a class="row-link" href="${model.recoveryHref}">${wordsOf(page.lang).recovery.link}</a></p>
${leaveForm(model.cancelAction, csrf, words.cancel)}`,
  );
}
