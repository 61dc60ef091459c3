import { errorSummary, leaveForm, postForm, primary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

/** The refusals of policies/phone-number.ts, and what the sender may add. */
export type PhoneError = keyof Words['phone']['errors'];

export type PhoneModel = {
  readonly page: PageFrame;
  /** Posts `csrf` and `phone`. */
  readonly action: string;
  readonly cancelAction: string;
  readonly csrf: string;
  /** What the person typed, unchanged. */
  readonly value: string;
  readonly error?: PhoneError | undefined;
  /** Today's form of an old eleven-digit number. Offered, never filled in for the person. */
  readonly suggestion?: string | undefined;
};

export function phonePage(model: PhoneModel): Html {
  const { page, csrf, error, suggestion } = model;
  const words = wordsOf(page.lang).phone;
  const message = error && words.errors[error];
  const described = message ? 'phone-hint phone-error' : 'phone-hint';
  return layout(
    { ...page, title: words.title, failed: error !== undefined },
    html`${message && errorSummary(page.lang, [{ field: 'phone', message }])}
<h1>${words.title}</h1>
<p>${words.lead}</p>
${postForm(
  model.action,
  csrf,
  html`<div class="${message ? 'field wrong' : 'field'}">
<label for="phone">${words.label}</label>
<p class="hint" id="phone-hint">${words.hint}</p>
${message && html`<p class="mistake" id="phone-error">${message}${suggestion && html` ${words.suggestion(suggestion)}`}</p>`}
<input class="input number" id="phone" name="phone" type="tel" inputmode="tel" autocomplete="tel-national" maxlength="24" value="${model.value}" aria-describedby="${described}"${message && html` aria-invalid="true"`}>
</div>
${primary(words.button)}`,
)}
${leaveForm(model.cancelAction, csrf, words.cancel)}`,
  );
}
