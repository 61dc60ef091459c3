import test from 'ava';
import { drawBars } from '../../charts/bars.ts';
import { drawColumns } from '../../charts/columns.ts';
import { svgOf } from '../../charts/draw.ts';
import { drawingOf, type Drawing, type DrawingNode } from '../../charts/drawing.ts';
import { drawLines } from '../../charts/lines.ts';
import { drawn } from '../../views/gallery-owner-drawn.ts';
import { galleryDrawings } from './gallery-drawings.ts';

const labels = Array.from({ length: 24 }, (_, at) => `${at} giờ`);
const values = labels.map((_, at) => at * 1_000);
const columns = {
  lang: 'vi',
  width: 320,
  labels,
  panels: [{ title: 'Được phép', values, tone: 'good' }],
} as const;

const all = ({ nodes }: Drawing): DrawingNode[] => {
  const walk = (node: DrawingNode): DrawingNode[] => [node, ...node.children.flatMap(walk)];
  return nodes.flatMap(walk);
};
const texts = (drawing: Drawing) => all(drawing).filter(({ tag }) => tag === 'text').map(({ text }) => text); // prettier-ignore
const filled = (drawing: Drawing, fill: string) =>
  all(drawing).filter(({ tag, attributes }) => tag === 'path' && attributes.some(([name, value]) => name === 'fill' && value === fill)); // prettier-ignore

test('the same numbers give the same drawing', async (t) => {
  t.deepEqual(await drawColumns(columns), await drawColumns(columns));
});

test('numbers are written as the reader’s language writes them', async (t) => {
  t.true(texts(await drawColumns(columns)).includes('20.000'));
  t.true(texts(await drawColumns({ ...columns, lang: 'en' })).includes('20,000'));
});

test('there is a column for each value, and the newest has its label', async (t) => {
  const drawing = await drawColumns(columns);
  t.is(filled(drawing, 'var(--green)').length, 24);
  t.true(texts(drawing).includes('23 giờ'));
  t.true(texts(drawing).includes('Được phép'));
});

test('a part is drawn solid inside the outline of its whole', async (t) => {
  const panels = [{ title: 'Lên mức 2', values: [4, 2], part: [1, 2], tone: 'good' }] as const;
  const drawing = await drawColumns({ lang: 'vi', width: 320, labels: ['1', '2'], panels });
  t.is(filled(drawing, 'var(--mist)').length, 2);
  t.is(filled(drawing, 'var(--green)').length, 2);
});

test('nothing at all is drawn as an empty scale', async (t) => {
  const drawing = await drawColumns({ ...columns, panels: [{ title: 'Không có', values: labels.map(() => 0), tone: 'bad' }] }); // prettier-ignore
  t.true(texts(drawing).includes('0'));
  t.notRegex(JSON.stringify(drawing), /NaN|Infinity|undefined/);
  t.notRegex(JSON.stringify(await drawLines({ lang: 'vi', width: 320, labels, unit: 'ms', lines: [{ name: 'p50', values: labels.map(() => undefined) }] })), /NaN|Infinity|undefined/); // prettier-ignore
});

test('one of a million is still to be seen', async (t) => {
  const rows = [{ name: 'Nhiều', n: 1_000_000, text: '1.000.000' }, { name: 'Một', n: 1, text: '1' }]; // prettier-ignore
  const bars = filled(await drawBars({ lang: 'vi', width: 320, tone: 'bad', rows }), 'var(--warm)');
  t.is(bars.length, 2);
  t.regex(bars[1]?.attributes.find(([name]) => name === 'd')?.[1] ?? '', /h2v/);
});

test('a line breaks where nothing was measured, a lonely value is a dot, and names do not cover each other', async (t) => {
  const drawing = await drawLines({
    lang: 'vi',
    width: 320,
    labels: ['1', '2', '3', '4', '5', '6'],
    unit: 'mili giây',
    lines: [
      { name: 'p50', values: [1, 2, undefined, 3, undefined, undefined] },
      { name: 'p95', values: [1, 2, 2, 3, 3, 3] },
      { name: 'p99', values: [1, 2, 2, 3, 3, 3] },
    ],
  });
  t.is(filled(drawing, 'var(--green)').length, 1, 'the dot');
  const ends = all(drawing).filter(({ text }) => /^p\d\d$/.test(text)).map(({ attributes }) => Number(/,([\d.-]+)/.exec(attributes.find(([name]) => name === 'transform')?.[1] ?? '')?.[1])).toSorted((a, b) => a - b); // prettier-ignore
  t.is(ends.length, 3);
  t.true((ends[1] ?? 0) - (ends[0] ?? 0) >= 18 && (ends[2] ?? 0) - (ends[1] ?? 0) >= 18, String(ends));
});

test('no name can leave its text, in whatever it is written', async (t) => {
  const name = '</text><script>alert(1)</script>" onload="x" &amp; \'); drop table';
  const drawing = await drawBars({ lang: 'vi', width: 320, tone: 'bad', rows: [{ name, n: 1, text: '1' }] });
  t.true(texts(drawing).includes(name));
  t.deepEqual([...new Set(all(drawing).map(({ tag }) => tag))].toSorted(), ['g', 'path', 'text']);
  const label = '"]); window; ([" \u2028 </script>';
  t.true(texts(await drawColumns({ ...columns, labels: [label], panels: [{ title: label, values: [1], tone: 'good' }] })).includes(label)); // prettier-ignore
});

test('what a drawing may not hold falls away', (t) => {
  const drawing = drawingOf(
    '<svg xmlns="x" width="10" height="10"><style>*{}</style><script href="a">b()</script><g onclick="x" style="a:b"><text fill="red" onload="y" class="z">a</text><image href="//evil"/></g></svg>',
  );
  t.deepEqual(drawing.nodes, [{ tag: 'text', attributes: [['fill', 'red']], children: [], text: 'a' }]);
  t.throws(() => drawingOf('<svg width="10" height="10"><g fill="red"></svg>'));
  t.throws(() => drawingOf('<g></g>'));
});

test('a chart loads nothing, from files or from the network', async (t) => {
  const spec = { width: 10, height: 10, data: [{ name: 'a', url: '/etc/hostname' }], marks: [] };
  t.notRegex(await svgOf(spec, 'vi'), /hostname/);
});

test('the gallery shows what charts/ draws today', async (t) => {
  t.is(drawn, await galleryDrawings(), 'run `node_modules/.bin/node test/charts/gallery-drawings.ts`');
});
