import { errorSummary, factList, postForm, primary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type StaffInvitationModel = {
  readonly page: PageFrame;
  /** Posts `csrf` and `password`. */
  readonly action: string;
  readonly csrf: string;
  readonly login: string;
  readonly unit: string;
  readonly error?: keyof Words['staff']['errors'] | undefined;
};

/** Where an invited officer, auditor or operator chooses a password. */
export function staffInvitationPage(model: StaffInvitationModel): Html {
  const words = wordsOf(model.page.lang).staff;
  const message = model.error && words.errors[model.error];
  return layout(
    { ...model.page, title: words.title, failed: message !== undefined },
    html`${message && errorSummary(model.page.lang, [{ field: 'password', message }])}
<h1>${words.title}</h1>
<p>${words.lead}</p>
${factList([
  { label: words.login, value: html`<strong>${model.login}</strong>` },
  { label: words.unit, value: model.unit },
])}
${postForm(
  model.action,
  model.csrf,
  html`<input type="hidden" name="username" autocomplete="username" value="${model.login}">
<div class="${message ? 'field wrong' : 'field'}">
<label for="password">${words.password}</label>
<p class="hint" id="password-hint">${words.hint}</p>
${message && html`<p class="mistake" id="password-error">${message}</p>`}
<input class="input" id="password" name="password" type="password" autocomplete="new-password" maxlength="128" aria-describedby="${message ? 'password-hint password-error' : 'password-hint'}"${message && html` aria-invalid="true"`}>
</div>
${primary(words.button)}`,
)}`,
  );
}
