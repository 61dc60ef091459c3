// Names by size, largest first. The name stands above its bar and the number behind it: names are
// sentences, and a telephone is narrow.

import type { Spec } from 'vega';
import { draw, type ChartLang } from './draw.ts';
import type { Drawing } from './drawing.ts';

export type Bars = {
  readonly lang: ChartLang;
  readonly width: number;
  /** `text` is the number as people read it. */
  readonly rows: readonly { readonly name: string; readonly n: number; readonly text: string }[];
  readonly tone: 'good' | 'bad';
};

const ROW = 50;
const NUMBER_PX = 80;

export function drawBars(bars: Bars): Promise<Drawing> {
  return draw(barsSpec(bars), bars.lang);
}

function barsSpec({ width, rows, tone }: Bars): Spec {
  const inner = width - 8;
  const most = Math.max(1, ...rows.map(({ n }) => n));
  const text = (more: object, size: number) => ({
    enter: { fontSize: { value: size }, fill: { value: 'var(--ink)' }, ...more },
  });
  return {
    width: inner,
    height: rows.length * ROW,
    padding: 4,
    autosize: 'none',
    data: [{ name: 'rows', values: rows.map((row, at) => ({ ...row, at })) }],
    scales: [{ name: 'x', type: 'linear', domain: [0, most], range: [0, inner - NUMBER_PX] }],
    marks: [
      {
        type: 'text',
        from: { data: 'rows' },
        encode: text({ y: { field: 'at', mult: ROW, offset: 18 }, text: { field: 'name' } }, 15),
      },
      {
        type: 'rect',
        from: { data: 'rows' },
        encode: {
          enter: {
            x: { value: 0 },
            // One of ten thousand is still there to be seen.
            width: { signal: "max(2, scale('x', datum.n))" },
            y: { field: 'at', mult: ROW, offset: 26 },
            height: { value: 14 },
            fill: { value: tone === 'good' ? 'var(--green)' : 'var(--warm)' },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'rows' },
        encode: text(
          {
            x: { signal: "max(2, scale('x', datum.n)) + 8" },
            y: { field: 'at', mult: ROW, offset: 39 },
            text: { field: 'text' },
            fontWeight: { value: 700 },
          },
          15,
        ),
      },
    ],
  };
}
