import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

const OUTCOMES = ['proven', 'sent_on', 'refused', 'other_person', 'gone', 'locked', 'unlocked', 'unchanged', 'replaced', 'bound_elsewhere', 'recorded'] as const; // prettier-ignore
export type DoneOutcome = (typeof OUTCOMES)[number];
export const isDoneOutcome = (word: string): word is DoneOutcome => OUTCOMES.some((known) => known === word);

export type GuardianReason = keyof Words['counterDone']['guardianReasons'];
export const isGuardianReason = (word: string): word is GuardianReason =>
  Object.hasOwn(wordsOf('vi').counterDone.guardianReasons, word);

export type CounterDoneModel = {
  readonly page: PageFrame;
  readonly backHref: string;
} & (
  | { readonly outcome: DoneOutcome }
  | { readonly outcome: 'not_recorded'; readonly reason: GuardianReason }
);

/** What has become of it, and what the officer says to the citizen now. */
export function counterDonePage(model: CounterDoneModel): Html {
  const { counterDone: words, counter } = wordsOf(model.page.lang);
  const title = words[model.outcome];
  const text =
    model.outcome === 'not_recorded' ? words.guardianReasons[model.reason] : words[`${model.outcome}Text`];
  return layout(
    { ...model.page, title },
    html`<div class="done"><h1>${title}</h1>
<p>${text}</p></div>
<div class="actions"><a class="button" href="${model.backHref}" autofocus>${counter.back}</a></div>`,
  );
}
