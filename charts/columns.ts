// Counts over time as columns. Things to compare stand below each other, each on a scale of its own
// and under its own name, so that few refusals are not flattened by many permissions and nothing has
// to be told apart by colour.

import type { Mark, Scale, Axis, Spec } from 'vega';
import { draw, labelData, LABELS, type ChartLang } from './draw.ts';
import type { Drawing } from './drawing.ts';

export type Panel = {
  readonly title: string;
  readonly values: readonly number[];
  /** How much of each value counts: drawn solid inside an outline. */
  readonly part?: readonly number[];
  readonly tone: 'good' | 'bad';
};
export type Columns = {
  readonly lang: ChartLang;
  readonly width: number;
  /** One a column; as many are written as there is room for. */
  readonly labels: readonly string[];
  readonly panels: readonly Panel[];
};

const PANEL = 110;
const TITLE = 44;
const SIDE = 52;
const RIGHT = 20;
const LABEL_PX = 52;
const TONES = { good: 'var(--green)', bad: 'var(--warm)' } as const;

export function drawColumns(columns: Columns): Promise<Drawing> {
  return draw(columnsSpec(columns), columns.lang);
}

function columnsSpec({ width, labels, panels }: Columns): Spec {
  const inner = width - SIDE - RIGHT;
  const step = Math.ceil((labels.length * LABEL_PX) / inner);
  // From the end: the newest column always has its label.
  const labelled = labels.map((_, at) => at).filter((at) => (labels.length - 1 - at) % step === 0);
  return {
    width: inner,
    height: panels.length * (PANEL + TITLE),
    padding: { left: SIDE, right: RIGHT, top: 4, bottom: 30 },
    autosize: 'none',
    data: [
      labelData(labels),
      ...panels.map((panel, index) => ({
        name: `panel${index}`,
        values: panel.values.map((value, at) => ({ at, value, part: panel.part?.[at] ?? value })),
      })),
    ],
    scales: [
      { name: 'x', type: 'band', domain: labels.map((_, at) => at), range: [0, inner], padding: 0.25 },
    ],
    marks: panels.map((panel, index): Mark => panelMark(panel, { index, inner, labelled, isLast: index === panels.length - 1 })), // prettier-ignore
  };
}

function panelMark(
  { title, values, part, tone }: Panel,
  { index, inner, labelled, isLast }: { index: number; inner: number; labelled: number[]; isLast: boolean }, // prettier-ignore
): Mark {
  const most = Math.max(1, ...values);
  const y: Scale = { name: 'y', type: 'linear', domain: [0, most], nice: 3, range: [PANEL, 0] };
  const axes: Axis[] = [
    {
      orient: 'left',
      scale: 'y',
      grid: true,
      ticks: false,
      domain: false,
      tickCount: 3,
      tickMinStep: 1,
      format: ',d',
    },
    {
      orient: 'bottom',
      scale: 'x',
      values: labelled,
      labels: isLast,
      ticks: isLast,
      labelOverlap: false,
      encode: LABELS,
    },
  ];
  const column = (field: 'value' | 'part', paint: object): Mark => ({
    type: 'rect',
    from: { data: `panel${index}` },
    encode: {
      enter: {
        x: { scale: 'x', field: 'at' },
        width: { scale: 'x', band: 1 },
        y: { scale: 'y', field },
        y2: { scale: 'y', value: 0 },
        ...paint,
      },
    },
  });
  const solid = { fill: { value: TONES[tone] } };
  const outline = {
    fill: { value: 'var(--mist)' },
    stroke: { value: TONES[tone] },
    strokeWidth: { value: 1.5 },
  };
  return {
    type: 'group',
    encode: {
      enter: {
        y: { value: index * (PANEL + TITLE) + TITLE },
        width: { value: inner },
        height: { value: PANEL },
      },
    },
    scales: [y],
    axes,
    marks: [
      ...(part === undefined ? [column('value', solid)] : [column('value', outline), column('part', solid)]),
      {
        type: 'text',
        encode: {
          enter: {
            x: { value: -SIDE + 4 },
            y: { value: -14 },
            text: { value: title },
            fontSize: { value: 15 },
            fontWeight: { value: 700 },
            fill: { value: 'var(--ink)' },
          },
        },
      },
    ],
  };
}
