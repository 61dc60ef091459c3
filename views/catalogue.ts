import { factList } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type CatalogueGroup = {
  readonly kind: keyof Words['catalogue']['groups'];
  readonly services: readonly {
    readonly title: string;
    readonly href: string;
    readonly items: readonly string[];
  }[];
};

export type CatalogueModel = {
  readonly page: PageFrame;
  readonly groups: readonly CatalogueGroup[];
  readonly version: string;
  readonly sha256: string;
  readonly whoHref: string;
  readonly historyHref: string;
  readonly signedHref: string;
};

/** Every utility by what a person has to do first. */
export function cataloguePage(model: CatalogueModel): Html {
  const { catalogue: words, catalogueHistory } = wordsOf(model.page.lang);
  return layout(
    { ...model.page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<ul class="plain">${model.groups.map(
      ({ kind, services }) =>
        html`<li><a class="row-link" href="#${kind}">${words.groups[kind].title} (${services.length})</a></li>`,
    )}</ul>
${model.groups.map(
  ({ kind, services }) => html`<h2 id="${kind}">${words.groups[kind].title}</h2>
<p>${words.groups[kind].text}</p>
${services.map(
  ({
    title,
    href,
    items,
  }) => html`<section class="service"><h3><a class="row-link" href="${href}">${title}</a></h3>
<ul>${items.map((item) => html`<li>${item}</li>`)}</ul></section>`,
)}`,
)}
<section class="panel"><h2>${words.auditTitle}</h2>
${factList([
  { label: words.version, value: html`<span class="machine">${model.version}</span>` },
  { label: catalogueHistory.sha256, value: html`<span class="machine">${model.sha256}</span>` },
])}
<ul class="plain">
<li><a class="row-link" href="${model.whoHref}">${words.who}</a></li>
<li><a class="row-link" href="${model.historyHref}">${words.history}</a></li>
<li><a class="row-link" href="${model.signedHref}">${words.signed}</a></li>
</ul></section>`,
  );
}
