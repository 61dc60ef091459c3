// Recovery codes: making them, showing them once, and signing in with one.

import { day, moment } from './format.ts';
import { errorSummary, factList, leaveForm, postForm, primary } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type RecoveryModel = {
  readonly page: PageFrame;
  readonly clientName: string;
  /** Posts `csrf` and `code`. */
  readonly action: string;
  readonly csrf: string;
  readonly backHref: string;
  readonly cancelAction: string;
  readonly error?: 'wrong' | undefined;
};

/** Signing in with a code from paper. */
export function recoveryPage(model: RecoveryModel): Html {
  const { page, error } = model;
  const words = wordsOf(page.lang).recovery;
  const message = error && words.errors[error];
  return layout(
    { ...page, title: words.title, failed: error !== undefined },
    html`${message && errorSummary(page.lang, [{ field: 'code', message }])}
<h1>${words.title}</h1>
<p>${words.lead(model.clientName)}</p>
${postForm(
  model.action,
  model.csrf,
  html`<div class="${message ? 'field wrong' : 'field'}">
<label for="code">${words.label}</label>
<p class="hint" id="code-hint">${words.hint}</p>
${message && html`<p class="mistake" id="code-error">${message}</p>`}
<input class="input paper-code" id="code" name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" aria-describedby="${message ? 'code-hint code-error' : 'code-hint'}"${message && html` aria-invalid="true"`}>
</div>
${primary(words.button)}`,
)}
<section class="panel">
<h2>${words.noneTitle}</h2>
<p>${hotline(words.noneText)}</p>
</section>
<p><a class="row-link" href="${model.backHref}">${words.back}</a></p>
${leaveForm(model.cancelAction, model.csrf, words.cancel)}`,
  );
}

export type RecoveryCodesModel = {
  readonly page: PageFrame;
  readonly left: number;
  readonly madeAt: Date | undefined;
  /** Posts `csrf` only; the answer shows the codes. */
  readonly action: string;
  readonly csrf: string;
  readonly backHref: string;
};

/** How many codes are left, and making new ones. */
export function recoveryCodesPage(model: RecoveryCodesModel): Html {
  const { page, left, madeAt } = model;
  const words = wordsOf(page.lang).recoveryCodes;
  return layout(
    { ...page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
${
  madeAt === undefined
    ? html`<p>${words.none}</p>`
    : factList([
        { label: words.left, value: html`<strong>${words.leftCount(left)}</strong>` },
        { label: words.madeAt, value: day(madeAt, page.lang) },
      ])
}
${madeAt !== undefined && html`<section class="warning"><h2>${words.replaceTitle}</h2><p>${words.replaceText}</p></section>`}
<p>${words.worth}</p>
${postForm(model.action, model.csrf, primary(madeAt === undefined ? words.make : words.makeAgain))}
<p><a class="row-link" href="${model.backHref}">${words.back}</a></p>`,
  );
}

export type RecoveryCodesMadeModel = {
  readonly page: PageFrame;
  readonly codes: readonly string[];
  readonly madeAt: Date;
  readonly backHref: string;
};

/** The codes, this once. Prints on half a page. */
export function recoveryCodesMadePage(model: RecoveryCodesMadeModel): Html {
  const { page, codes } = model;
  const words = wordsOf(page.lang).recoveryCodes;
  return layout(
    { ...page, title: words.madeTitle },
    html`<h1>${words.madeTitle}</h1>
<section class="warning"><h2>${words.onceTitle}</h2><p>${words.onceText}</p></section>
<section class="slip">
<h2>${words.paperTitle}</h2>
<ol class="paper-codes">${codes.map((code) => html`<li><span class="paper-code">${code}</span></li>`)}</ol>
<p class="hint">${words.paperMade(moment(model.madeAt, page.lang))}</p>
<p>${hotline(words.paperText)}</p>
</section>
<p class="screen-only">${words.print}</p>
<div class="actions screen-only"><a class="button" href="${model.backHref}">${words.kept}</a></div>`,
  );
}
