import { day, moment } from './format.ts';
import { factList } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { chart, foldedTable, type Chart } from './service-owner-chart.ts';
import { count, duration, share, span } from './service-owner-numbers.ts';
import { type Lang, type Words, wordsOf } from './words/words.ts';

export type OwnerPeriod = keyof Words['owner']['periods'];
export type RefusalCause = keyof Words['owner']['causes']['names'];
export type ShownLatency = { readonly p50: number; readonly p95: number; readonly p99: number };

export type ShownSlot = {
  /** As it is written under the charts, and in full in the tables. */
  readonly label: string;
  readonly name: string;
  readonly allowed: number;
  readonly refused: number;
  readonly started: number;
  readonly reached: number;
  readonly latency: ShownLatency | undefined;
};

export type ShownFinding =
  | { readonly kind: 'never' }
  | { readonly kind: 'silent'; readonly minutes: number; readonly lastAt: Date }
  | { readonly kind: 'overdue' | 'dropped' | 'unavailable' | 'unknownAction'; readonly n: number }
  | { readonly kind: 'slow'; readonly p95Ms: number }
  | { readonly kind: 'conversion'; readonly reached: number; readonly started: number };

export type ServiceOwnerModel = {
  readonly page: PageFrame;
  readonly service: { readonly title: string; readonly code: string; readonly owner: string };
  readonly at: Date;
  readonly period: OwnerPeriod;
  readonly periodHrefs: Readonly<Record<OwnerPeriod, string>>;
  /** For who may see every service. */
  readonly othersHref: string | undefined;
  readonly safetyHref: string;
  readonly findings: readonly ShownFinding[];
  readonly slots: readonly ShownSlot[];
  readonly allowed: number;
  readonly refused: number;
  readonly started: number;
  readonly reached: number;
  readonly tokens: number;
  readonly dropped: number;
  readonly latency: ShownLatency | undefined;
  readonly causes: readonly { readonly cause: RefusalCause; readonly n: number }[];
  readonly actions: readonly { readonly title: string; readonly allowed: number; readonly refused: number }[];
  readonly lastRecordAt: Date | undefined;
  /** Undefined: the service has not signed up for signals. */
  readonly signals: { readonly pending: number; readonly overdue: number } | undefined;
  /** Absent where there is nothing to draw. */
  readonly charts: Partial<
    Readonly<Record<'requests' | 'causes' | 'conversion' | 'latency' | 'actions', Chart>>
  >;
};

/** How one service fares: what needs a look first, then five questions with a drawing each. */
export function serviceOwnerPage(model: ServiceOwnerModel): Html {
  const { page, service, period } = model;
  const { lang } = page;
  const words = wordsOf(lang).owner;
  const title = words.title(service.title);
  return layout(
    { ...page, title, wide: true },
    html`<h1>${title}</h1>
<p>${words.where(service.code, service.owner)}</p>
<nav class="periods" aria-label="${words.periodsLabel}"><ul class="plain">${(['24h', '30d'] as const).map(
      (name) =>
        html`<li><a class="row-link" href="${model.periodHrefs[name]}"${name === period && html` aria-current="page"`}>${words.periods[name]}</a></li>`,
    )}</ul></nav>
<p class="hint">${words.asOf(moment(model.at, lang))}</p>
${findings(model)}
${requests(model)}
${causes(model)}
${conversion(model)}
${latency(model)}
${actions(model)}
${signals(model)}
<ul class="plain">${model.othersHref && html`<li><a class="row-link" href="${model.othersHref}">${words.others}</a></li>`}
<li><a class="row-link" href="${model.safetyHref}">${words.safety}</a></li></ul>`,
  );
}

function findings({ findings: list, page: { lang } }: ServiceOwnerModel): Html {
  const words = wordsOf(lang).owner;
  return html`<section class="panel"><h2>${words.findingsTitle}</h2>
${list.length === 0 ? html`<p>${words.nothingFound}</p>` : html`<ul>${list.map((one) => html`<li>${finding(one, lang)}</li>`)}</ul>`}
</section>`;
}

function finding(one: ShownFinding, lang: Lang): string {
  const words = wordsOf(lang).owner.findings;
  switch (one.kind) {
    case 'never':
      return words.never;
    case 'silent':
      return words.silent(span(one.minutes, lang), moment(one.lastAt, lang));
    case 'slow':
      return words.slow(duration(one.p95Ms, lang));
    case 'conversion':
      return words.conversion(share(one.reached, one.started));
    default:
      return words[one.kind](count(one.n, lang));
  }
}

function requests(model: ServiceOwnerModel): Html {
  const { page, slots, allowed, refused, charts } = model;
  const { lang } = page;
  const words = wordsOf(lang).owner;
  const { requests: own } = words;
  const all = allowed + refused;
  const n = (value: number) => count(value, lang);
  const peak = slots.reduce((most, slot) => (slot.allowed + slot.refused > most.allowed + most.refused ? slot : most), slots[0] ?? EMPTY); // prettier-ignore
  return html`<h2>${own.title}</h2>
${factList([
  { label: own.total, value: n(all) },
  { label: own.allowed, value: n(allowed) },
  { label: own.refused, value: all === 0 ? n(refused) : own.refusedShare(n(refused), share(refused, all)) },
  { label: own.tokens, value: n(model.tokens) },
  { label: words.dropped, value: n(model.dropped) },
  model.lastRecordAt && { label: own.last, value: moment(model.lastRecordAt, lang) },
])}
${
  charts.requests === undefined
    ? html`<p class="hint">${own.none}</p>`
    : html`${chart(charts.requests, own.chart(n(allowed), n(refused), `${peak.name}, ${n(peak.allowed + peak.refused)}`))}
${foldedTable(
  words.asTable(own.title),
  [words.time, own.allowed, own.refused],
  slots.map((slot) => [slot.name, n(slot.allowed), n(slot.refused)]),
)}`
}`;
}

