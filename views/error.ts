import type { RefusalKind } from '../errors.ts';
import { factList } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

/** `failed` is our own fault: everything that is not a refusal. */
export type ErrorKind = RefusalKind | 'failed';

export type ErrorModel = {
  readonly page: PageFrame;
  readonly kind: ErrorKind;
  /** Short enough to read out over the telephone. Shown as given. */
  readonly reference: string;
  readonly retryHref?: string | undefined;
  /** Without them the words of the kind are shown. */
  readonly title?: string | undefined;
  readonly message?: string | undefined;
};

export function errorPage(model: ErrorModel): Html {
  const words = wordsOf(model.page.lang).error;
  const kind = words.kinds[model.kind];
  const title = model.title ?? kind.title;
  return layout(
    { ...model.page, title, failed: true },
    html`<h1>${title}</h1>
<p class="lead">${hotline(model.message ?? kind.message)}</p>
${model.retryHref && html`<div class="actions"><a class="button" href="${model.retryHref}">${words.retry}</a></div>`}
<section class="panel">
<p>${hotline(words.referenceText)}</p>
${factList([{ label: words.reference, value: html`<strong class="machine">${model.reference}</strong>` }])}
</section>`,
  );
}
