import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { type Lang, wordsOf } from './words/words.ts';

/** People are robbed by a caller who tells them what to press; so it is asked before they press. */
export function scamWarning(lang: Lang): Html {
  const words = wordsOf(lang).scam;
  return html`<section class="warning">
<h2>${words.title}</h2>
<p>${hotline(words.text)}</p>
</section>`;
}
