import { errorSummary, postForm, primary, secondary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { passkeyForm } from './passkey-form.ts';
import { type Words, wordsOf } from './words/words.ts';

export type StaffDoorModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  /** Posts `csrf`, `login`, `password`, `code`. */
  readonly action: string;
  /** Options for the script that asks for one; posts `csrf` and `answer`. Absent: asked for too often from here. */
  readonly passkey?:
    | { readonly action: string; readonly options: string; readonly script?: string | undefined }
    | undefined;
  readonly login: string;
  readonly error?: keyof Words['staffDoor']['errors'] | undefined;
};

export function staffDoorPage(model: StaffDoorModel): Html {
  const { page, error } = model;
  const words = wordsOf(page.lang).staffDoor;
  const message = error && words.errors[error];
  return layout(
    { ...page, title: words.title, failed: message !== undefined },
    html`${message && errorSummary(page.lang, [{ field: 'login', message }])}
<h1>${words.title}</h1>
<h2>${words.passkeyTitle}</h2>
<p class="hint">${model.passkey ? words.passkeyText : words.passkeyLater}</p>
${model.passkey && passkeyForm({ ...model.passkey, csrf: model.csrf, does: 'get', button: words.passkey }, page.lang)}
<h2>${words.passwordTitle}</h2>
${postForm(
  model.action,
  model.csrf,
  html`${line('login', words.login, html` type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="40" value="${model.login}"`)}
${line('password', words.password, html` type="password" autocomplete="current-password" maxlength="128"`)}
${line('code', words.code, html` type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" aria-describedby="code-hint"`, words.codeHint)}
${model.passkey ? secondary(words.button) : primary(words.button)}`,
)}
<div class="leave"><p class="hint">${words.help}</p></div>`,
  );
}

function line(id: string, label: string, more: Html, hint?: string): Html {
  return html`<div class="field">
<label for="${id}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
<input class="input" id="${id}" name="${id}"${more}>
</div>`;
}
