import { factList } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type ShownPurpose = {
  readonly title: string;
  readonly text: string;
  readonly data: readonly { readonly label: string; readonly sensitive: boolean }[];
  readonly basis: 'consent' | 'law';
  readonly basisRef?: string | undefined;
  readonly needed: boolean;
  readonly retention: string;
  readonly recipients: readonly string[];
};

export type CatalogueServiceModel = {
  readonly page: PageFrame;
  readonly title: string;
  readonly owner: string;
  readonly contact: string;
  readonly pseudonymous: boolean;
  readonly open: readonly string[];
  readonly actions: readonly {
    readonly title: string;
    readonly code: string;
    /** Who may do it; then what else it asks. */
    readonly lead: string;
    readonly sentences: readonly string[];
  }[];
  readonly purposes: readonly ShownPurpose[];
  readonly address: string;
  readonly tokens: keyof Words['catalogueService']['tokenKinds'];
  readonly transferAgreement?: string | undefined;
  readonly backHref: string;
};

/** One service: what it does, for whom, with which data, for how long, and who answers for it. */
export function catalogueServicePage(model: CatalogueServiceModel): Html {
  const { catalogueService: words, catalogue } = wordsOf(model.page.lang);
  const { title, open, actions, purposes } = model;
  return layout(
    { ...model.page, title },
    html`<h1>${title}</h1>
${factList([
  { label: words.owner, value: model.owner },
  { label: words.contact, value: model.contact },
])}
${model.pseudonymous && html`<p>${words.pseudonymous}</p>`}
${
  open.length > 0 &&
  html`<h2>${words.publicTitle}</h2>
<p>${words.publicText}</p>
<ul>${open.map((one) => html`<li>${one}</li>`)}</ul>`
}
${
  actions.length > 0 &&
  html`<h2>${words.actionsTitle}</h2>
${actions.map(
  (one) => html`<section class="service"><h3>${one.title}</h3>
<p>${one.lead}</p>
<details class="fold"><summary>${words.details}<span class="hide">: ${one.title}</span></summary>
<ul>${one.sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>
</details></section>`,
)}`
}
<h2>${words.purposesTitle}</h2>
${purposes.length === 0 && html`<p>${words.purposesNone}</p>`}
${purposes.map((one) => purpose(words, one))}
<section class="panel"><h2>${words.auditTitle}</h2>
${factList([
  { label: words.address, value: html`<span class="machine">${model.address}</span>` },
  { label: words.tokens, value: words.tokenKinds[model.tokens] },
  { label: words.agreement, value: model.transferAgreement ?? words.agreementNone },
  actions.length > 0 && {
    label: words.codes,
    value: html`<ul class="plain">${actions.map((one) => html`<li>${one.title}: <span class="machine">${one.code}</span></li>`)}</ul>`,
  },
])}
</section>
<p><a class="row-link" href="${model.backHref}">${catalogue.back}</a></p>`,
  );
}

function purpose(words: Words['catalogueService'], one: ShownPurpose): Html {
  const byConsent = one.basis === 'consent';
  return html`<section class="purpose"><h3>${one.title}</h3>
<p>${one.text}</p>
${factList([
  {
    label: words.data,
    value:
      one.data.length === 0
        ? words.dataNone
        : html`<ul class="plain">${one.data.map(
            ({ label, sensitive }) =>
              html`<li>${label}${sensitive && html` <span class="tag sensitive">${words.sensitive}</span>`}</li>`,
          )}</ul>`,
  },
  {
    label: words.basis,
    value: byConsent
      ? html`${words.byConsent}<br>${one.needed ? words.needed : words.optional}`
      : words.byLaw(one.basisRef ?? ''),
  },
  byConsent && one.basisRef !== undefined && { label: words.consentRef, value: one.basisRef },
  { label: words.retention, value: one.retention },
  {
    label: words.recipients,
    value: html`<ul class="plain">${one.recipients.map((name) => html`<li>${name}</li>`)}</ul>`,
  },
])}
</section>`;
}
