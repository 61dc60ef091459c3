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

const SHOWN = 4;

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
  model.identity !== undefined && { label: words.identityTitle, value: identity(model.identity, page) },
])}
${notices(model)}
<h2>${words.servicesTitle}</h2>
${services.length === 0 ? html`<p>${words.noServices}</p>` : services.map((service) => connectedService(service, page))}
${links(model)}
<h2>${words.historyTitle}</h2>
${history.length === 0 ? html`<p>${words.noHistory}</p>` : html`${toldOf(model) === 0 && html`<p>${hotline(words.historyHelp)}</p>`}${entries(history, page)}`}
${leaveForm(model.logoutAction, model.csrf, words.logout)}`,
  );
}

// The same advice stands above the notices, when there are any.
const toldOf = ({ notices: told = [] }: AccountModel) => told.length;

function levelCard(model: AccountModel): Html {
  const { level, verifiedAt, validUntil } = model;
  const { lang } = model.page;
  const words = wordsOf(lang).account;
  let text =
    level === 1 && model.identity !== undefined && model.identity.state !== 'ended'
      ? words.levelTextBound
      : words.levelText[level];
  if (level === 2 && verifiedAt) {
    text = validUntil
      ? words.verified(moment(verifiedAt, lang), moment(validUntil, lang))
      : words.verifiedAt(moment(verifiedAt, lang));
  }
  return html`<div class="${level === 2 ? 'level level-two' : 'level'}"><p class="level-name">${words.level[level]}</p><p>${text}</p></div>`;
}

function identity({ source, at, until, state }: AccountIdentity, { lang }: PageFrame): string {
  const words = wordsOf(lang).account;
  if (state === 'ended') return words.identityEnded(day(until, lang));
  const stands = words.identity(words.identitySource[source], day(at, lang), day(until, lang));
  return state === 'ending' ? `${stands} ${words.identityEnding}` : stands;
}

function notices({ notices: told = [], page }: AccountModel): Html | false {
  if (told.length === 0) return false;
  const words = wordsOf(page.lang).notices;
  return html`<h2>${words.title}</h2>
<p>${hotline(words.help)}</p>
${entries(told, page)}`;
}

// The newest are enough for most visits; the others stay one tap away.
function entries(all: readonly HistoryEntry[], page: PageFrame): Html {
  const list = (some: readonly HistoryEntry[]) =>
    html`<ol class="history">${some.map((entry) => historyEntry(entry, page))}</ol>`;
  const older = all.slice(SHOWN);
  return html`${list(all.slice(0, SHOWN))}
${
  older.length > 0 &&
  html`<details class="fold"><summary>${wordsOf(page.lang).account.older(older.length)}</summary>${list(older)}</details>`
}`;
}

function links({ links: all = [], page }: AccountModel): Html | false {
  if (all.length === 0) return false;
  const words = wordsOf(page.lang).account;
  return html`<h2>${words.linksTitle}</h2>
<ul class="plain">${all.map(({ id, href }) => html`<li><a class="row-link" href="${href}">${words.links[id]}</a></li>`)}</ul>`;
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
<span class="hint">${words.since(day(consent.since, page.lang))}</span></p>
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
