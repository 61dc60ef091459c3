// The few form pieces that every page shares. Field names are part of the contract with
// web/: `csrf` in every form, the others named by their page.

import { type Child, type Html, html } from './html.ts';
import type { Lang } from './words/words.ts';
import { wordsOf } from './words/words.ts';

export function postForm(action: string, csrf: string, body: Child): Html {
  return html`<form method="post" action="${action}" novalidate>
${hidden('csrf', csrf)}
${body}
</form>`;
}

export function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

export function primary(label: string): Html {
  return html`<button class="button" type="submit">${label}</button>`;
}

export function secondary(label: string): Html {
  return html`<button class="button quiet" type="submit">${label}</button>`;
}

/** A button that leaves: its own form, so that it sends nothing of the page. */
export function leaveForm(action: string, csrf: string, label: string): Html {
  return html`<div class="leave">${postForm(action, csrf, secondary(label))}</div>`;
}

export type FieldError = { readonly field: string; readonly message: string };

/** Stands before the heading's text and is linked to the fields (WCAG 3.3.1, 2.4.1). */
export function errorSummary(lang: Lang, errors: readonly FieldError[]): Html | false {
  if (errors.length === 0) return false;
  return html`<div class="summary" role="alert" aria-labelledby="summary-title">
<h2 id="summary-title">${wordsOf(lang).frame.summaryTitle}</h2>
<ul>${errors.map(({ field, message }) => html`<li><a href="#${field}">${message}</a></li>`)}</ul>
</div>`;
}

export type Fact = { readonly label: string; readonly value: Child };

export function factList(facts: readonly (Fact | false | undefined)[]): Html {
  const shown = facts.filter((fact) => fact !== false && fact !== undefined);
  return html`<dl class="facts">${shown.map(
    ({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}
