// docs/mini-app-wire.md against the code: what it names is there, and what is there it names.

import { globSync, readFileSync } from 'node:fs';
import test from 'ava';

const root = new URL('../../', import.meta.url).pathname;
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const wire = read('docs/mini-app-wire.md');
const section = (title: string) => wire.split(/^## /m).find((part) => part.startsWith(title)) ?? '';
const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
/** One cell of each row of a table, without its head. */
const cells = (text: string, column = 1): string[] =>
  text.split('\n').flatMap((line, at, lines) => {
    const isRow = line.startsWith('| ') && !(lines[at + 1] ?? '').startsWith('|---');
    return isRow ? [line.split('|')[column] ?? ''] : [];
  });
const names = (all: readonly string[]) => all.flatMap(quoted).filter((name) => /^[a-z_]+$/.test(name));
const namesIn = (path: string, pattern: RegExp) => [...read(path).matchAll(pattern)].map(([, name = '']) => name); // prettier-ignore

const parameters = namesIn('provider/challenge/request.ts', /^ {2}([a-z_]+): (?:z$|z\.|text\()/gm);
const errors = namesIn('provider/challenge/trouble.ts', /^ {2}([a-z_]+): \{ status: \d{3}/gm);
const code = globSync('{provider/challenge,provider/visit,cards,cards/chip,policies,assurance,codes,counter}/*.ts', { cwd: root }).map(read).join('\n'); // prettier-ignore
const isWord = (name: string) => new RegExp(String.raw`\b${name}\b`).test(code);

test('every parameter the endpoint reads is described, and no other', (t) => {
  t.true(parameters.length > 25);
  const described = names(cells(section('3.')));
  t.deepEqual(described.toSorted(), parameters.toSorted());
});

test('every error the endpoint answers is described, in the order of the checks', (t) => {
  t.true(errors.length > 10);
  t.deepEqual(names(cells(section('6.'), 2)), errors);
});

test('every challenge is described, and no other', (t) => {
  const types = globSync('provider/challenge/*.ts', { cwd: root }).flatMap((path) => [
    ...namesIn(path, /\btype: '([a-z_]+)'/g),
    ...namesIn(path, /(?:vneid|passkey): '([a-z_]+_(?:redirect|web))'/g),
  ]);
  const table = section('4.').split('| `error` of')[0] ?? '';
  t.deepEqual([...new Set(names(cells(table)))].toSorted(), [...new Set(types)].toSorted());
});

test('every word of a refused reply is one the code says', (t) => {
  const table = section('4.').split('| `error` of')[1] ?? '';
  const words = names(table.split('\n').slice(2));
  t.true(words.length > 25);
  t.deepEqual(
    words.filter((name) => !isWord(name)),
    [],
  );
  const claim = namesIn('cards/claim.ts', /^ {2}\| '([a-z_]+)'/gm).filter((name) => !name.startsWith('mrz'));
  const phone = namesIn('policies/phone-number.ts', /^ {2}\| '([a-z_]+)'/gm);
  t.deepEqual(
    [...claim, ...phone].filter((name) => !words.includes(name)),
    [],
  );
});

test('every reason for which a chip is refused is described', (t) => {
  const reasons = (/export type ChipRefusal =([\s\S]*?);/.exec(read('assurance/chip.ts'))?.[1] ?? '').match(/'[a-z_]+'/g) ?? []; // prettier-ignore
  t.true(reasons.length > 4);
  for (const reason of reasons) t.true(quoted(section('5.')).includes(reason.slice(1, -1)), reason);
});

test('every address of the account is described', (t) => {
  const routes = globSync('web/me*.ts', { cwd: root }).flatMap((path) =>
    [...read(path).matchAll(/router\.(get|post|delete)\(\s*'(\/me[^']*)'/g)].map(
      ([, method = '', address = '']) => `${method.toUpperCase()} ${address.replace(/:\w+/, '{}')}`,
    ),
  );
  t.true(routes.length > 8);
  const described = cells(section('8.')).flatMap(quoted).map((call) => call.replace(/\{\w+\}/, '{}')); // prettier-ignore
  t.deepEqual(routes.filter((route) => !described.includes(route)), []); // prettier-ignore
});
