// The commands as an editor of the catalogue runs them: what they print and how they end.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { edit, folderOf, read, servicesFolder } from './files.ts';

type Ran = { readonly code: number; readonly out: string; readonly err: string };

const tnid = (...words: string[]) =>
  new Promise<Ran>((resolve) => {
    execFile('bin/tnid', ['catalogue', ...words], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
    });
  });

test('lint names file, line and what to change, and ends with 1', async (t) => {
  const text = edit(await read('hoso.yaml'), '      maxAge: 900\n', '');
  const folder = await folderOf(t, { 'hoso.yaml': text });
  const { code, err } = await tnid('lint', folder);
  t.is(code, 1);
  t.regex(err, /hoso\.yaml:\d+: actions\.0\.require: việc ở mức 2 phải có maxAge/);
});

test('diff ends with 1 when anything is weaker, and with 0 when nothing is', async (t) => {
  const weaker = await folderOf(t, {
    'hoso.yaml': edit(await read('hoso.yaml'), 'maxAge: 28800', 'maxAge: 900'),
  });
  const now = await folderOf(t, { 'hoso.yaml': await read('hoso.yaml') });
  const loosened = await tnid('diff', weaker, now);
  t.is(loosened.code, 1);
  t.true(loosened.out.endsWith('weaker\n'));
  t.true(loosened.out.includes('maxAge: 900 → 28800'));
  const tightened = await tnid('diff', now, weaker);
  t.is(tightened.code, 0);
  t.true(tightened.out.endsWith('stronger\n'));
});

test('schema prints the committed file', async (t) => {
  t.is((await tnid('schema')).out, await readFile('policies/services.schema.json', 'utf8'));
});

test('explain says what an action asks, in both languages', async (t) => {
  const { out } = await tnid('explain', 'hoso.nop-tthc');
  for (const sentence of ['mức 2', 'VNeID', '15 phút', 'Cổng Dịch vụ công quốc gia'])
    t.true(out.includes(sentence), sentence);
  const english = await tnid('explain', 'gopy.cham-diem', servicesFolder, '--en');
  t.is(english.code, 0);
  t.true(english.out.includes('Anyone whose identity is verified (level 2).'));
  const unknown = await tnid('explain', 'hoso.khong-co');
  t.is(unknown.code, 1);
  t.is(unknown.out, '');
});

test('who answers: a person at level 1, verified 20 minutes ago', async (t) => {
  const { code, out } = await tnid('who', '--level', '1', '--age', '20m');
  t.is(code, 0);
  t.regex(out, /phananh\.gui +yes/);
  t.regex(out, /hoso\.nop +step-up +Nộp hồ sơ +Cần xác minh danh tính/);
  t.regex(out, /truyenhinh +yes +Xem truyền hình Tây Ninh +Ai cũng xem được/);
  t.is((await tnid('who', '--age', 'lâu')).code, 2);
  t.is((await tnid('who', '--level', '3')).code, 2);
  t.is((await tnid('who', '--level', '2', '--by', 'facebook')).code, 2);
});
