// Runs a Vega specification without a browser: no canvas, no DOM, no clock, and nothing loaded from
// anywhere. The same numbers give the same drawing.

import type { Data, Spec } from 'vega';
import { drawingOf, type Drawing } from './drawing.ts';

export type ChartLang = 'vi' | 'en';

const NUMBERS: Readonly<Record<ChartLang, { decimal: string; thousands: string }>> = {
  vi: { decimal: ',', thousands: '.' },
  en: { decimal: '.', thousands: ',' },
};

// Text measures itself without a font here, and wide; labels are placed so that this does not matter.
const CONFIG = {
  axis: {
    labelColor: 'var(--ink)',
    labelFontSize: 14,
    labelPadding: 6,
    gridColor: 'var(--line)',
    domainColor: 'var(--edge)',
    tickColor: 'var(--edge)',
    titleColor: 'var(--ink)',
  },
} as const;

/** Texts under an axis go in as data: an expression is code, and no text of ours or others is. */
export const labelData = (labels: readonly string[]): Data => ({
  name: 'labels',
  values: labels.map((text) => ({ text })),
});
export const LABELS = { labels: { update: { text: { signal: "data('labels')[datum.value].text" } } } };

export async function draw(spec: Spec, lang: ChartLang): Promise<Drawing> {
  return drawingOf(await svgOf(spec, lang));
}

/** The SVG as Vega writes it, for a report that is a file of its own. */
export async function svgOf(spec: Spec, lang: ChartLang): Promise<string> {
  // 0.2 s and 30 MB, paid by the first chart and by no process that draws none.
  const { View, parse } = await import('vega');
  const number = { ...NUMBERS[lang], grouping: [3], currency: ['', ''] as [string, string] };
  const view = new View(parse({ ...spec, config: { ...CONFIG, locale: { number } } }), {
    renderer: 'none',
    loader: { load: nothing, sanitize: nothing, http: nothing, file: nothing },
  });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

const nothing = () => Promise.reject(new Error('a chart loads nothing'));
