import { moment } from './format.ts';
import { factList } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type WithdrawnModel = {
  readonly page: PageFrame;
  readonly serviceTitle: string;
  readonly purposeTitle: string;
  readonly at: Date;
  readonly receiptHref: string;
  readonly effects: readonly string[];
  readonly accountHref?: string | undefined;
};

export function withdrawnPage(model: WithdrawnModel): Html {
  const words = wordsOf(model.page.lang);
  return layout(
    { ...model.page, title: words.withdrawn.title },
    html`<div class="done"><h1>${words.withdrawn.title}</h1>
<p>${words.withdrawn.at(moment(model.at, model.page.lang))}</p></div>
${factList([
  { label: words.choice.purpose, value: html`<strong>${model.purposeTitle}</strong>` },
  { label: words.choice.service, value: model.serviceTitle },
])}
${
  model.effects.length > 0 &&
  html`<h2>${words.withdrawn.effectsTitle}</h2>
<ul>${model.effects.map((text) => html`<li>${text}</li>`)}</ul>`
}
<div class="actions">
<a class="button" href="${model.receiptHref}">${words.withdrawn.receipt}</a>
${model.accountHref && html`<a class="button quiet" href="${model.accountHref}">${words.withdrawn.account}</a>`}
</div>`,
  );
}
