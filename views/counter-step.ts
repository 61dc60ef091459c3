import { clock } from './format.ts';
import { leaveForm, postForm, primary, secondary } from './form.ts';
import { type Html, html } from './html.ts';
import { hotline } from './hotline.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type CounterStepState =
  | { readonly state: 'open'; readonly code: string; readonly expiresAt: Date }
  | { readonly state: 'claimed' | 'second' | 'refused'; readonly unit: string }
  | { readonly state: 'used_up' };

export type CounterStepModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  readonly now: CounterStepState;
  /** Where the code of the text message will go, if that is known. */
  readonly phoneMasked?: string | undefined;
  /** This page, shown again. */
  readonly lookHref: string;
  /** This page without looking again by itself; absent when it does not. */
  readonly pauseHref?: string | undefined;
  readonly againAction: string;
  readonly otherAction: string;
  readonly cancelAction: string;
};

/** What the citizen shows at a counter, and what becomes of it. */
export function counterStepPage(model: CounterStepModel): Html {
  const words = wordsOf(model.page.lang).counterStep;
  const { now, csrf } = model;
  const title =
    now.state === 'open' ? words.title : now.state === 'used_up' ? words.usedUp : words[now.state];
  return layout(
    { ...model.page, title },
    html`<h1>${title}</h1>
${now.state === 'open' && showCode(model, now)}
${now.state === 'claimed' && html`<p class="lead">${words.claimedText(now.unit)}</p>`}
${now.state === 'second' && html`<p class="lead">${words.secondText(now.unit)}</p>`}
${
  now.state === 'refused' &&
  html`<p class="lead">${hotline(words.refusedText(now.unit))}</p>
<div class="method">${postForm(model.againAction, csrf, primary(words.again))}</div>`
}
${now.state === 'used_up' && html`<p class="lead">${words.usedUpText}</p>`}
${now.state !== 'refused' && now.state !== 'used_up' && lookAgain(model)}
${now.state !== 'second' && html`<div class="again">${postForm(model.otherAction, csrf, now.state === 'used_up' ? primary(words.other) : secondary(words.other))}</div>`}
${leaveForm(model.cancelAction, csrf, words.cancel)}`,
  );
}

function showCode(model: CounterStepModel, { code, expiresAt }: { code: string; expiresAt: Date }): Html {
  const words = wordsOf(model.page.lang).counterStep;
  return html`<section class="panel counter-code">
<h2>${words.code}</h2>
<p class="big-code">${code}</p>
<p class="hint">${words.until(clock(expiresAt))}</p>
</section>
<ol>${words.steps.map((step) => html`<li>${step}</li>`)}</ol>
${model.phoneMasked !== undefined && html`<p>${words.phone(model.phoneMasked)}</p>`}`;
}

function lookAgain(model: CounterStepModel): Html {
  const words = wordsOf(model.page.lang).counterStep;
  return html`<p class="hint">${model.pauseHref !== undefined && words.refresh}</p>
<p class="row-actions"><a class="row-link" href="${model.lookHref}">${words.look}</a>
${model.pauseHref !== undefined && html`<a class="row-link" href="${model.pauseHref}">${words.pause}</a>`}</p>`;
}
