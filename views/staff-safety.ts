import { day } from './format.ts';
import { errorSummary, hidden, postForm, secondary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { passkeyForm } from './passkey-form.ts';
import { wordsOf } from './words/words.ts';

export type StaffSafetyModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  readonly login: string;
  readonly unit: string;
  readonly codesLeft: number;
  readonly codesAction: string;
  readonly passkeys: readonly {
    readonly id: string;
    readonly name: string;
    readonly createdAt: Date;
    readonly suspect: boolean;
  }[];
  /** Posts `csrf` and `id`. */
  readonly removeAction: string;
  /** Options for the script that makes one; posts `csrf`, `answer` and `name`. */
  readonly add: { readonly action: string; readonly options: string; readonly script?: string | undefined };
  /** The counter, another desk, or the door for who has just accepted an invitation. */
  readonly next?: { readonly to: 'work' | 'desk' | 'signInFirst'; readonly href: string } | undefined;
  readonly error?: 'passkey' | 'name' | undefined;
  readonly signOutAction: string;
};

/** An officer's own passkeys and recovery codes. */
export function staffSafetyPage(model: StaffSafetyModel): Html {
  const { page, csrf } = model;
  const words = wordsOf(page.lang).staffSafety;
  const message = model.error && words.errors[model.error];
  return layout(
    { ...page, title: words.title, failed: message !== undefined },
    html`${message && errorSummary(page.lang, [{ field: 'name', message }])}
<h1>${words.title}</h1>
<p>${words.signedIn(model.login, model.unit)}</p>
${model.next !== undefined && html`<div class="actions"><a class="button" href="${model.next.href}">${words[model.next.to]}</a></div>`}
<h2>${words.passkeysTitle}</h2>
${model.passkeys.length === 0 && html`<p>${words.passkeysNone}</p>`}
<ul class="plain">${model.passkeys.map(
      (
        one,
      ) => html`<li class="desk"><p><strong>${one.name}</strong>, ${words.since(day(one.createdAt, page.lang))}${one.suspect && html`<br>${words.suspect}`}</p>
${postForm(model.removeAction, csrf, html`${hidden('id', one.id)}<button class="button quiet small" type="submit">${words.removePasskey}<span class="hide">: ${one.name}</span></button>`)}</li>`,
    )}</ul>
${addForm(model)}
<h2>${words.codesTitle}</h2>
<p>${words.codesLeft(model.codesLeft)}</p>
<p class="hint">${words.newCodesText}</p>
${postForm(model.codesAction, csrf, secondary(words.newCodes))}
<div class="leave">${postForm(model.signOutAction, csrf, secondary(words.signOut))}</div>`,
  );
}

function addForm({ page, csrf, add }: StaffSafetyModel): Html {
  const words = wordsOf(page.lang).staffSafety;
  const name = html`<div class="field">
<label for="name">${words.passkeyName}</label>
<p class="hint" id="name-hint">${words.passkeyNameHint}</p>
<input class="input" id="name" name="name" type="text" autocomplete="off" maxlength="40" aria-describedby="name-hint">
</div>`;
  return passkeyForm({ ...add, csrf, does: 'create', button: words.addPasskey }, page.lang, name);
}

export type StaffCodesModel = {
  readonly page: PageFrame;
  /** Shown this once. */
  readonly codes: readonly string[];
  readonly nextHref: string;
};

export function staffCodesPage({ page, codes, nextHref }: StaffCodesModel): Html {
  const words = wordsOf(page.lang).staffSafety;
  return layout(
    { ...page, title: words.codesShownTitle },
    html`<h1>${words.codesShownTitle}</h1>
<p class="lead">${words.codesShownText}</p>
<ol class="codes">${codes.map((code) => html`<li>${code}</li>`)}</ol>
<div class="actions screen-only"><a class="button" href="${nextHref}">${words.codesKept}</a></div>`,
  );
}
