import { errorSummary, postForm, primary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type CardError = keyof Words['counterCard']['errors'];
export type CardFields = {
  readonly number: string;
  readonly name: string;
  readonly birthdate: string;
  readonly oldNumber: string;
  readonly paperKind: string;
  readonly paperNumber: string;
};

export type CounterCardModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  /** Posts `csrf`, `qr` or `number`, `name`, `birthdate`; with an old number `oldNumber`, for a child `paperKind`, `paperNumber`. */
  readonly action: string;
  readonly what: 'citizen' | 'account' | 'number' | 'guardian' | 'child';
  readonly fields: CardFields;
  readonly error?: CardError | undefined;
  readonly backHref: string;
  /** The page where the officer may refuse without having seen a card that the register knows. */
  readonly refuseHref?: string | undefined;
};

const FIELD_OF: Readonly<Partial<Record<CardError, string>>> = {
  number: 'number',
  name: 'name',
  birthdate: 'birthdate',
  paper: 'paperKind',
  format: 'oldNumber',
  not_replaced: 'oldNumber',
};

/** The card on the desk: one scan, or three fields. */
export function counterCardPage(model: CounterCardModel): Html {
  const { page, what, fields, error } = model;
  const lang = wordsOf(page.lang);
  const words = lang.counterCard;
  const message = error && words.errors[error];
  const at = error && (FIELD_OF[error] ?? 'qr');
  const title = titleOf(model);
  const line = (id: keyof CardFields, label: string, more: Html, hint?: string) => {
    const wrong = at === id;
    const described = [hint !== undefined && `${id}-hint`, wrong && `${id}-error`].filter(Boolean).join(' ');
    return html`<div class="${wrong ? 'field wrong' : 'field'}">
<label for="${id}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
${wrong && html`<p class="mistake" id="${id}-error">${message}</p>`}
<input class="input" id="${id}" name="${id}" type="text" autocomplete="off" spellcheck="false" value="${fields[id]}"${more}${described !== '' && html` aria-describedby="${described}"`}${wrong && html` aria-invalid="true"`}>
</div>`;
  };
  return layout(
    { ...page, title, failed: message !== undefined },
    html`${message && errorSummary(page.lang, [{ field: at ?? 'qr', message }])}
<h1>${title}</h1>
${postForm(
  model.action,
  model.csrf,
  html`${what === 'number' && line('oldNumber', words.oldNumber, html` inputmode="numeric" maxlength="20"`)}
<div class="${at === 'qr' ? 'field wrong' : 'field'}">
<label for="qr">${words.qr}</label>
<p class="hint" id="qr-hint">${words.qrHint}</p>
${at === 'qr' && html`<p class="mistake" id="qr-error">${message}</p>`}
<input class="input" id="qr" name="qr" type="text" autocomplete="off" spellcheck="false" maxlength="1000"${what !== 'number' && html` autofocus`} aria-describedby="${at === 'qr' ? 'qr-hint qr-error' : 'qr-hint'}"${at === 'qr' && html` aria-invalid="true"`}>
</div>
<h2>${words.or}</h2>
${line('number', words.number, html` inputmode="numeric" maxlength="20"`)}
${line('name', words.name, html` maxlength="100"`)}
${line('birthdate', words.birthdate, html` inputmode="numeric" maxlength="10"`, words.birthdateHint)}
${
  what === 'child' &&
  html`<div class="${at === 'paperKind' ? 'field wrong' : 'field'}">
<label for="paperKind">${words.paper}</label>
${at === 'paperKind' && html`<p class="mistake" id="paper-error">${message}</p>`}
<select class="input" id="paperKind" name="paperKind"${at === 'paperKind' && html` aria-invalid="true" aria-describedby="paper-error"`}>
${(['birth_certificate', 'court'] as const).map(
  (kind) =>
    html`<option value="${kind}"${fields.paperKind === kind && html` selected`}>${words.papers[kind]}</option>`,
)}
</select>
</div>
${line('paperNumber', words.paperNumber, html` maxlength="100"`)}`
}
${primary(words.button)}`,
)}
<p class="row-actions"><a class="row-link" href="${model.backHref}">${lang.counter.back}</a>
${model.refuseHref !== undefined && html`<a class="row-link" href="${model.refuseHref}">${words.refuse}</a>`}</p>`,
  );
}

function titleOf({ page, what }: CounterCardModel): string {
  const { counterCard, counter } = wordsOf(page.lang);
  if (what === 'citizen') return counterCard.title;
  return what === 'child' ? counterCard.childTitle : `${counter.kinds[what]}: ${counterCard.adultTitle}`;
}
