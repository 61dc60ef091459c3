import { changedSubjects, directionTag, type ChangedSubject } from './catalogue-changes.ts';
import { factList } from './form.ts';
import { moment } from './format.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type ShownVersion = {
  readonly number: number;
  readonly version: string;
  readonly sha256: string;
  readonly base?: string | undefined;
  readonly direction: keyof Words['catalogueHistory']['directions'];
  readonly publishedAt: Date;
  /** Offices, not people. */
  readonly approvedBy: readonly string[];
  readonly isCurrent: boolean;
  readonly downloadHref: string;
};

export type CatalogueHistoryModel = {
  readonly page: PageFrame;
  readonly versions: readonly (ShownVersion & { readonly href: string })[];
  readonly backHref: string;
};

/** Every version that was in force, newest first. */
export function catalogueHistoryPage({ page, versions, backHref }: CatalogueHistoryModel): Html {
  const { catalogueHistory: words, catalogue } = wordsOf(page.lang);
  return layout(
    { ...page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
${versions.map(
  (
    one,
  ) => html`<section class="panel"><h2>${words.number(one.number)}${one.isCurrent && html` <span class="tag stands">${words.current}</span>`}</h2>
${facts(one, page)}
<p class="row-actions"><a class="row-link" href="${one.href}">${words.open}<span class="hide">: ${words.number(one.number)}</span></a>
<a class="row-link" href="${one.downloadHref}">${words.download}<span class="hide">: ${words.number(one.number)}</span></a></p>
</section>`,
)}
<p><a class="row-link" href="${backHref}">${catalogue.back}</a></p>`,
  );
}

export type CatalogueVersionModel = {
  readonly page: PageFrame;
  readonly version: ShownVersion;
  readonly subjects: readonly ChangedSubject[];
  readonly backHref: string;
};

/** One version: what it changed, and the file whose hash says that it is whole. */
export function catalogueVersionPage({ page, version, subjects, backHref }: CatalogueVersionModel): Html {
  const words = wordsOf(page.lang).catalogueHistory;
  const title = words.versionTitle(version.version);
  return layout(
    { ...page, title },
    html`<h1>${title}</h1>
${facts(version, page)}
<p><a class="row-link" href="${version.downloadHref}">${words.download}</a></p>
<p class="hint">${words.verify}</p>
<h2>${words.changesTitle}</h2>
${subjects.length === 0 && html`<p>${words.changesNone}</p>`}
${changedSubjects(subjects, page.lang)}
<p><a class="row-link" href="${backHref}">${words.back}</a></p>`,
  );
}

function facts(one: ShownVersion, { lang }: PageFrame): Html {
  const words = wordsOf(lang).catalogueHistory;
  const machine = (text: string) => html`<span class="machine">${text}</span>`;
  return factList([
    { label: words.publishedAt, value: html`${moment(one.publishedAt, lang)}<br>${machine(one.version)}` },
    { label: words.direction, value: directionTag(one.direction, lang) },
    one.direction !== 'first' && {
      label: words.approvedBy,
      value: one.approvedBy.length === 0 ? words.approvedNone : html`<ul class="plain">${one.approvedBy.map((unit) => html`<li>${unit}</li>`)}</ul>`, // prettier-ignore
    },
    { label: words.sha256, value: machine(one.sha256) },
    one.base !== undefined && { label: words.base, value: machine(one.base) },
  ]);
}