const EMPTY: ShownSlot = { label: '', name: '', allowed: 0, refused: 0, started: 0, reached: 0, latency: undefined }; // prettier-ignore

// Each cause with what to do about it, so the list is the drawing's other form.
function causes({ page: { lang }, causes: list, charts }: ServiceOwnerModel): Html {
  const words = wordsOf(lang).owner.causes;
  const [first] = list;
  return html`<h2>${words.title}</h2>
${
  first === undefined || charts.causes === undefined
    ? html`<p class="hint">${words.none}</p>`
    : html`${chart(charts.causes, words.chart(words.names[first.cause], count(first.n, lang)))}
<dl class="causes">${list.map(
        ({ cause, n }) =>
          html`<div><dt>${words.names[cause]}: ${count(n, lang)}</dt><dd>${words.todos[cause]}</dd></div>`,
      )}</dl>`
}`;
}

function conversion({ page: { lang }, started, reached, slots, charts }: ServiceOwnerModel): Html {
  const all = wordsOf(lang).owner;
  const words = all.conversion;
  const n = (value: number) => count(value, lang);
  if (started === 0 || charts.conversion === undefined)
    return html`<h2>${words.title}</h2><p class="hint">${words.none}</p>`;
  return html`<h2>${words.title}</h2>
${factList([
  { label: words.started, value: n(started) },
  { label: words.reached, value: words.share(n(reached), share(reached, started)) },
  { label: words.abandoned, value: words.share(n(started - reached), share(started - reached, started)) },
])}
${chart(charts.conversion, words.chart(n(started), n(reached)))}
${foldedTable(
  all.asTable(words.title),
  [all.time, words.started, words.reached],
  slots.map((slot) => [slot.name, n(slot.started), n(slot.reached)]),
)}`;
}

function latency({ page: { lang }, latency: whole, slots, charts }: ServiceOwnerModel): Html {
  const all = wordsOf(lang).owner;
  const words = all.latency;
  if (whole === undefined || charts.latency === undefined)
    return html`<h2>${words.title}</h2><p class="hint">${words.none}</p>`;
  const ms = (value: number | undefined) => (value === undefined ? '' : duration(value, lang));
  return html`<h2>${words.title}</h2>
<p>${words.lead}</p>
${factList((['p50', 'p95', 'p99'] as const).map((name) => ({ label: words[name], value: ms(whole[name]) })))}
${chart(charts.latency, words.chart(ms(whole.p95)))}
${foldedTable(
  all.asTable(words.title),
  [all.time, 'p50', 'p95', 'p99'],
  slots
    .filter((slot) => slot.latency !== undefined)
    .map((slot) => [slot.name, ms(slot.latency?.p50), ms(slot.latency?.p95), ms(slot.latency?.p99)]),
)}`;
}

function actions({ page: { lang }, actions: list, charts }: ServiceOwnerModel): Html {
  const all = wordsOf(lang).owner;
  const words = all.actions;
  const [first] = list;
  if (first === undefined || charts.actions === undefined)
    return html`<h2>${words.title}</h2><p class="hint">${words.none}</p>`;
  const n = (value: number) => count(value, lang);
  return html`<h2>${words.title}</h2>
${chart(charts.actions, words.chart(first.title, n(first.allowed + first.refused)))}
${foldedTable(
  all.asTable(words.title),
  [words.action, all.requests.allowed, all.requests.refused],
  list.map((one) => [one.title, n(one.allowed), n(one.refused)]),
)}`;
}

function signals({ page: { lang }, signals: state }: ServiceOwnerModel): Html {
  const words = wordsOf(lang).owner.signals;
  return html`<h2>${words.title}</h2>
${
  state === undefined
    ? html`<p class="hint">${words.none}</p>`
    : factList([
        { label: words.pending, value: count(state.pending, lang) },
        { label: words.overdue, value: count(state.overdue, lang) },
      ])
}`;
}

export type ServiceChoiceModel = {
  readonly page: PageFrame;
  readonly services: readonly { readonly title: string; readonly owner: string; readonly href: string }[];
  readonly safetyHref: string;
};

/** For operators and auditors: which service? */
export function serviceChoicePage({ page, services, safetyHref }: ServiceChoiceModel): Html {
  const words = wordsOf(page.lang).owner;
  return layout(
    { ...page, title: words.chooseTitle },
    html`<h1>${words.chooseTitle}</h1>
${services.length === 0 ? html`<p>${words.chooseNone}</p>` : html`<p>${words.chooseLead}</p>`}
<ul class="plain">${services.map(
      ({ title, owner, href }) =>
        html`<li class="desk"><p>${title}<br><span class="hint">${owner}</span></p><a class="row-link" href="${href}">${words.see}<span class="hide">: ${title}</span></a></li>`,
    )}</ul>
<p><a class="row-link" href="${safetyHref}">${words.safety}</a></p>`,
  );
}

/** `22/11` under a chart of days. */
export const shortDay = (at: Date): string => day(at, 'vi').slice(0, 5);
