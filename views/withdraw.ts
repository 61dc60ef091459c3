import { factList, hidden, postForm, primary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type WithdrawModel = {
  readonly page: PageFrame;
  readonly serviceTitle: string;
  readonly purposeTitle: string;
  readonly consequences: readonly string[];
  /** Posts `csrf` and `version`, the record version the person was looking at. */
  readonly action: string;
  readonly csrf: string;
  readonly version: string;
  readonly backHref: string;
};

export function withdrawPage(model: WithdrawModel): Html {
  const words = wordsOf(model.page.lang);
  return layout(
    { ...model.page, title: words.withdraw.title },
    html`<h1>${words.withdraw.title}</h1>
${factList([
  { label: words.choice.purpose, value: html`<strong>${model.purposeTitle}</strong>` },
  { label: words.choice.service, value: model.serviceTitle },
])}
<section class="panel">
<h2>${words.withdraw.consequencesTitle}</h2>
<ul>${model.consequences.map((text) => html`<li>${text}</li>`)}</ul>
</section>
<p>${words.withdraw.keeps}</p>
${postForm(model.action, model.csrf, html`${hidden('version', model.version)}${primary(words.withdraw.button)}`)}
<div class="leave"><a class="button quiet" href="${model.backHref}">${words.withdraw.back}</a></div>`,
  );
}
