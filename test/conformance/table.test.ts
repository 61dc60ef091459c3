// docs/conformance.md claims a test for every clause. This reads the claims.

import test from 'ava';
import { readFile } from 'node:fs/promises';

type Row = { readonly section: string; readonly clause: string; readonly cells: readonly string[] };
type Claim = { readonly path: string; readonly title: string };

const page = new URL('../../docs/conformance.md', import.meta.url);
const rows = rowsOf(await readFile(page, 'utf8'));

function rowsOf(text: string): Row[] {
  let section = '';
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('## ')) section = line.slice(3);
    if (!line.startsWith('| ') || line.startsWith('| clause |')) return [];
    const cells = line.slice(1, -1).split('|').map((cell) => cell.trim()); // prettier-ignore
    return [{ section, clause: cells[0] ?? '', cells }];
  });
}

/** `[file](../test/file.test.ts): title`, one a line break. */
const claimsIn = ({ cells }: Row): Claim[] =>
  cells
    .flatMap((cell) => cell.split('<br>'))
    .flatMap((line) => {
      const [, path, title] = /^\[[^\]]+\]\(\.\.\/(test\/[^)]+)\): (.+)$/.exec(line) ?? [];
      return path === undefined || title === undefined ? [] : [{ path, title }];
    });

// A title is the first argument of a call that names a test; a template keeps its placeholders.
const titlesIn = (source: string): string[] =>
  [...source.matchAll(/\b(?:test|with[A-Z]\w*)(?:\.serial)?\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g)] // prettier-ignore
    .map(([, single, double, template]) => (single ?? double ?? template ?? '').replaceAll(/\\(.)/g, '$1'));

test('every clause that is claimed names a test', (t) => {
  t.true(rows.length > 90, String(rows.length));
  const silent = rows.filter((row) => row.section !== 'Where we deviate' && claimsIn(row).length === 0);
  t.deepEqual(silent.map(({ section, clause }) => `${section}: ${clause}`), []); // prettier-ignore
  const torn = rows.filter(({ section, cells }) => cells.length !== (section === 'Where we deviate' ? 3 : 4));
  t.deepEqual(torn.map(({ section, clause }) => `${section}: ${clause}`), []); // prettier-ignore
});

test('every test that is named exists, under that title', async (t) => {
  const titles = new Map<string, readonly string[]>();
  const wrong: string[] = [];
  for (const { path, title } of rows.flatMap(claimsIn)) {
    const known =
      titles.get(path) ??
      titlesIn(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8').catch(() => ''));
    titles.set(path, known);
    if (!known.includes(title)) wrong.push(`${path}: ${title}`);
  }
  t.deepEqual(wrong, []);
  t.true(titles.size >= 25, 'more than one corner of the suite');
});

test('a title that nobody wrote is noticed', (t) => {
  const [row] = rowsOf(
    '## X\n| 1 | a | b | [x](../test/x.test.ts): one thing<br>[y](../test/y.test.ts): ${a} it |',
  );
  t.deepEqual(row === undefined ? [] : claimsIn(row), [
    { path: 'test/x.test.ts', title: 'one thing' },
    { path: 'test/y.test.ts', title: '${a} it' },
  ]);
  t.deepEqual(titlesIn("test('it\\'s', async (t) => {}); withApache(`a ${b}`, x); test.serial(\n  \"c\", x)"), ["it's", 'a ${b}', 'c']); // prettier-ignore
});
