import { type Html, html } from './html.ts';
import { type Lang, type Words, wordsOf } from './words/words.ts';

export type ChangeDirection = Exclude<keyof Words['catalogueHistory']['directions'], 'first'>;

/** One service, action or purpose of which something changed. */
export type ChangedSubject = {
  readonly title: string;
  readonly code: string;
  /** The weakest of its lines. */
  readonly direction: ChangeDirection;
  readonly lines: readonly { readonly direction: ChangeDirection; readonly what: string }[];
  /** Sentences that held, and that are to hold; those that stay are left out. */
  readonly before: readonly string[];
  readonly after: readonly string[];
};

/** Weaker first: the caller has put them in order. */
export const changedSubjects = (subjects: readonly ChangedSubject[], lang: Lang): Html =>
  html`${subjects.map((one) => subject(one, lang))}`;

export function directionTag(direction: keyof Words['catalogueHistory']['directions'], lang: Lang): Html {
  const look = { weaker: 'tag sensitive', stronger: 'tag stands', neutral: 'tag', first: 'tag' };
  return html`<span class="${look[direction]}">${wordsOf(lang).catalogueHistory.directions[direction]}</span>`;
}

function subject({ title, code, direction, lines, before, after }: ChangedSubject, lang: Lang): Html {
  const words = wordsOf(lang).catalogueHistory;
  return html`<section class="service"><h3>${title}</h3>
<p>${directionTag(direction, lang)} <span class="machine">${code}</span></p>
${before.length > 0 && sentences(words.before, before)}
${after.length > 0 && sentences(before.length > 0 ? words.after : words.added, after)}
<p class="hint">${words.lines}</p>
<ul>${lines.map(
    (line) => html`<li>${words.directions[line.direction]}: <span lang="vi">${line.what}</span></li>`,
  )}</ul>
</section>`;
}

const sentences = (label: string, list: readonly string[]): Html =>
  html`<p><strong>${label}</strong></p><ul>${list.map((one) => html`<li>${one}</li>`)}</ul>`;
