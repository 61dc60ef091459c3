import { moment } from './format.ts';
import { leaveForm, postForm, primary } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type ElsewhereModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  readonly cancelAction: string;
  /** Posts `csrf`. Absent when only a counter can help: somebody objected. */
  readonly moveAction?: string | undefined;
};

/** The person proven here has another account. */
export function elsewherePage(model: ElsewhereModel): Html {
  const words = wordsOf(model.page.lang).elsewhere;
  const { moveAction } = model;
  return layout(
    { ...model.page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${moveAction === undefined ? words.barred : words.lead}</p>
${
  moveAction !== undefined &&
  html`<ol class="steps">${words.steps.map((step) => html`<li>${step}</li>`)}</ol>
${postForm(moveAction, model.csrf, primary(words.move))}`
}
<section class="panel"><h2>${moveAction === undefined ? words.barredTitle : words.counterTitle}</h2><p>${hotline(words.counter)}</p></section>
<p>${hotline(words.notMine)}</p>
${leaveForm(model.cancelAction, model.csrf, words.leave)}`,
  );
}

export type WaitingModel = Omit<ElsewhereModel, 'moveAction'> & { readonly until: Date };

/** The wish to move is written down; the other account's channels were told. */
export function waitingPage(model: WaitingModel): Html {
  const words = wordsOf(model.page.lang).elsewhere;
  return layout(
    { ...model.page, title: words.waitingTitle },
    html`<h1>${words.waitingTitle}</h1>
<p class="lead">${words.waiting(moment(model.until, model.page.lang))}</p>
<p>${words.waitingWhy}</p>
<section class="panel"><h2>${words.counterTitle}</h2><p>${hotline(words.counter)}</p></section>
${leaveForm(model.cancelAction, model.csrf, words.understood)}`,
  );
}
