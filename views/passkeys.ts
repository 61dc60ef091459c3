// A person's passkeys: the list, adding one, and one of them.

import { day, moment } from './format.ts';
import { errorSummary, factList, postForm, primary, secondary } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { passkeyForm } from './passkey-form.ts';
import { type Words, wordsOf } from './words/words.ts';

export type PasskeyShown = {
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | undefined;
  readonly suspect: boolean;
};

export type PasskeysModel = {
  readonly page: PageFrame;
  readonly passkeys: readonly (PasskeyShown & { readonly href: string })[];
  /** Absent when there is room for no more. */
  readonly addHref: string | undefined;
  readonly backHref: string;
  readonly done?: keyof Words['passkeys']['done'] | undefined;
};

export function passkeysPage(model: PasskeysModel): Html {
  const { page, passkeys, done } = model;
  const words = wordsOf(page.lang).passkeys;
  return layout(
    { ...page, title: words.title },
    html`${done && html`<div class="done" role="status"><p>${words.done[done]}</p></div>`}
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
${passkeys.length === 0 ? html`<p>${words.none}</p>` : html`<ul class="consents">${passkeys.map((one) => row(one, page))}</ul>`}
<div class="actions">
${model.addHref === undefined ? html`<p>${words.full}</p>` : html`<a class="button" href="${model.addHref}">${words.add}</a>`}
</div>
<p>${hotline(words.lost)}</p>
<p><a class="row-link" href="${model.backHref}">${words.back}</a></p>`,
  );
}

function row(passkey: PasskeysModel['passkeys'][number], page: PageFrame): Html {
  const words = wordsOf(page.lang).passkeys;
  return html`<li>
<p class="consent-title">${passkey.name}</p>
${passkey.suspect && html`<p><span class="tag sensitive">${words.suspectTag}</span></p>`}
<p class="hint">${words.created(day(passkey.createdAt, page.lang))}. ${usedText(passkey, page)}.</p>
<div class="row-actions"><a class="button quiet small" href="${passkey.href}">${words.change}<span class="hide">: ${passkey.name}</span></a></div>
</li>`;
}

const usedText = ({ lastUsedAt }: PasskeyShown, { lang }: PageFrame) =>
  lastUsedAt === undefined
    ? wordsOf(lang).passkeys.neverUsed
    : wordsOf(lang).passkeys.used(moment(lastUsedAt, lang));

export type PasskeyAddModel = {
  readonly page: PageFrame;
  /** Posts `csrf`, `name` and `answer`. */
  readonly action: string;
  readonly csrf: string;
  readonly options: string;
  readonly script?: string | undefined;
  readonly name: string;
  readonly longestName: number;
  readonly backHref: string;
  readonly error?: keyof Words['passkeyAdd']['errors'] | undefined;
};

export function passkeyAddPage(model: PasskeyAddModel): Html {
  const { page, error } = model;
  const words = wordsOf(page.lang).passkeyAdd;
  const message = error && words.errors[error];
  return layout(
    { ...page, title: words.title, failed: error !== undefined },
    html`${message && errorSummary(page.lang, [{ field: error === 'name' ? 'name' : 'passkey', message }])}
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<section class="warning"><h2>${words.ownTitle}</h2><p>${words.ownText}</p></section>
${passkeyForm({ ...model, does: 'create', button: words.button }, page.lang, nameField(model, words, error === 'name' ? message : undefined))}
<p><a class="row-link" href="${model.backHref}">${words.back}</a></p>`,
  );
}

export type PasskeyEditModel = {
  readonly page: PageFrame;
  /** Posts `csrf` and `name`. */
  readonly renameAction: string;
  /** Posts `csrf` only. */
  readonly removeAction: string;
  readonly csrf: string;
  readonly passkey: PasskeyShown;
  /** What the name field holds; the name on record, or what was refused. */
  readonly name: string;
  readonly longestName: number;
  readonly backHref: string;
  readonly error?: 'name' | undefined;
};

export function passkeyEditPage(model: PasskeyEditModel): Html {
  const { page, passkey, error } = model;
  const words = wordsOf(page.lang).passkeyEdit;
  const message = error && wordsOf(page.lang).passkeyAdd.errors[error];
  return layout(
    { ...page, title: words.title(passkey.name), failed: error !== undefined },
    html`${message && errorSummary(page.lang, [{ field: 'name', message }])}
<h1>${words.title(passkey.name)}</h1>
${factList([
  { label: words.created, value: day(passkey.createdAt, page.lang) },
  { label: words.used, value: usedText(passkey, page) },
])}
${passkey.suspect && html`<section class="warning"><h2>${words.suspectTitle}</h2><p>${hotline(words.suspectText)}</p></section>`}
${postForm(model.renameAction, model.csrf, html`${nameField(model, wordsOf(page.lang).passkeyAdd, message)}${primary(words.rename)}`)}
<section class="leave">
<h2>${words.removeTitle}</h2>
<p>${words.removeText}</p>
${postForm(model.removeAction, model.csrf, secondary(words.remove))}
</section>
<p><a class="row-link" href="${model.backHref}">${words.back}</a></p>`,
  );
}

function nameField(
  { name, longestName }: { name: string; longestName: number },
  words: Words['passkeyAdd'],
  message: string | undefined,
): Html {
  return html`<div class="${message ? 'field wrong' : 'field'}">
<label for="name">${words.name}</label>
<p class="hint" id="name-hint">${words.nameHint}</p>
${message && html`<p class="mistake" id="name-error">${message}</p>`}
<input class="input" id="name" name="name" type="text" value="${name}" maxlength="${longestName}" autocomplete="off" aria-describedby="${message ? 'name-hint name-error' : 'name-hint'}"${message && html` aria-invalid="true"`}>
</div>`;
}
