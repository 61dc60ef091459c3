// The representative's pages: the children, what waits for an answer, what was given for a child.

import { day, moment } from './format.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import type { AccountConsent, HistoryEntry } from './account.ts';
import { type Words, wordsOf } from './words/words.ts';

export type GuardianResult = keyof Words['guardian']['results'];

export type ChildrenModel = {
  readonly page: PageFrame;
  readonly result?: GuardianResult | undefined;
  readonly requests: readonly {
    readonly childName: string | undefined;
    readonly serviceTitle: string;
    readonly expiresAt: Date;
    readonly href: string;
  }[];
  readonly children: readonly {
    readonly name: string | undefined;
    readonly lastDay: Date;
    /** Absent while the child has no account here. */
    readonly href: string | undefined;
  }[];
  readonly backHref: string;
};

export function childrenPage(model: ChildrenModel): Html {
  const { page, requests, children } = model;
  const { guardian, devices } = wordsOf(page.lang);
  const named = (name: string | undefined) => name ?? guardian.noName;
  return layout(
    { ...page, title: guardian.title },
    html`<h1>${guardian.title}</h1>
${resultNote(guardian, model.result)}
<p>${guardian.lead}</p>
<h2>${guardian.waitingTitle}</h2>
${requests.length === 0 && html`<p>${guardian.nothingWaiting}</p>`}
${requests.map(
  (one) => html`<section class="service">
<h3>${guardian.asks(named(one.childName), one.serviceTitle)}</h3>
<p class="hint">${guardian.expires(moment(one.expiresAt, page.lang))}</p>
<p><a class="button" href="${one.href}">${guardian.answer}<span class="hide">: ${one.serviceTitle}</span></a></p>
</section>`,
)}
<h2>${guardian.childrenTitle}</h2>
${children.length === 0 && html`<p>${guardian.noChildren}</p><p>${hotline(guardian.noChildrenHelp)}</p>`}
${children.map(
  (child) => html`<section class="service">
<h3>${named(child.name)}</h3>
<p class="hint">${guardian.endsAt(day(child.lastDay, page.lang))}</p>
${child.href !== undefined && html`<p><a class="button quiet small" href="${child.href}">${guardian.look}<span class="hide">: ${named(child.name)}</span></a></p>`}
</section>`,
)}
<div class="leave"><a class="button quiet" href="${model.backHref}">${devices.back}</a></div>`,
  );
}

export type ChildModel = {
  readonly page: PageFrame;
  readonly name: string | undefined;
  readonly result?: GuardianResult | undefined;
  readonly services: readonly {
    readonly serviceTitle: string;
    readonly ownerName: string;
    readonly consents: readonly Omit<AccountConsent, 'receiptHref'>[];
  }[];
  readonly history: readonly HistoryEntry[];
  readonly backHref: string;
};

export function childPage(model: ChildModel): Html {
  const { page, services, history } = model;
  const { guardian } = wordsOf(page.lang);
  const title = guardian.childPageTitle(model.name ?? guardian.noName);
  return layout(
    { ...page, title },
    html`<h1>${title}</h1>
${resultNote(guardian, model.result)}
<h2>${guardian.given}</h2>
${services.length === 0 && html`<p>${guardian.nothingGiven}</p>`}
${services.map(
  (service) => html`<section class="service">
<h3>${service.serviceTitle}</h3>
<p class="hint">${service.ownerName}</p>
<ul class="consents">${service.consents.map((consent) => consentRow(consent, page))}</ul>
</section>`,
)}
<h2>${guardian.historyTitle}</h2>
${
  history.length === 0
    ? html`<p>${guardian.nothingHappened}</p>`
    : html`<ol class="history">${history.map(
        (entry) => html`<li><time datetime="${entry.at.toISOString()}">${moment(entry.at, page.lang)}</time>
<p>${entry.title}</p>
${entry.detail && html`<p class="hint">${entry.detail}</p>`}</li>`,
      )}</ol>`
}
<div class="leave"><a class="button quiet" href="${model.backHref}">${guardian.backToChildren}</a></div>`,
  );
}

function consentRow(consent: ChildModel['services'][number]['consents'][number], page: PageFrame): Html {
  const words = wordsOf(page.lang).account;
  const stands = consent.state === 'given' || consent.state === 'renewed';
  return html`<li>
<p class="consent-title">${consent.title}</p>
<p><span class="${stands ? 'tag stands' : 'tag'}">${words.states[consent.state]}</span>
<span class="hint">${words.since(day(consent.since, page.lang))}</span></p>
<div class="row-actions">
${consent.withdrawAction && html`<a class="button quiet small" href="${consent.withdrawAction}">${words.withdraw}<span class="hide">: ${consent.title}</span></a>`}
</div>
</li>`;
}

const resultNote = (words: Words['guardian'], result: GuardianResult | undefined) =>
  result !== undefined && html`<div class="panel" role="status"><p>${words.results[result]}</p></div>`;
