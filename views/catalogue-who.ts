import { errorSummary, primary } from './form.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

type Who = Words['catalogueWho'];
export type WhoLevel = keyof Who['levels'];
export type WhoWay = keyof Who['ways'];
export type WhoAnswer = keyof Who['answers'];

export type CatalogueWhoModel = {
  readonly page: PageFrame;
  /** A GET form: `muc`, `phut`, `cach`. */
  readonly action: string;
  readonly level: WhoLevel;
  /** As typed. */
  readonly minutes: string;
  readonly way: WhoWay;
  readonly failed: boolean;
  /** Absent until something readable was asked. */
  readonly answers?:
    | readonly {
        readonly answer: WhoAnswer;
        readonly actions: readonly {
          readonly title: string;
          readonly service: string;
          /** What is missing; nothing where the heading says all. */
          readonly text?: string | undefined;
        }[];
      }[]
    | undefined;
  readonly backHref: string;
};

/** What a person in a given standing can do, answered by the rules themselves. */
export function catalogueWhoPage(model: CatalogueWhoModel): Html {
  const { catalogueWho: words, catalogue } = wordsOf(model.page.lang);
  const { answers, failed } = model;
  return layout(
    { ...model.page, title: words.title, failed },
    html`${failed && errorSummary(model.page.lang, [{ field: 'phut', message: words.error }])}
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<form method="get" action="${model.action}" novalidate>
${select('muc', words.level, words.levels, model.level)}
<div class="${failed ? 'field wrong' : 'field'}">
<label for="phut">${words.minutes}</label>
<p class="hint" id="phut-hint">${words.minutesHint}</p>
${failed && html`<p class="mistake" id="phut-error">${words.error}</p>`}
<input class="input" id="phut" name="phut" type="text" inputmode="numeric" autocomplete="off" maxlength="5" value="${model.minutes}" aria-describedby="${failed ? 'phut-hint phut-error' : 'phut-hint'}"${failed && html` aria-invalid="true"`}>
</div>
${select('cach', words.way, words.ways, model.way, words.wayHint)}
${primary(words.button)}
</form>
${answers?.map(
  ({ answer, actions }) => html`<h2>${words.answers[answer]} (${actions.length})</h2>
<ul>${actions.map(
    ({ title, service, text }) =>
      html`<li><strong>${title}</strong>, ${service}${text !== undefined && html`<br>${text}`}</li>`,
  )}</ul>`,
)}
${answers && html`<p>${words.publicToo}</p><p class="hint">${words.assumed}</p>`}
<p><a class="row-link" href="${model.backHref}">${catalogue.back}</a></p>`,
  );
}

function select(
  name: string,
  label: string,
  options: Readonly<Record<string, string>>,
  chosen: string,
  hint?: string,
): Html {
  return html`<div class="field">
<label for="${name}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
<select class="input" id="${name}" name="${name}"${hint !== undefined && html` aria-describedby="${name}-hint"`}>
${Object.entries(options).map(([value, text]) => html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`)}
</select>
</div>`;
}
