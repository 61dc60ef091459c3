import { leaveForm, postForm, secondary } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type BrakeModel = {
  readonly page: PageFrame;
  /** Posts `csrf` and `guided`: yes or no. */
  readonly action: string;
  readonly csrf: string;
  readonly cancelAction: string;
};

/** Asked once, before a person is bound for the first time. Both answers are buttons of one size. */
export function brakePage(model: BrakeModel): Html {
  const words = wordsOf(model.page.lang).brake;
  return layout(
    { ...model.page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<ul>${words.examples.map((example) => html`<li>${example}</li>`)}</ul>
<p class="hint">${hotline(words.help)}</p>
<div class="choices">
${answer(model, 'no', words.no)}
${answer(model, 'yes', words.yes)}
</div>`,
  );
}

function answer(model: BrakeModel, value: 'yes' | 'no', text: string): Html {
  return postForm(
    model.action,
    model.csrf,
    html`<input type="hidden" name="guided" value="${value}">${secondary(text)}`,
  );
}

/** After "yes": nothing has happened, and nothing will. */
export function brakeStopPage(model: Omit<BrakeModel, 'action'>): Html {
  const words = wordsOf(model.page.lang).brake;
  return layout(
    { ...model.page, title: words.stopTitle },
    html`<h1>${words.stopTitle}</h1>
<section class="warning"><p>${hotline(words.stopText)}</p></section>
<p>${words.stopHelp}</p>
${leaveForm(model.cancelAction, model.csrf, words.leave)}`,
  );
}
