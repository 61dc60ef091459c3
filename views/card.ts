import { errorSummary, factList, leaveForm, postForm, primary, secondary } from './form.ts';
import type { FieldError } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type CardFieldError = keyof Words['card']['errors'];

/** What the register's silence or no means to the person; never which of the reasons it was. */
export type CardAnswer =
  | { readonly kind: 'not_confirmed'; readonly left: number }
  | { readonly kind: 'too_often' | 'unavailable' };

export type CardModel = {
  readonly page: PageFrame;
  /** Posts `csrf`, `number`, `name`, `day`, `month`, `year`, `qr`, `mrz`. */
  readonly action: string;
  /** Back to the choice. Posts `csrf` only. */
  readonly otherAction: string;
  readonly cancelAction: string;
  readonly csrf: string;
  readonly transactionCode?: string | undefined;
  /** As typed. QR and MRZ are never shown again: they hold more than what was asked. */
  readonly typed: Readonly<Record<'number' | 'name' | 'day' | 'month' | 'year', string>>;
  readonly errors: readonly CardFieldError[];
  readonly answer?: CardAnswer | undefined;
};

type Field = 'number' | 'name' | 'birthdate' | 'qr' | 'mrz';

const fieldOf = (error: CardFieldError): Field => error.split('_')[0] as Field; // every error's name begins with its field

export function cardPage(model: CardModel): Html {
  const { page, csrf, answer } = model;
  const words = wordsOf(page.lang).card;
  const closed = answer?.kind === 'too_often' || (answer?.kind === 'not_confirmed' && answer.left === 0);
  const title = closed ? words.closedTitle : words.title;
  const problems = problemsOf(model);
  return layout(
    { ...page, title, failed: problems.length > 0 },
    html`${errorSummary(page.lang, problems)}
<h1>${title}</h1>
${answer?.kind !== 'unavailable' && answer && whatNext(model, answer, closed)}
${!closed && entry(model)}
<div class="actions" id="other" tabindex="-1">
${postForm(model.otherAction, csrf, closed ? primary(words.other) : secondary(words.other))}
</div>
${leaveForm(model.cancelAction, csrf, words.cancel)}`,
  );
}

function problemsOf({ page, errors, answer }: CardModel): readonly FieldError[] {
  const words = wordsOf(page.lang).card;
  if (answer?.kind === 'not_confirmed') {
    const field = answer.left > 0 ? 'number' : 'other';
    return [{ field, message: words.notConfirmed }];
  }
  if (answer?.kind === 'too_often') return [{ field: 'other', message: words.tooOften }];
  if (answer?.kind === 'unavailable') return [{ field: 'number', message: words.unavailable }];
  return errors.map((error) => ({
    field: fieldOf(error) === 'birthdate' ? 'day' : fieldOf(error),
    message: words.errors[error],
  }));
}

function whatNext({ page }: CardModel, answer: CardAnswer, closed: boolean): Html {
  const words = wordsOf(page.lang).card;
  return html`<section class="panel">
<h2>${words.nextTitle}</h2>
${answer.kind === 'not_confirmed' && !closed && html`<p><strong>${words.left(answer.left)}</strong></p>`}
<ul>
${!closed && html`<li>${words.look}</li>`}
${words.ways.map((way) => html`<li>${way}</li>`)}
${closed && html`<li>${words.tomorrow}</li>`}
</ul>
</section>`;
}

function entry(model: CardModel): Html {
  const { page, typed, transactionCode } = model;
  const words = wordsOf(page.lang).card;
  const messageOf = (field: Field) => {
    const error = model.errors.find((one) => fieldOf(one) === field);
    return error && words.errors[error];
  };
  const [onNumber, onName, onDate, onQr, onMrz] = [messageOf('number'), messageOf('name'), messageOf('birthdate'), messageOf('qr'), messageOf('mrz')]; // prettier-ignore
  return html`<p class="lead">${words.lead}</p>
${transactionCode !== undefined && factList([{ label: words.transaction, value: html`<strong>${transactionCode}</strong>` }])}
${postForm(
  model.action,
  model.csrf,
  html`${field(
    { id: 'number', label: words.number, hint: words.numberHint, message: onNumber },
    html`<input class="input number" id="number" name="number" type="text" inputmode="numeric" autocomplete="off" maxlength="24" spellcheck="false" value="${typed.number}"${described('number', onNumber)}>`,
  )}
${field(
  { id: 'name', label: words.name, hint: words.nameHint, message: onName },
  html`<input class="input" id="name" name="name" type="text" autocomplete="name" maxlength="100" spellcheck="false" value="${typed.name}"${described('name', onName)}>`,
)}
<div class="${onDate ? 'field wrong' : 'field'}">
<fieldset aria-describedby="${onDate ? 'birthdate-hint birthdate-error' : 'birthdate-hint'}">
<legend>${words.birthdate}</legend>
<p class="hint" id="birthdate-hint">${words.birthdateHint}</p>
${onDate && html`<p class="mistake" id="birthdate-error">${onDate}</p>`}
<div class="date-parts">
${part('day', words.day, typed.day, onDate)}
${part('month', words.month, typed.month, onDate)}
${part('year', words.year, typed.year, onDate)}
</div>
</fieldset>
</div>
<details class="fold"${onQr && html` open`}>
<summary>${words.qrTitle}</summary>
${field(
  { id: 'qr', label: words.qr, hint: words.qrHint, message: onQr },
  html`<input class="input" id="qr" name="qr" type="text" autocomplete="off" maxlength="2000" spellcheck="false"${described('qr', onQr)}>`,
)}
</details>
<details class="fold"${onMrz && html` open`}>
<summary>${words.mrzTitle}</summary>
${field(
  { id: 'mrz', label: words.mrz, hint: words.mrzHint, message: onMrz },
  html`<textarea class="input mrz" id="mrz" name="mrz" rows="3" autocomplete="off" autocapitalize="characters" maxlength="200" spellcheck="false"${described('mrz', onMrz)}></textarea>`,
)}
</details>
<p class="hint">${words.privacy}</p>
${primary(words.button)}`,
)}`;
}

function field(
  about: { id: Field; label: string; hint: string; message: string | undefined },
  control: Html,
): Html {
  const { id, message } = about;
  return html`<div class="${message ? 'field wrong' : 'field'}">
<label for="${id}">${about.label}</label>
<p class="hint" id="${id}-hint">${about.hint}</p>
${message && html`<p class="mistake" id="${id}-error">${message}</p>`}
${control}
</div>`;
}

const described = (id: Field, message: string | undefined): Html =>
  message === undefined
    ? html` aria-describedby="${id}-hint"`
    : html` aria-describedby="${id}-hint ${id}-error" aria-invalid="true"`;

function part(id: 'day' | 'month' | 'year', label: string, value: string, message: string | undefined): Html {
  return html`<div class="date-part ${id}">
<label for="${id}">${label}</label>
<input class="input number" id="${id}" name="${id}" type="text" inputmode="numeric" autocomplete="bday-${id}" maxlength="4" value="${value}"${message && html` aria-invalid="true"`}>
</div>`;
}
