import { moment } from './format.ts';
import { hidden, postForm } from './form.ts';
import { hotline } from './hotline.ts';
import { type Html, html } from './html.ts';
import { layout, type PageFrame } from './layout.ts';
import { type Words, wordsOf } from './words/words.ts';

export type ShownDevice = {
  readonly id: string;
  readonly kind: keyof Words['devices']['kinds'];
  readonly firstProvenAt: Date;
  readonly lastSeenAt: Date;
  readonly isThis: boolean;
};

export type DevicesModel = {
  readonly page: PageFrame;
  readonly devices: readonly ShownDevice[];
  /** Posts `csrf` and `device`. */
  readonly removeAction: string;
  readonly csrf: string;
  readonly backHref: string;
};

export function devicesPage(model: DevicesModel): Html {
  const { page, devices } = model;
  const words = wordsOf(page.lang).devices;
  return layout(
    { ...page, title: words.title },
    html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
${devices.length === 0 ? html`<p>${words.none}</p>` : devices.map((device) => deviceCard(device, model))}
${devices.length > 0 && html`<p class="hint">${words.removeHint}</p>`}
<p>${hotline(words.help)}</p>
<p><a class="row-link" href="${model.backHref}">${words.back}</a></p>`,
  );
}

function deviceCard(device: ShownDevice, { page, removeAction, csrf }: DevicesModel): Html {
  const { lang } = page;
  const words = wordsOf(lang).devices;
  const name = words.kinds[device.kind];
  const seen = words.seen(moment(device.lastSeenAt, lang));
  return html`<section class="service device">
<h2>${name}</h2>
${device.isThis && html`<p><span class="tag stands">${words.here}</span></p>`}
<p>${seen}</p>
<p class="hint">${words.since(moment(device.firstProvenAt, lang))}</p>
${postForm(
  removeAction,
  csrf,
  html`${hidden('device', device.id)}<button class="button quiet small" type="submit">${device.isThis ? words.removeThis : words.remove}<span class="hide">: ${name}, ${seen}</span></button>`,
)}
</section>`;
}
