import { clock, clockFrom } from './format.ts';
import { errorSummary, factList, leaveForm, postForm, primary, secondary } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type CodeError = keyof Words['code']['errors'];

export type CodeModel = {
  readonly page: PageFrame;
  /** Posts `csrf` and `code`. */
  readonly action: string;
  /** Posts `csrf` only. Absent when no more codes may be sent. */
  readonly resendAction?: string | undefined;
  /** Posts `csrf` only. Present when the SMS was not delivered and the code may come through Zalo. */
  readonly zaloAction?: string | undefined;
  readonly channel?: 'sms' | 'zns';
  /** Posts `csrf` only. Where the number was typed in this sign-in and may be mistyped. */
  readonly otherNumberAction?: string | undefined;
  /** Posts `csrf` only. Where another method is open. */
  readonly otherAction?: string | undefined;
  readonly cancelAction: string;
  readonly csrf: string;
  /** `***567` */
  readonly destination: string;
  readonly length: number;
  readonly attemptsLeft: number;
  readonly expiresAt: Date;
  readonly resendAfter?: Date | undefined;
  readonly error?: CodeError | undefined;
  /** The action as the catalogue names it. */
  readonly display: string;
  readonly transactionCode: string;
};

export function codePage(model: CodeModel): Html {
  const { page, error } = model;
  const words = wordsOf(page.lang).code;
  // A dead code cannot be typed in any more; asking for it would only waste the person's tries.
  const disabled = error === 'disabled';
  const dead = disabled || error === 'expired' || error === 'used_up' || model.attemptsLeft < 1;
  const stopped = dead && (disabled || model.resendAction === undefined);
  const message = stopped && !disabled ? words.noMore : error && words.errors[error](model.attemptsLeft);
  const title = stopped ? words.stoppedTitle : dead ? words.deadTitle : words.title;
  const field = stopped ? 'stop' : dead ? 'resend' : 'code';
  return layout(
    { ...page, title, failed: message !== undefined },
    html`${message && errorSummary(page.lang, [{ field, message }])}
<h1>${title}</h1>
${factList([
  ...(disabled ? [] : [sentTo(model)]),
  { label: words.purpose, value: model.display },
  { label: words.transaction, value: html`<strong>${model.transactionCode}</strong>` },
])}
${!dead && entry(model, message)}
${
  !stopped &&
  html`<section class="warning">
<h2>${words.keep}</h2>
<p>${hotline(words.keepText)}</p>
</section>`
}
${model.zaloAction !== undefined && !disabled && byZalo(model, model.zaloAction)}
${!disabled && resend(model, dead)}
${model.otherNumberAction && !stopped && otherNumber(model, model.otherNumberAction)}
${model.otherAction && html`<div class="again">${postForm(model.otherAction, model.csrf, secondary(wordsOf(page.lang).stepUp.other))}</div>`}
<div id="stop" tabindex="-1">${leaveForm(model.cancelAction, model.csrf, words.cancel)}</div>`,
  );
}

function entry(model: CodeModel, message: string | undefined): Html {
  const words = wordsOf(model.page.lang).code;
  const wrong = model.error === 'wrong';
  return postForm(
    model.action,
    model.csrf,
    html`<div class="${wrong ? 'field wrong' : 'field'}">
<label for="code">${words.label(model.length)}</label>
<p class="hint" id="code-hint">${words.until(clock(model.expiresAt))}${!wrong && html` ${words.attempts(model.attemptsLeft)}`}</p>
${wrong && html`<p class="mistake" id="code-error">${message}</p>`}
<input class="input code" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="12" spellcheck="false" aria-describedby="${wrong ? 'code-hint code-error' : 'code-hint'}"${wrong && html` aria-invalid="true"`}>
</div>
${primary(words.button)}`,
  );
}

function sentTo({ page, channel, destination }: CodeModel) {
  const words = wordsOf(page.lang).code;
  const label = channel === 'zns' ? words.sentByZalo : words.sentTo;
  return { label, value: html`<strong class="number">${destination}</strong>` };
}

function otherNumber(model: CodeModel, action: string): Html {
  const words = wordsOf(model.page.lang).code;
  return html`<div class="again">
<p>${words.otherNumberText}</p>
${postForm(action, model.csrf, secondary(words.otherNumber))}
</div>`;
}

function byZalo(model: CodeModel, action: string): Html {
  const words = wordsOf(model.page.lang).code;
  return html`<div class="again" id="zalo">
<p>${words.zaloText}</p>
${postForm(action, model.csrf, secondary(words.zalo))}
</div>`;
}

function resend(model: CodeModel, dead: boolean): Html | false {
  const words = wordsOf(model.page.lang).code;
  const { resendAction, resendAfter } = model;
  if (resendAction === undefined) return !dead && html`<p>${words.last}</p>`;
  const button = dead ? primary(words.resend) : secondary(words.resend);
  return html`<div class="again" id="resend" tabindex="-1">
${!dead && html`<p>${words.noMessage}</p>`}
${resendAfter && html`<p>${words.resendFrom(clockFrom(resendAfter))}</p>`}
${postForm(resendAction, model.csrf, button)}
</div>`;
}
