import { errorSummary, factList, postForm, primary, secondary } from './form.ts';
import type { Fact } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type LookReason = keyof Words['counterLook']['reasons'];
export type RegisterPerson = {
  readonly name: string;
  readonly birthYear: string;
  readonly numberMasked: string;
};

export type CounterLookModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  /** As the register has them, never as typed. Absent on the page that only refuses. */
  readonly person?: RegisterPerson | undefined;
  readonly child?: RegisterPerson | undefined;
  readonly paper?: string | undefined;
  readonly oldNumberMasked?: string | undefined;
  /** The name on record under the old number. */
  readonly oldName?: string | undefined;
  readonly account?: 'locked' | 'unlocked' | undefined;
  /** Login of the officer who looked first, and why they sent it on. */
  readonly firstLogin?: string | undefined;
  readonly firstWord?: { readonly reason: LookReason; readonly note?: string | undefined } | undefined;
  /** Posts `csrf`, `face`, `card`, `freeWill`, `reason`, `note`. */
  readonly confirm?:
    | {
        readonly action: string;
        readonly button: 'confirm' | 'lock' | 'unlock' | 'record' | 'replace';
        /** None: the paper is the reason. */
        readonly reasons: readonly LookReason[];
      }
    | undefined;
  /** Posts `csrf`, `reason`, `note`. */
  readonly refuse?: { readonly action: string; readonly reasons: readonly LookReason[] } | undefined;
  readonly otherCardHref?: string | undefined;
  readonly backHref: string;
  readonly error?: keyof Words['counterLook']['errors'] | undefined;
  /** What was ticked, chosen and written before the mistake. `refusing`: in the form that refuses. */
  readonly kept?: KeptLook | undefined;
};

export type KeptLook = {
  readonly seen: Readonly<Record<(typeof SEEN)[number], boolean>>;
  readonly reason: string;
  readonly note: string;
  readonly refusing: boolean;
};

/** A reason as it was written down, if it is one of ours. */
export const isLookReason = (reason: string): reason is LookReason =>
  Object.hasOwn(wordsOf('vi').counterLook.reasons, reason);

const SEEN = ['face', 'card', 'freeWill'] as const;

/** What the register says beside what the officer sees. */
export function counterLookPage(model: CounterLookModel): Html {
  const { page, confirm, refuse, error } = model;
  const words = wordsOf(page.lang).counterLook;
  const title = confirm === undefined ? words.refuseTitle : model.firstLogin === undefined ? words.title : words.secondTitle; // prettier-ignore
  const field = error === 'reason' ? (confirm === undefined ? 'refuse-reason' : 'reason') : 'face';
  const message = error && words.errors[error];
  return layout(
    { ...page, title, failed: message !== undefined },
    html`${message && errorSummary(page.lang, [{ field, message }])}
<h1>${title}</h1>
${model.firstLogin !== undefined && html`<p class="lead">${words.secondWhy(model.firstLogin)}</p>`}
${
  model.firstWord &&
  factList([
    { label: words.firstReason, value: words.reasons[model.firstWord.reason] },
    model.firstWord.note !== undefined && { label: words.firstNote, value: model.firstWord.note },
  ])
}
${model.person && facts(model, model.person)}
${confirm && confirmForm(model, confirm)}
${
  refuse &&
  html`<section class="leave">
${confirm && html`<h2>${words.refuseTitle}</h2>`}
<p>${words.refuseText}</p>
${postForm(refuse.action, model.csrf, html`${reasonField('refuse-', refuse.reasons, words, keptIn(model, true))}${noteField('refuse-', words.noteHint, words, keptIn(model, true))}${secondary(words.refuse)}`)}
</section>`
}
<p class="row-actions">${model.otherCardHref !== undefined && html`<a class="row-link" href="${model.otherCardHref}">${words.otherCard}</a>`}
<a class="row-link" href="${model.backHref}">${wordsOf(page.lang).counter.back}</a></p>`,
  );
}

function facts(model: CounterLookModel, person: RegisterPerson): Html {
  const words = wordsOf(model.page.lang).counterLook;
  const about = ({ name, birthYear, numberMasked }: RegisterPerson): readonly Fact[] => [
    { label: words.name, value: html`<strong>${name}</strong>` },
    { label: words.birthYear, value: birthYear },
    { label: words.number, value: html`<span class="number">${numberMasked}</span>` },
  ];
  return html`<section class="panel"><h2>${words.facts}</h2>
${factList([
  ...about(person),
  model.oldNumberMasked !== undefined && {
    label: words.oldNumber,
    value: html`<span class="number">${model.oldNumberMasked}</span>`,
  },
  model.oldName !== undefined && { label: words.oldName, value: model.oldName },
  model.account && { label: words.account, value: words[model.account] },
])}
</section>
${
  model.child &&
  html`<section class="panel"><h2>${words.child}</h2>
${factList([...about(model.child), model.paper !== undefined && { label: words.paper, value: model.paper }])}
</section>`
}`;
}

function confirmForm(model: CounterLookModel, confirm: NonNullable<CounterLookModel['confirm']>): Html {
  const words = wordsOf(model.page.lang).counterLook;
  return postForm(
    confirm.action,
    model.csrf,
    html`<fieldset class="checks"><legend>${words.checks}</legend>
<div class="choices">${SEEN.map(
      (name) =>
        html`<label class="choice"><input type="checkbox" id="${name}" name="${name}" value="yes"${name === 'face' && model.error === undefined && html` autofocus`}${keptIn(model, false)?.seen[name] === true && html` checked`}>${words[name]}</label>`,
    )}</div></fieldset>
${confirm.reasons.length > 0 && reasonField('', confirm.reasons, words, keptIn(model, false))}
${noteField('', confirm.reasons.length > 0 ? words.noteHint : words.noteFree, words, keptIn(model, false))}
${primary(words[confirm.button])}`,
  );
}

const keptIn = ({ kept }: CounterLookModel, refusing: boolean) =>
  kept?.refusing === refusing ? kept : undefined;

function reasonField(
  prefix: string,
  reasons: readonly LookReason[],
  words: Words['counterLook'],
  kept: KeptLook | undefined,
): Html {
  return html`<div class="field">
<label for="${prefix}reason">${words.reason}</label>
<select class="input" id="${prefix}reason" name="reason">
<option value="">${words.choose}</option>
${reasons.map((reason) => html`<option value="${reason}"${kept?.reason === reason && html` selected`}>${words.reasons[reason]}</option>`)}
</select>
</div>`;
}

function noteField(
  prefix: string,
  hint: string,
  words: Words['counterLook'],
  kept: KeptLook | undefined,
): Html {
  return html`<div class="field">
<label for="${prefix}note">${words.note}</label>
<p class="hint" id="${prefix}note-hint">${hint}</p>
<textarea class="input" id="${prefix}note" name="note" maxlength="300" aria-describedby="${prefix}note-hint">${kept?.note ?? ''}</textarea>
</div>`;
}
