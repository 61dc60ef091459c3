import { errorSummary, factList, hidden, leaveForm, postForm, primary, secondary } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type ChipError = keyof Words['chip']['errors'];

export type ChipModel = {
  readonly page: PageFrame;
  /** Posts `csrf` and the file `tep`, multipart/form-data. */
  readonly action: string;
  /** Back to the choice. Posts `csrf` only. */
  readonly otherAction: string;
  readonly cancelAction: string;
  readonly csrf: string;
  readonly transactionCode?: string | undefined;
  readonly error?: ChipError | undefined;
};

export function chipPage(model: ChipModel): Html {
  const { page, csrf, error } = model;
  const words = wordsOf(page.lang).chip;
  // Trying again today, or with this card, leads nowhere: the page only shows the other ways.
  const closed = error === 'too_often' || error === 'expired' || error === 'revoked';
  const message = error && words.errors[error];
  return layout(
    { ...page, title: words.title, failed: error !== undefined },
    html`${message && errorSummary(page.lang, [{ field: closed ? 'other' : 'tep', message }])}
<h1>${words.title}</h1>
${closed ? html`<p class="lead">${hotline(words.closed)}</p>` : entry(model, message)}
<div class="actions" id="other" tabindex="-1">
${postForm(model.otherAction, csrf, closed ? primary(words.other) : secondary(words.other))}
</div>
${leaveForm(model.cancelAction, csrf, words.cancel)}`,
  );
}

function entry({ page, action, csrf, transactionCode }: ChipModel, message: string | undefined): Html {
  const words = wordsOf(page.lang).chip;
  return html`<p class="lead">${words.lead}</p>
${transactionCode !== undefined && factList([{ label: words.transaction, value: html`<strong>${transactionCode}</strong>` }])}
<section class="panel">
<h2>${words.phoneTitle}</h2>
<p>${words.phone}</p>
</section>
<h2>${words.readerTitle}</h2>
<ol>${words.steps.map((step) => html`<li>${step}</li>`)}</ol>
<form method="post" action="${action}" enctype="multipart/form-data" novalidate>
${hidden('csrf', csrf)}
<div class="${message ? 'field wrong' : 'field'}">
<label for="tep">${words.file}</label>
<p class="hint" id="tep-hint">${words.fileHint}</p>
${message && html`<p class="mistake" id="tep-error">${message}</p>`}
<input class="input file" id="tep" name="tep" type="file" accept=".json,application/json" aria-describedby="${message ? 'tep-hint tep-error' : 'tep-hint'}"${message && html` aria-invalid="true"`}>
</div>
<p class="hint">${words.privacy}</p>
${primary(words.button)}
</form>`;
}
