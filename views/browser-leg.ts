// Pages of a step that was begun in Zalo and happens in the phone's own browser.

import { clock } from './format.ts';
import { errorSummary, factList, leaveForm, postForm, primary } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { passkeyForm } from './passkey-form.ts';
import { type Words, wordsOf } from './words/words.ts';

export type LegAskModel = {
  readonly page: PageFrame;
  /** Masked by the caller: whoever was sent the link reads this, too. */
  readonly person: string | undefined;
  readonly phone: string | undefined;
  /** The action as the catalogue names it. */
  readonly display: string;
  readonly transactionCode: string;
  readonly csrf: string;
  readonly yesAction: string;
  readonly noAction: string;
};

/** Before anything happens: who asks for what, and that nobody may send such a link. */
export function legAskPage(model: LegAskModel): Html {
  const { page, csrf } = model;
  const words = wordsOf(page.lang).legAsk;
  return layout(
    { ...page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<section class="panel">
${factList([
  { label: words.purpose, value: model.display },
  {
    label: words.code,
    value: html`<strong>${model.transactionCode}</strong><br><span class="hint">${words.codeHint}</span>`,
  },
  { label: words.person, value: model.person ?? words.nameless },
  { label: words.phone, value: model.phone ?? words.noPhone },
])}
</section>
<section class="warning">
<h2>${words.warnTitle}</h2>
<p>${hotline(words.warnText)}</p>
</section>
${postForm(model.yesAction, csrf, primary(words.yes))}
${leaveForm(model.noAction, csrf, words.no)}`,
  );
}

export type LegVneidModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  readonly action: string;
  /** Absent: the browser came back before it went to VNeID. */
  readonly error?: keyof Words['legVneid']['errors'] | undefined;
};

export function legVneidPage({ page, csrf, action, error }: LegVneidModel): Html {
  const words = wordsOf(page.lang).legVneid;
  const title = error === undefined ? words.readyTitle : words.title;
  return layout(
    { ...page, title, failed: error !== undefined },
    html`${error && errorSummary(page.lang, [{ field: 'vneid', message: words.errors[error] }])}
<h1>${title}</h1>
${error === undefined && html`<p class="lead">${words.readyText}</p>`}
<div id="vneid" tabindex="-1">${postForm(action, csrf, primary(error === undefined ? words.ready : words.again))}</div>
<p class="unsure">${words.toApp}</p>`,
  );
}

export type LegPasskeyModel = {
  readonly page: PageFrame;
  readonly csrf: string;
  /** Posts `csrf` and `answer`. */
  readonly action: string;
  readonly options: string;
  readonly script?: string | undefined;
  readonly display: string;
  readonly transactionCode: string;
  readonly error?: keyof Words['legPasskey']['errors'] | undefined;
};

export function legPasskeyPage(model: LegPasskeyModel): Html {
  const { page, error } = model;
  const { legPasskey: words, legAsk } = wordsOf(page.lang);
  return layout(
    { ...page, title: words.title, failed: error !== undefined },
    html`${error && errorSummary(page.lang, [{ field: 'passkey', message: words.errors[error] }])}
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
${factList([
  { label: legAsk.purpose, value: model.display },
  { label: legAsk.code, value: html`<strong>${model.transactionCode}</strong>` },
])}
${passkeyForm({ ...model, does: 'get', button: words.button }, page.lang)}
<p class="unsure">${words.toApp}</p>`,
  );
}

export type LegCodeModel = {
  readonly page: PageFrame;
  /** Eight digits. */
  readonly code: string;
  readonly expiresAt: Date;
  /** Opens the mini app; undefined where none is registered. */
  readonly appHref: string | undefined;
};

export function legCodePage({ page, code, expiresAt, appHref }: LegCodeModel): Html {
  const words = wordsOf(page.lang).legCode;
  return layout(
    { ...page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<section class="panel">
<h2>${words.codeTitle}</h2>
<p class="big-code">${code.slice(0, 4)} ${code.slice(4)}</p>
<p class="hint">${words.until(clock(expiresAt))}</p>
</section>
<h2>${words.stepsTitle}</h2>
<ol>${words.steps.map((step) => html`<li>${step}</li>`)}</ol>
${backLink(appHref, words.back)}
<section class="warning">
<h2>${words.warnTitle}</h2>
<p>${hotline(words.warnText)}</p>
</section>`,
  );
}

export type LegEndModel = {
  readonly page: PageFrame;
  readonly end: 'declined' | 'other' | 'ended';
  readonly appHref: string | undefined;
};

/** Used, expired, invented, and opened in another browser: one page, `ended`. */
export function legEndPage({ page, end, appHref }: LegEndModel): Html {
  const words = wordsOf(page.lang).legEnd;
  const say = {
    declined: { title: words.declinedTitle, text: words.declinedText, next: undefined, help: words.declinedNext }, // prettier-ignore
    other: { title: words.otherTitle, text: words.otherText, next: undefined, help: undefined },
    ended: { title: words.endedTitle, text: words.endedText, next: words.endedNext, help: words.endedHelp },
  }[end];
  return layout(
    { ...page, title: say.title },
    html`<h1>${say.title}</h1>
<p class="lead">${hotline(say.text)}</p>
${say.next && html`<p>${say.next}</p>`}
${end !== 'declined' && backLink(appHref, words.back)}
${say.help && html`<section class="warning"><p>${hotline(say.help)}</p></section>`}`,
  );
}

export type BackToAppModel = { readonly page: PageFrame; readonly appHref: string | undefined };

/** Where a sign-in ends that was begun in Zalo and went on in a browser. */
export function backToAppPage({ page, appHref }: BackToAppModel): Html {
  const words = wordsOf(page.lang).backToApp;
  return layout(
    { ...page, title: words.title },
    html`<div class="done"><h1>${words.title}</h1>
<p>${words.lead}</p></div>
${backLink(appHref, words.back)}
<p class="hint">${hotline(words.help)}</p>`,
  );
}

const backLink = (href: string | undefined, label: string): Html | false =>
  href !== undefined && html`<div class="actions"><a class="button" href="${href}">${label}</a></div>`;
