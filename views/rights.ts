import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type RightsModel = { readonly page: PageFrame };

/** What the law gives a person over their data, in plain words (Luật 91/2025 Đ.4). */
export function rightsPage({ page }: RightsModel): Html {
  const words = wordsOf(page.lang).rights;
  return layout(
    { ...page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<ul>${words.list.map((text) => html`<li>${text}</li>`)}</ul>
<p>${hotline(words.help)}</p>`,
  );
}
