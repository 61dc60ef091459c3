import type { ConsentState } from './account.ts';
import { moment } from './format.ts';
import { factList } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type ReceiptModel = {
  readonly page: PageFrame;
  readonly receiptId: string;
  readonly state: ConsentState;
  readonly purposeTitle: string;
  /** The sentence as it was shown, in the language it was shown in. */
  readonly purposeText: string;
  readonly serviceTitle: string;
  readonly controller: string;
  readonly givenBy?: 'self' | 'legal_representative' | 'both' | undefined;
  readonly at: Date;
  readonly noticeVersion: string;
  readonly sha256: string;
  readonly jws: string;
  readonly logOrigin: string;
  readonly downloadHref?: string | undefined;
  readonly backHref?: string | undefined;
};

export function receiptPage(model: ReceiptModel): Html {
  const { lang } = model.page;
  const words = wordsOf(lang).receipt;
  const title = words.titles[model.state];
  return layout(
    { ...model.page, title },
    html`<h1>${title}</h1>
<p class="screen-only">${words.lead}</p>
<div class="slip">
<p class="quote">${model.purposeText}</p>
${factList([
  { label: words.purpose, value: html`<strong>${model.purposeTitle}</strong>` },
  { label: words.service, value: model.serviceTitle },
  { label: words.controller, value: model.controller },
  model.givenBy !== undefined && {
    label: wordsOf(lang).guardian.givenBy,
    value: wordsOf(lang).guardian.givers[model.givenBy],
  },
  {
    label: words.at,
    value: html`<time datetime="${model.at.toISOString()}">${moment(model.at, lang)}</time>`,
  },
  { label: words.notice, value: model.noticeVersion },
  { label: words.id, value: html`<span class="machine">${model.receiptId}</span>` },
])}
</div>
${
  model.downloadHref &&
  html`<div class="actions screen-only"><a class="button" href="${model.downloadHref}" download>${words.download}</a></div>`
}
<details class="proof">
<summary>${words.proofTitle}</summary>
<p>${words.proofText}</p>
${factList([
  { label: words.log, value: html`<span class="machine">${model.logOrigin}</span>` },
  { label: words.noticeHash, value: html`<span class="machine">${model.sha256}</span>` },
  { label: words.jws, value: html`<span class="machine">${model.jws}</span>` },
])}
</details>
${model.backHref && html`<div class="leave screen-only"><a class="button quiet" href="${model.backHref}">${words.back}</a></div>`}`,
  );
}
