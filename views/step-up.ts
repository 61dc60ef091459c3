import { moment } from './format.ts';
import { errorSummary, factList, leaveForm, postForm, primary, secondary } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { scamWarning } from './scam-warning.ts';
import { type Words, wordsOf } from './words/words.ts';

export type StepUpMethod = {
  readonly id: 'vneid' | 'chip' | 'card' | 'counter' | 'passkey' | 'otp';
  readonly action: string;
  readonly csrf: string;
};

export type StepUpModel = {
  readonly page: PageFrame;
  readonly clientName: string;
  readonly actionTitles: readonly string[];
  readonly why: 'first' | 'again';
  readonly methods: readonly StepUpMethod[];
  readonly cancelAction: string;
  readonly csrf: string;
  readonly verifiedUntil?: Date | undefined;
  /** The account as the person would know it, masked by the caller. */
  readonly personMasked?: string | undefined;
  /** `TN-48`: the same code stands on every screen of this transaction. */
  readonly transactionCode?: string | undefined;
  readonly error?: keyof Words['stepUp']['errors'] | undefined;
};

export function stepUpPage(model: StepUpModel): Html {
  const { page, why, verifiedUntil, error } = model;
  const words = wordsOf(page.lang).stepUp;
  const several = model.methods.length > 1;
  return layout(
    { ...page, title: words.title[why], failed: error !== undefined },
    html`${error && errorSummary(page.lang, [{ field: 'methods', message: words.errors[error] }])}
<h1>${words.title[why]}</h1>
<p class="lead">${words.lead[why]}</p>
${verifiedUntil && html`<p>${words.verifiedUntil(moment(verifiedUntil, page.lang))}</p>`}
<section class="panel">
<h2>${words.aboutToDo(model.clientName)}</h2>
<ul class="doing">${model.actionTitles.map((title) => html`<li>${title}</li>`)}</ul>
${
  (model.personMasked || model.transactionCode) &&
  factList([
    model.personMasked !== undefined && { label: words.person, value: model.personMasked },
    model.transactionCode !== undefined && {
      label: words.transaction,
      value: html`<strong>${model.transactionCode}</strong>`,
    },
  ])
}
</section>
${why === 'again' && scamWarning(page.lang)}
${several && html`<h2>${words.choose}</h2>`}
<div id="methods" tabindex="-1">${model.methods.length === 0 ? html`<p>${hotline(words.none)}</p>` : model.methods.map((method, index) => methodChoice(method, page, index === 0))}</div>
${leaveForm(model.cancelAction, model.csrf, words.cancel)}`,
  );
}

// The first is what suits most people; the others are as large but quieter.
function methodChoice(method: StepUpMethod, page: PageFrame, isFirst: boolean): Html {
  const words = wordsOf(page.lang).stepUp.methods[method.id];
  return html`<div class="method">
${postForm(method.action, method.csrf, isFirst ? primary(words.button) : secondary(words.button))}
<p class="hint">${words.text}</p>
</div>`;
}
