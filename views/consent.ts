import { errorSummary, factList, type FieldError, hidden, leaveForm, postForm, primary } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type ConsentPurpose = {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly data: readonly { readonly label: string; readonly sensitive: boolean }[];
  readonly retentionText: string;
  readonly recipients: readonly string[];
  /** `law`: the page informs, there is nothing to choose (Luật 91/2025 Đ.19). */
  readonly basis: 'consent' | 'law';
  readonly basisRef?: string | undefined;
  readonly needed: boolean;
  readonly current?: 'given' | 'refused' | undefined;
};

export type ConsentModel = {
  readonly page: PageFrame;
  readonly clientName: string;
  readonly serviceTitle: string;
  readonly ownerName: string;
  /** Posts `csrf`, `notice_version` and, per consent purpose, `purpose.<id>` = `given` or `refused`; nothing chosen sends nothing. */
  readonly action: string;
  /** Absent on a page that is no step of a sign-in: `instead.backHref` leads away. */
  readonly cancelAction?: string | undefined;
  readonly csrf: string;
  readonly purposes: readonly ConsentPurpose[];
  readonly noticeVersion: string;
  readonly rightsHref: string;
  readonly error?: 'unanswered' | 'changed' | undefined;
  /** Purpose ids, for `unanswered`. */
  readonly unanswered?: readonly string[] | undefined;
  /** For a child under 16: what the page says to the child, or to the representative. */
  readonly instead?:
    | {
        readonly title: string;
        readonly lead: string;
        readonly notes?: readonly string[] | undefined;
        /** In place of "you come from". */
        readonly client?: string | undefined;
        readonly submit: string;
        readonly back?: { readonly href: string; readonly label: string } | undefined;
      }
    | undefined;
  /** What was chosen on this very page before an error, so that it need not be chosen twice. */
  readonly chosen?: Readonly<Record<string, 'given' | 'refused'>> | undefined;
};

export function consentPage(model: ConsentModel): Html {
  const { page } = model;
  const words = wordsOf(page.lang).consent;
  const asked = model.purposes.filter((purpose) => purpose.basis === 'consent');
  const byLaw = model.purposes.filter((purpose) => purpose.basis === 'law');
  const choosing = asked.length > 0;
  const { instead } = model;
  const title = instead?.title ?? (choosing ? words.title : words.noticeOnlyTitle);
  return layout(
    { ...page, title, failed: model.error !== undefined },
    html`${errorSummary(page.lang, mistakes(model, asked))}
<h1>${title}</h1>
<p>${instead?.lead ?? (choosing ? words.lead : words.noticeOnlyLead)}</p>
${instead?.notes?.map((note) => html`<p>${note}</p>`)}
${factList([
  { label: words.service, value: html`<strong>${model.serviceTitle}</strong>` },
  { label: words.owner, value: model.ownerName },
  { label: instead?.client ?? words.client, value: model.clientName },
])}
${postForm(
  model.action,
  model.csrf,
  html`${hidden('notice_version', model.noticeVersion)}
${asked.map((purpose, index) => askedPurpose(model, purpose, index))}
${byLaw.map((purpose, index) => lawPurpose(words, purpose, asked.length + index))}
<section class="rights">
<h2>${words.rightsTitle}</h2>
<p>${words.rights}</p>
<p><a class="row-link" href="${model.rightsHref}">${words.rightsLink}</a></p>
<p class="hint">${words.notice(model.noticeVersion)}</p>
</section>
${primary(instead?.submit ?? (choosing ? words.submit : words.acknowledge))}`,
)}
${model.cancelAction !== undefined && leaveForm(model.cancelAction, model.csrf, words.cancel)}
${instead?.back && html`<div class="leave"><a class="button quiet" href="${instead.back.href}">${instead.back.label}</a></div>`}`,
  );
}

function mistakes(model: ConsentModel, asked: readonly ConsentPurpose[]): FieldError[] {
  const words = wordsOf(model.page.lang).consent.errors;
  if (model.error === undefined) return [];
  if (model.error === 'changed') return [{ field: 'purpose-1', message: words.changed }];
  const missing = asked.flatMap((purpose, index) =>
    isUnanswered(model, purpose)
      ? [{ field: radioId(index, 'given'), message: words.unansweredOne(purpose.title) }]
      : [],
  );
  return missing.length > 0 ? missing : [{ field: radioId(0, 'given'), message: words.unanswered }];
}

function isUnanswered(model: ConsentModel, purpose: ConsentPurpose): boolean {
  return model.error === 'unanswered' && (model.unanswered ?? []).includes(purpose.id);
}

// Ids by position: a purpose's own id comes from the catalogue and may hold any character.
function radioId(index: number, choice: 'given' | 'refused'): string {
  return `purpose-${index + 1}-${choice}`;
}

function askedPurpose(model: ConsentModel, purpose: ConsentPurpose, index: number): Html {
  const words = wordsOf(model.page.lang).consent;
  const wrong = isUnanswered(model, purpose);
  const id = `purpose-${index + 1}`;
  return html`<section class="${wrong ? 'purpose wrong' : 'purpose'}" id="${id}" tabindex="-1" aria-labelledby="${id}-title">
<h2 id="${id}-title">${purpose.title}</h2>
${purposeNotice(words, purpose)}
${purpose.data.some((item) => item.sensitive) && html`<p class="sensitive-note">${words.sensitiveNote}</p>`}
${purpose.current && html`<p>${words.current[purpose.current]}</p>`}
<fieldset aria-describedby="${wrong ? `${id}-stake ${id}-error` : `${id}-stake`}">
<legend><span class="hide">${purpose.title}: </span>${words.choice}</legend>
<p class="stake" id="${id}-stake">${purpose.needed ? words.needed : words.optional}</p>
${wrong && html`<p class="mistake" id="${id}-error">${words.errors.unanswered}</p>`}
<div class="choices">${(['given', 'refused'] as const).map(
    (choice) =>
      html`<label class="choice" for="${radioId(index, choice)}"><input type="radio" id="${radioId(index, choice)}" name="purpose.${purpose.id}" value="${choice}"${
        model.chosen?.[purpose.id] === choice && html` checked`
      }><span>${choice === 'given' ? words.yes : words.no}</span></label>`,
  )}</div>
</fieldset>
</section>`;
}

function lawPurpose(words: Words['consent'], purpose: ConsentPurpose, index: number): Html {
  const id = `purpose-${index + 1}`;
  return html`<section class="purpose by-law" id="${id}" tabindex="-1" aria-labelledby="${id}-title">
<h2 id="${id}-title">${purpose.title}</h2>
<p><span class="tag">${words.lawTag}</span></p>
${purposeNotice(words, purpose)}
<p>${hotline(words.lawText)}</p>
</section>`;
}

function purposeNotice(words: Words['consent'], purpose: ConsentPurpose): Html {
  return html`<p>${purpose.text}</p>
${factList([
  {
    label: words.data,
    value:
      purpose.data.length === 0
        ? words.noData
        : html`<ul class="plain">${purpose.data.map(
            ({ label, sensitive }) =>
              html`<li>${label}${sensitive && html` <span class="tag sensitive">${words.sensitive}</span>`}</li>`,
          )}</ul>`,
  },
  { label: words.retention, value: purpose.retentionText },
  {
    label: words.recipients,
    value: html`<ul class="plain">${purpose.recipients.map((name) => html`<li>${name}</li>`)}</ul>`,
  },
  purpose.basisRef !== undefined && { label: words.lawRef, value: purpose.basisRef },
])}`;
}
