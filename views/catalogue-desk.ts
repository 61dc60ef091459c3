import { changedSubjects, directionTag, type ChangeDirection, type ChangedSubject } from './catalogue-changes.ts'; // prettier-ignore
import { errorSummary, factList, postForm, secondary } from './form.ts';
import { moment } from './format.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

type Desk = Words['catalogueDesk'];
export type ProposalState = keyof Desk['states'];

export type ShownProposal = {
  readonly href: string;
  readonly version: string;
  readonly direction: ChangeDirection;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvals: number;
  readonly state: ProposalState;
};

export type CatalogueDeskModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  readonly open: readonly ShownProposal[];
  readonly ended: readonly ShownProposal[];
  readonly safetyHref: string;
  readonly signOutAction: string;
};

/** The approver's desk. */
export function catalogueDeskPage(model: CatalogueDeskModel): Html {
  const { page, open, ended } = model;
  const words = wordsOf(page.lang).catalogueDesk;
  return layout(
    { ...page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<h2>${words.openTitle}</h2>
${open.length === 0 ? html`<p class="hint">${words.openNone}</p>` : proposals(open, page)}
${ended.length > 0 && html`<h2>${words.endedTitle}</h2>${proposals(ended, page)}`}
<p><a class="row-link" href="${model.safetyHref}">${words.safety}</a></p>
<div class="leave">${postForm(model.signOutAction, model.csrf, secondary(words.signOut))}</div>`,
  );
}

function proposals(list: readonly ShownProposal[], { lang }: PageFrame): Html {
  const words = wordsOf(lang).catalogueDesk;
  return html`<ul class="plain">${list.map(
    (one) => html`<li class="desk"><p>${directionTag(one.direction, lang)}<br>
${words.item(one.version, one.proposedBy, moment(one.proposedAt, lang))}<br>
<span class="hint">${one.state === 'open' ? words.approvals(one.approvals) : words.states[one.state]}</span></p>
<a class="row-link" href="${one.href}">${words.look}<span class="hide">: ${one.version}</span></a></li>`,
  )}</ul>`;
}

export type CatalogueProposalModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  readonly version: string;
  readonly sha256: string;
  readonly base: string;
  readonly direction: ChangeDirection;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly expiresAt: Date;
  readonly state: ProposalState;
  readonly subjects: readonly ChangedSubject[];
  readonly verdicts: readonly {
    readonly verdict: keyof Desk['verdicts'];
    readonly login: string;
    readonly unit: string;
    readonly reason: string;
    readonly at: Date;
  }[];
  /** Posts `csrf`, `reason` and `verdict`; or why the reader has nothing to say here. */
  readonly say: { readonly action: string } | 'yours' | 'own' | 'ended';
  readonly reason: string;
  readonly error?: keyof Desk['errors'] | undefined;
  readonly backHref: string;
};

/** One proposal, read change by change, and the reader's word on it. */
export function catalogueProposalPage(model: CatalogueProposalModel): Html {
  const { page, say, error } = model;
  const words = wordsOf(page.lang).catalogueDesk;
  const history = wordsOf(page.lang).catalogueHistory;
  const title = words.oneTitle(model.version);
  const message = error && words.errors[error];
  return layout(
    { ...page, title, failed: message !== undefined },
    html`${message && errorSummary(page.lang, [{ field: 'reason', message }])}
<h1>${title}</h1>
${factList([
  { label: history.direction, value: directionTag(model.direction, page.lang) },
  { label: words.proposedBy, value: model.proposedBy },
  { label: words.proposedAt, value: moment(model.proposedAt, page.lang) },
  { label: words.state, value: words.states[model.state] },
  model.state === 'open' && { label: words.expiresAt, value: moment(model.expiresAt, page.lang) },
  { label: history.sha256, value: html`<span class="machine">${model.sha256}</span>` },
  { label: history.base, value: html`<span class="machine">${model.base}</span>` },
])}
${model.state === 'open' && html`<p>${model.direction === 'weaker' ? words.waitsFor.weaker : words.waitsFor.other}</p>`}
<h2>${history.changesTitle}</h2>
${changedSubjects(model.subjects, page.lang)}
${model.verdicts.length > 0 && verdicts(model, words)}
${say === 'yours' || say === 'own' ? html`<p class="panel">${words[say]}</p>` : say !== 'ended' && form(model, say.action, words, message)}
<p><a class="row-link" href="${model.backHref}">${words.back}</a></p>`,
  );
}

function verdicts({ page, verdicts: list }: CatalogueProposalModel, words: Desk): Html {
  return html`<h2>${words.verdictsTitle}</h2>
<ul class="history">${list.map(
    (
      one,
    ) => html`<li><p>${words.verdict(words.verdicts[one.verdict], one.login, one.unit, moment(one.at, page.lang))}</p>
<p>${one.reason}</p></li>`,
  )}</ul>`;
}

function form(model: CatalogueProposalModel, action: string, words: Desk, message: string | undefined): Html {
  return html`<h2>${words.formTitle}</h2>
<p>${words.formText}</p>
${postForm(
  action,
  model.csrf,
  html`<div class="${message === undefined ? 'field' : 'field wrong'}">
<label for="reason">${words.reason}</label>
<p class="hint" id="reason-hint">${words.reasonHint}</p>
${message !== undefined && html`<p class="mistake" id="reason-error">${message}</p>`}
<textarea class="input" id="reason" name="reason" maxlength="600" aria-describedby="${message === undefined ? 'reason-hint' : 'reason-hint reason-error'}"${message !== undefined && html` aria-invalid="true"`}>${model.reason}</textarea>
</div>
<div class="actions"><button class="button" type="submit" name="verdict" value="approved">${words.approve}</button>
<button class="button quiet" type="submit" name="verdict" value="refused">${words.refuse}</button></div>`,
)}`;
}

const OUTCOMES = ['approved', 'refused', 'ended', 'spoken', 'own'] as const;
export type DeskOutcome = (typeof OUTCOMES)[number];
export const isDeskOutcome = (word: string): word is DeskOutcome => OUTCOMES.some((known) => known === word);

export type CatalogueDoneModel = {
  readonly page: PageFrame;
  readonly outcome: DeskOutcome;
  readonly backHref: string;
};

export function catalogueDonePage({ page, outcome, backHref }: CatalogueDoneModel): Html {
  const words = wordsOf(page.lang).catalogueDesk;
  return layout(
    { ...page, title: words.done[outcome] },
    html`<div class="done"><h1>${words.done[outcome]}</h1>
<p>${words.doneText[outcome]}</p></div>
<div class="actions"><a class="button" href="${backHref}" autofocus>${words.back}</a></div>`,
  );
}
