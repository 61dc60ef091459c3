import { errorSummary, factList, leaveForm, postForm, secondary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { passkeyForm } from './passkey-form.ts';
import { type Words, wordsOf } from './words/words.ts';

export type PasskeyStepModel = {
  readonly page: PageFrame;
  /** Posts `csrf` and `answer`. */
  readonly action: string;
  readonly csrf: string;
  readonly options: string;
  readonly script?: string | undefined;
  /** Posts `csrf` only: back to the choice. */
  readonly otherAction: string;
  readonly cancelAction: string;
  /** The action as the catalogue names it. */
  readonly display: string;
  readonly transactionCode: string;
  readonly error?: keyof Words['passkeyStep']['errors'] | undefined;
};

export function passkeyStepPage(model: PasskeyStepModel): Html {
  const { page, error } = model;
  const words = wordsOf(page.lang).passkeyStep;
  return layout(
    { ...page, title: words.title, failed: error !== undefined },
    html`${error && errorSummary(page.lang, [{ field: 'passkey', message: words.errors[error] }])}
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
${factList([
  { label: words.purpose, value: model.display },
  { label: words.transaction, value: html`<strong>${model.transactionCode}</strong>` },
])}
${passkeyForm({ ...model, does: 'get', button: words.button }, page.lang)}
<div class="leave">${postForm(model.otherAction, model.csrf, secondary(words.other))}</div>
${leaveForm(model.cancelAction, model.csrf, words.cancel)}`,
  );
}
