// A form that views/passkey.js completes: the options stand in it, the answer is put into `answer`.

import { hidden, primary } from './form.ts';
import { type Child, type Html, html } from './html.ts';
import { type Lang, wordsOf } from './words/words.ts';

export type PasskeyFormModel = {
  /** Posts `csrf` and `answer`, and what `fields` hold. */
  readonly action: string;
  readonly csrf: string;
  readonly does: 'create' | 'get';
  /** WebAuthn options as JSON text. */
  readonly options: string;
  /** Address of the script; the page's policy must allow it. Absent where pages are only looked at. */
  readonly script?: string | undefined;
  readonly button: string;
};

export function passkeyForm(model: PasskeyFormModel, lang: Lang, fields?: Child): Html {
  const words = wordsOf(lang).passkeyForm;
  // Stands there until the script takes it away: also for a script that never arrived.
  return html`<form id="passkey" method="post" action="${model.action}" data-passkey="${model.does}" data-options="${model.options}" tabindex="-1" novalidate>
${hidden('csrf', model.csrf)}
${hidden('answer', '')}
<p class="mistake" data-says="off">${words.noScript}</p>
${fields}
<div role="alert">
<p class="mistake" data-says="failed" hidden>${words.failed}</p>
<p class="mistake" data-says="known" hidden>${words.known}</p>
<p class="mistake" data-says="unable" hidden>${words.unable}</p>
</div>
${primary(model.button)}
</form>
${model.script !== undefined && html`<script src="${model.script}" defer></script>`}`;
}
