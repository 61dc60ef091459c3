import { clockFrom } from './format.ts';
import { leaveForm } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { wordsOf } from './words/words.ts';

export type HoldModel = {
  readonly page: PageFrame;
  /** The page itself: the answer's Refresh header fetches it again every few seconds. */
  readonly selfHref: string;
  /** `***567`; undefined when no phone is on record. */
  readonly destination: string | undefined;
  /** When the person may go on; undefined while the message is on its way. */
  readonly until: Date | undefined;
  readonly csrf: string;
  readonly cancelAction: string;
};

export function holdPage(model: HoldModel): Html {
  const { page, destination, until } = model;
  const words = wordsOf(page.lang).hold;
  const to = (sentence: (destination: string) => string) =>
    destination === undefined ? words.sendingNowhere : sentence(destination);
  return layout(
    { ...page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<section class="panel">
<p>${to(until === undefined ? words.sending : words.sent)}</p>
${until && html`<p><strong>${words.until(clockFrom(until))}</strong></p>`}
<p>${words.wait}</p>
</section>
<p><a class="row-link" href="${model.selfHref}">${words.check}</a></p>
<section class="warning">
<h2>${words.notMeTitle}</h2>
<p>${hotline(words.notMeText)}</p>
</section>
${leaveForm(model.cancelAction, model.csrf, words.notMe)}`,
  );
}
