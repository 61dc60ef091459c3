import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type WelcomeModel = {
  readonly page: PageFrame;
  readonly accountHref: string;
  readonly servicesHref?: string | undefined;
  readonly catalogueHref?: string | undefined;
};

export function welcomePage(model: WelcomeModel): Html {
  const words = wordsOf(model.page.lang).welcome;
  return layout(
    { ...model.page, title: words.title, scenic: true },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<div class="actions">
<a class="button" href="${model.accountHref}">${words.account}</a>
${model.servicesHref && html`<a class="button quiet" href="${model.servicesHref}">${words.services}</a>`}
</div>
<h2>${words.levelsTitle}</h2>
<ol class="levels">
<li class="level"><h3>${words.levelOne}</h3><p>${hotline(words.levelOneText)}</p></li>
<li class="level level-two"><h3>${words.levelTwo}</h3><p>${words.levelTwoText}</p></li>
</ol>
<h2>${words.controlTitle}</h2>
<ul>${words.controlText.map((text) => html`<li>${text}</li>`)}</ul>
${model.catalogueHref && html`<p><a class="row-link" href="${model.catalogueHref}">${wordsOf(model.page.lang).catalogue.title}</a></p>`}`,
  );
}
