import { moment } from './format.ts';
import { postForm, primary } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type NotMeModel = {
  readonly page: PageFrame;
  /** Posts `csrf` only. */
  readonly action: string;
  readonly csrf: string;
  /** What the notice said, and when. */
  readonly kind: keyof Words['notices']['kinds'];
  readonly at: Date;
};

/** Where the link of a notice leads. Names nobody: whoever holds the phone may be reading. */
export function notMePage({ page, action, csrf, kind, at }: NotMeModel): Html {
  const { notMe: words, notices } = wordsOf(page.lang);
  return layout(
    { ...page, title: words.title },
    html`<h1>${words.title}</h1>
<p>${words.told(moment(at, page.lang))}</p>
<p class="quote"><strong>${notices.kinds[kind]}</strong></p>
<p class="lead">${words.lead}</p>
<section class="panel">
<h2>${words.effectsTitle}</h2>
<ul>${words.effects.map((effect) => html`<li>${effect}</li>`)}</ul>
</section>
${postForm(action, csrf, primary(words.button))}
<p class="unsure">${words.unsure}</p>`,
  );
}

export function lockedByLinkPage({ page }: { readonly page: PageFrame }): Html {
  const words = wordsOf(page.lang).notMe;
  return layout(
    { ...page, title: words.doneTitle },
    html`<div class="done"><h1>${words.doneTitle}</h1>
<p>${words.doneText}</p></div>
<h2>${words.nextTitle}</h2>
<ol>${words.next.map((step) => html`<li>${hotline(step)}</li>`)}</ol>`,
  );
}

/** Used, expired and invented links: one page. */
export function notMeEndedPage({ page }: { readonly page: PageFrame }): Html {
  const words = wordsOf(page.lang).notMe;
  return layout(
    { ...page, title: words.endedTitle },
    html`<h1>${words.endedTitle}</h1>
<p>${words.endedText}</p>
<section class="warning"><p>${hotline(words.endedNext)}</p></section>`,
  );
}
