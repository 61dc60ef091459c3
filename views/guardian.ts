// A child's sign-in: sent to the representative, waiting, nobody on record. What the child chooses is
// asked on the consent page itself (views/consent.ts, `instead`).

import { moment } from './format.ts';
import { hidden, leaveForm, postForm, primary, secondary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

type Shared = {
  readonly page: PageFrame;
  readonly csrf: string;
  /** Posts `csrf`; with `without` the sign-in goes on and nothing is agreed to. */
  readonly action: string;
  readonly cancelAction: string;
};

/** Below 7 there is nothing for the child to choose. */
export function sendToGuardianPage(model: Shared & { readonly serviceTitle: string }): Html {
  const words = wordsOf(model.page.lang);
  const title = words.guardian.sendTitle;
  return layout(
    { ...model.page, title },
    html`<h1>${title}</h1>
<p>${words.guardian.sendLead}</p>
<p>${words.consent.service}: <strong>${model.serviceTitle}</strong></p>
${postForm(model.action, model.csrf, primary(words.guardian.sendButton))}
${without(model)}
${leaveForm(model.cancelAction, model.csrf, words.guardian.cancel)}`,
  );
}

export type GuardianWaitModel = Shared & {
  /** The page itself: the answer's Refresh header fetches it again every few seconds. */
  readonly selfHref: string;
  /** Where the representative goes, as read aloud: `id.tayninh.gov.vn/toi/con`. */
  readonly address: string;
  readonly until: Date;
  /** What the child chose; none below 7. */
  readonly choices: readonly { readonly title: string; readonly choice: 'given' | 'refused' }[];
};

export function guardianWaitPage(model: GuardianWaitModel): Html {
  const { page, choices } = model;
  const words = wordsOf(page.lang);
  const { guardian } = words;
  return layout(
    { ...page, title: guardian.waitTitle },
    html`<h1>${guardian.waitTitle}</h1>
<p>${guardian.waitLead}</p>
<ol class="steps">${guardian.waitSteps(model.address).map((step) => html`<li>${step}</li>`)}</ol>
${
  choices.length > 0 &&
  html`<section class="panel">
<h2>${guardian.yourChoices}</h2>
<ul>${choices.map(({ title, choice }) => html`<li>${title}: <strong>${choice === 'given' ? words.consent.yes : words.consent.no}</strong></li>`)}</ul>
</section>`
}
<p>${guardian.waitUntil(moment(model.until, page.lang))}</p>
<p>${guardian.waitLeave}</p>
<p><a class="row-link" href="${model.selfHref}">${guardian.waitCheck}</a></p>
${without(model)}
${leaveForm(model.cancelAction, model.csrf, guardian.waitStop)}`,
  );
}

export function noGuardianPage(model: Shared): Html {
  const words = wordsOf(model.page.lang);
  const { guardian } = words;
  return layout(
    { ...model.page, title: guardian.noneTitle },
    html`<h1>${guardian.noneTitle}</h1>
<p>${guardian.noneLead}</p>
<section class="panel">
<h2>${guardian.noneStepsTitle}</h2>
<ol class="steps">${guardian.noneSteps.map((step) => html`<li>${step}</li>`)}</ol>
</section>
${without(model)}
${leaveForm(model.cancelAction, model.csrf, guardian.cancel)}`,
  );
}

// What rests on law needs nobody's consent, so a child is not kept from it until somebody answers.
function without({ page, action, csrf }: Shared): Html {
  const { guardian } = wordsOf(page.lang);
  return html`<section class="rights">
<h2>${guardian.withoutTitle}</h2>
<p>${guardian.withoutText}</p>
${postForm(action, csrf, html`${hidden('without', '1')}${secondary(guardian.withoutButton)}`)}
</section>`;
}
