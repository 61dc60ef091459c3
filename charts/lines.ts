// Values over time as lines. Each line has its own dashes and is named at its end; where nothing was
// measured the line has a gap, and a value alone between gaps is a dot.

import type { Mark, Spec } from 'vega';
import { draw, labelData, LABELS, type ChartLang } from './draw.ts';
import type { Drawing } from './drawing.ts';

export type Line = { readonly name: string; readonly values: readonly (number | undefined)[] };
export type Lines = {
  readonly lang: ChartLang;
  readonly width: number;
  readonly labels: readonly string[];
  /** What the numbers are, above the scale. */
  readonly unit: string;
  /** At most three: there are no more dashes that eyes tell apart. */
  readonly lines: readonly Line[];
};

const HEIGHT = 190;
const TITLE = 34;
const SIDE = 52;
const NAME_PX = 44;
const LABEL_PX = 52;
const LEAST_APART = 18;
const DASHES = [[], [8, 4], [2, 4]] as const;

export function drawLines(lines: Lines): Promise<Drawing> {
  return draw(linesSpec(lines), lines.lang);
}

function linesSpec({ width, labels, lines, unit }: Lines): Spec {
  const inner = width - SIDE - NAME_PX;
  const step = Math.ceil((labels.length * LABEL_PX) / inner);
  const labelled = labels.map((_, at) => at).filter((at) => (labels.length - 1 - at) % step === 0);
  const most = ceiling(Math.max(0, ...lines.flatMap(({ values }) => values.filter((value) => value !== undefined)))); // prettier-ignore
  const ends = endLabels(lines, most);
  return {
    width: inner,
    height: HEIGHT + TITLE,
    padding: { left: SIDE, right: NAME_PX, top: 4, bottom: 30 },
    autosize: 'none',
    data: [
      labelData(labels),
      ...lines.flatMap(({ values }, index) => [
        { name: `line${index}`, values: values.map((value, at) => ({ at, value: value ?? null })) },
        { name: `dots${index}`, values: values.flatMap((value, at) => (value !== undefined && isAlone(values, at) ? [{ at, value }] : [])) }, // prettier-ignore
      ]),
    ],
    scales: [
      { name: 'x', type: 'point', domain: labels.map((_, at) => at), range: [0, inner], padding: 0.5 },
      { name: 'y', type: 'linear', domain: [0, most], range: [HEIGHT + TITLE, TITLE] },
    ],
    axes: [
      { orient: 'left', scale: 'y', grid: true, ticks: false, domain: false, tickCount: 4 },
      {
        orient: 'bottom',
        scale: 'x',
        values: labelled,
        labelOverlap: false,
        encode: LABELS,
      },
    ],
    marks: [
      ...lines.flatMap((_, index) => lineMarks(index)),
      ...ends.map(({ name, y }): Mark => words(name, { x: inner + 4, y: y + TITLE + 5 })),
      words(unit, { x: 4 - SIDE, y: 16 }),
    ],
  };
}

const isAlone = (values: Line['values'], at: number) =>
  values[at - 1] === undefined && values[at + 1] === undefined;

function lineMarks(index: number): Mark[] {
  const stroke = { value: 'var(--green)' };
  const place = { x: { scale: 'x', field: 'at' }, y: { scale: 'y', field: 'value' } };
  return [
    {
      type: 'line',
      from: { data: `line${index}` },
      encode: {
        enter: {
          ...place,
          defined: { signal: 'isValid(datum.value)' },
          stroke,
          strokeWidth: { value: 2.5 },
          strokeDash: { value: [...(DASHES[index] ?? [])] },
        },
      },
    },
    {
      type: 'symbol',
      from: { data: `dots${index}` },
      encode: { enter: { ...place, size: { value: 40 }, fill: stroke } },
    },
  ];
}

const words = (text: string, { x, y }: { x: number; y: number }): Mark => ({
  type: 'text',
  encode: {
    enter: {
      x: { value: x },
      y: { value: y },
      text: { value: text },
      fontSize: { value: 15 },
      fontWeight: { value: 700 },
      fill: { value: 'var(--ink)' },
    },
  },
});

/** Where the names go: beside the last value, pushed apart from below. */
function endLabels(lines: readonly Line[], most: number): { name: string; y: number }[] {
  const wished = lines
    .flatMap(({ name, values }) => {
      const last = values.findLast((value) => value !== undefined);
      return last === undefined ? [] : [{ name, y: HEIGHT * (1 - last / most) }];
    })
    .toSorted((a, b) => b.y - a.y);
  let above = Infinity;
  return wished.map(({ name, y }) => {
    above = Math.min(y, above - LEAST_APART);
    return { name, y: above };
  });
}

/** The next of 1, 2, 5 × 10ⁿ: a scale that ends in a number people count in. */
function ceiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((factor) => factor * power >= value) ?? 10);
}
