import { clock } from './format.ts';
import { errorSummary, postForm, primary, secondary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type CounterTask = {
  readonly kind: keyof Words['counter']['kinds'];
  readonly href: string;
  readonly since: Date;
  readonly login: string;
  /** Waits for somebody else than the reader. */
  readonly mine: boolean;
};

export type CounterModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  readonly unit: string;
  readonly communeCode: string;
  /** Posts `csrf` and `code`. */
  readonly codeAction: string;
  /** What was typed, shown again beside the mistake. */
  readonly value: string;
  readonly error?: 'codeUnknown' | undefined;
  readonly inHand: readonly CounterTask[];
  readonly waiting: readonly CounterTask[];
  readonly hrefs: Readonly<Record<keyof Words['counter']['links'], string>>;
  readonly signOutAction: string;
};

/** The officer's desk: one field for the code, what is in hand, what waits for a second pair of eyes. */
export function counterPage(model: CounterModel): Html {
  const { page, csrf, error } = model;
  const words = wordsOf(page.lang).counter;
  const message = error && words[error];
  return layout(
    { ...page, title: words.title, failed: message !== undefined },
    html`${message && errorSummary(page.lang, [{ field: 'code', message }])}
<h1>${words.title}</h1>
<p>${words.where(model.unit, model.communeCode)}</p>
${postForm(
  model.codeAction,
  csrf,
  html`<div class="${message ? 'field wrong' : 'field'}">
<label for="code">${words.codeLabel}</label>
<p class="hint" id="code-hint">${words.codeHint}</p>
${message && html`<p class="mistake" id="code-error">${message}</p>`}
<input class="input" id="code" name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" autofocus value="${model.value}" aria-describedby="${message ? 'code-hint code-error' : 'code-hint'}"${message && html` aria-invalid="true"`}>
</div>
${primary(words.codeButton)}`,
)}
${model.inHand.length > 0 && html`<h2>${words.inHand}</h2>${tasks(model.inHand, page)}`}
<h2>${words.waiting}</h2>
${model.waiting.length > 0 ? tasks(model.waiting, page) : html`<p class="hint">${words.nothing}</p>`}
<h2>${words.otherTitle}</h2>
<ul class="plain">${(['account', 'number', 'guardian', 'safety'] as const).map(
      (name) => html`<li><a class="row-link" href="${model.hrefs[name]}">${words.links[name]}</a></li>`,
    )}</ul>
<div class="leave">${postForm(model.signOutAction, csrf, secondary(words.signOut))}</div>`,
  );
}

function tasks(list: readonly CounterTask[], page: PageFrame): Html {
  const words = wordsOf(page.lang).counter;
  return html`<ul class="plain">${list.map(
    (
      task,
    ) => html`<li class="desk"><p>${words.kinds[task.kind]}, ${words.since(clock(task.since), task.login)}${
      task.mine && html`<br><span class="hint">${words.mine}</span>`
    }</p>
<a class="row-link" href="${task.href}">${words.open}<span class="hide">: ${words.kinds[task.kind]} ${clock(task.since)}</span></a></li>`,
  )}</ul>`;
}
