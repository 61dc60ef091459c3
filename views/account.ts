import { day, grouped, moment } from './format.ts';
import { factList, leaveForm } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type ConsentState = keyof Words['account']['states'];

export type AccountConsent = {
  readonly recordId: string;
  readonly title: string;
  readonly state: ConsentState;
  readonly since: Date;
  readonly version: string;
  /** GET: opens the withdrawal page. Only on a consent that stands. */
  readonly withdrawAction?: string | undefined;
  readonly receiptHref?: string | undefined;
};

export type AccountService = {
  readonly serviceTitle: string;
  readonly ownerName: string;
  readonly consents: readonly AccountConsent[];
};

export type HistoryEntry = {
  readonly at: Date;
  readonly title: string;
  readonly detail?: string | undefined;
};

export type AccountIdentity = {
  readonly source: keyof Words['account']['identitySource'];
  readonly at: Date;
  readonly until: Date;
  readonly state: 'fine' | 'ending' | 'ended';
};

export type AccountModel = {
  readonly page: PageFrame;
  readonly name: string;
  readonly level: 1 | 2;
  readonly verifiedAt?: Date | undefined;
  readonly validUntil?: Date | undefined;
  readonly phoneMasked?: string | undefined;
  readonly personalNumberMasked?: string | undefined;
  /** How and until when we know who this person is. */
  readonly identity?: AccountIdentity | undefined;
  readonly links?: readonly { readonly id: keyof Words['account']['links']; readonly href: string }[];
  readonly notices?: readonly HistoryEntry[];
  readonly services: readonly AccountService[];
  readonly csrf: string;
  readonly logoutAction: string;
  readonly history: readonly HistoryEntry[];
};

export function accountPage(model: AccountModel): Html {
  const { page, services, history } = model;
  const words = wordsOf(page.lang).account;
  return layout(
    { ...page, title: words.title },
    html`<h1>${words.title}</h1>
${levelCard(model)}
${factList([
  { label: words.name, value: model.name },
  model.phoneMasked !== undefined && { label: words.phone, value: masked(model.phoneMasked) },
  model.personalNumberMasked !== undefined && {
    label: words.personalNumber,
    value: masked(model.personalNumberMasked),
  },
])}
${model.identity && identity(model.identity, page)}
${notices(model)}
${links(model)}
<h2>${words.servicesTitle}</h2>
${services.length === 0 ? html`<p>${words.noServices}</p>` : services.map((service) => connectedService(service, page))}
<h2>${words.historyTitle}</h2>
<p>${hotline(words.historyHelp)}</p>
${history.length === 0 ? html`<p>${words.noHistory}</p>` : html`<ol class="history">${history.map((entry) => historyEntry(entry, page))}</ol>`}
${leaveForm(model.logoutAction, model.csrf, words.logout)}`,
  );
}

function levelCard(model: AccountModel): Html {
  const { level, verifiedAt, validUntil } = model;
  const { lang } = model.page;
  const words = wordsOf(lang).account;
  let text = words.levelText[level];
  if (level === 2 && verifiedAt) {
    text = validUntil
      ? words.verified(moment(verifiedAt, lang), moment(validUntil, lang))
      : words.verifiedAt(moment(verifiedAt, lang));
  }
  return html`<div class="${level === 2 ? 'level level-two' : 'level'}"><p class="level-name">${words.level[level]}</p><p>${text}</p></div>`;
}

function identity({ source, at, until, state }: AccountIdentity, { lang }: PageFrame): Html {
  const words = wordsOf(lang).account;
  return html`<section class="panel"><h2>${words.identityTitle}</h2>
<p>${words.identitySource[source]}.</p>
<p>${state === 'ended' ? words.identityEnded(day(until, lang)) : words.identity(day(at, lang), day(until, lang))}</p>
${state === 'ending' && html`<p>${words.identityEnding}</p>`}
</section>`;
}

function notices({ notices: entries = [], page }: AccountModel): Html | false {
  if (entries.length === 0) return false;
  const words = wordsOf(page.lang).notices;
  return html`<h2>${words.title}</h2>
<p>${hotline(words.help)}</p>
<ol class="history">${entries.map((entry) => historyEntry(entry, page))}</ol>`;
}

function links({ links: entries = [], page }: AccountModel): Html | false {
  if (entries.length === 0) return false;
  const words = wordsOf(page.lang).account;
  return html`<h2>${words.linksTitle}</h2>
<ul class="plain">${entries.map(({ id, href }) => html`<li><a class="row-link" href="${href}">${words.links[id]}</a></li>`)}</ul>`;
}

function masked(text: string): Html {
  return html`<span class="number">${grouped(text)}</span>`;
}

function connectedService(service: AccountService, page: PageFrame): Html {
  return html`<section class="service">
<h3>${service.serviceTitle}</h3>
<p class="hint">${service.ownerName}</p>
<ul class="consents">${service.consents.map((consent) => consentRow(consent, page))}</ul>
</section>`;
}

function consentRow(consent: AccountConsent, page: PageFrame): Html {
  const words = wordsOf(page.lang).account;
  const stands = consent.state === 'given' || consent.state === 'renewed';
  const of = html`<span class="hide">: ${consent.title}</span>`;
  return html`<li>
<p class="consent-title">${consent.title}</p>
<p><span class="${stands ? 'tag stands' : 'tag'}">${words.states[consent.state]}</span>
<span class="hint">${words.since(day(consent.since, page.lang))}, ${words.version(consent.version)}</span></p>
${consent.state === 'law' && html`<p>${hotline(words.lawText)}</p>`}
<div class="row-actions">
${consent.withdrawAction && html`<a class="button quiet small" href="${consent.withdrawAction}">${words.withdraw}${of}</a>`}
${consent.receiptHref && html`<a class="row-link" href="${consent.receiptHref}">${words.receipt}${of}</a>`}
</div>
</li>`;
}

function historyEntry(entry: HistoryEntry, page: PageFrame): Html {
  return html`<li><time datetime="${entry.at.toISOString()}">${moment(entry.at, page.lang)}</time>
<p>${entry.title}</p>
${entry.detail && html`<p class="hint">${entry.detail}</p>`}</li>`;
}
