// The drawings of a service's page, each for a telephone and for a desk.

import { setImmediate } from 'node:timers/promises';
import { drawBars } from '../charts/bars.ts';
import { drawColumns, type Columns } from '../charts/columns.ts';
import { drawLines } from '../charts/lines.ts';
import type { Chart, Drawing } from '../views/service-owner-chart.ts';
import type { ServiceOwnerModel } from '../views/service-owner.ts';
import { count } from '../views/service-owner-numbers.ts';
import { wordsOf, type Lang } from '../views/words/words.ts';

const NARROW_PX = 320;
const WIDE_PX = 880;
/** More bars than this are a list, not a picture. */
const MOST_BARS = 8;

export async function drawFigures(
  { slots, causes, actions }: Pick<ServiceOwnerModel, 'slots' | 'causes' | 'actions'>,
  lang: Lang,
): Promise<ServiceOwnerModel['charts']> {
  const words = wordsOf(lang).owner;
  const labels = slots.map(({ label }) => label);
  const columns = (panels: Columns['panels']) =>
    both((width) => drawColumns({ lang, width, labels, panels }));
  const bars = (tone: 'good' | 'bad', rows: readonly { name: string; n: number }[]) =>
    both((width) => drawBars({ lang, width, tone, rows: rows.slice(0, MOST_BARS).map((row) => ({ ...row, text: count(row.n, lang) })) })); // prettier-ignore
  const percentiles = (['p50', 'p95', 'p99'] as const).map((name) => ({ name, values: slots.map(({ latency }) => latency?.[name]) })); // prettier-ignore
  return {
    ...(slots.some(({ allowed, refused }) => allowed + refused > 0) && {
      requests: await columns([
        { title: words.requests.allowed, values: slots.map(({ allowed }) => allowed), tone: 'good' },
        { title: words.requests.refused, values: slots.map(({ refused }) => refused), tone: 'bad' },
      ]),
    }),
    ...(causes.length > 0 && {
      causes: await bars('bad', causes.map(({ cause, n }) => ({ name: words.causes.names[cause], n }))), // prettier-ignore
    }),
    ...(slots.some(({ started }) => started > 0) && {
      conversion: await columns([
        {
          title: words.conversion.panel,
          values: slots.map(({ started }) => started),
          part: slots.map(({ reached }) => reached),
          tone: 'good',
        },
      ]),
    }),
    ...(slots.some(({ latency }) => latency !== undefined) && {
      latency: await both((width) => drawLines({ lang, width, labels, unit: words.latency.unit, lines: percentiles })), // prettier-ignore
    }),
    ...(actions.length > 0 && {
      actions: await bars('good', actions.map(({ title, allowed, refused }) => ({ name: title, n: allowed + refused }))), // prettier-ignore
    }),
  };
}

async function both(drawing: (width: number) => Promise<Drawing>): Promise<Chart> {
  const narrow = await drawing(NARROW_PX);
  await setImmediate(); // a drawing takes some milliseconds; sign-ins go in between
  const wide = await drawing(WIDE_PX);
  await setImmediate();
  return { narrow, wide };
}
