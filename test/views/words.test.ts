import test from 'ava';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'node-html-parser';
import { gallery } from '../../views/gallery.ts';
import { render } from '../../views/html.ts';

// contracts/law-and-province.md section 3: each is the law's word for something we are not.
const avoided = [
  'tài khoản định danh điện tử',
  'định danh mức',
  'mức độ định danh',
  'mức độ xác thực',
  'căn cước điện tử',
  'danh tính điện tử',
  'xác thực điện tử',
  'xác thực',
  'Bộ Công an xác nhận',
  'thay cho VNeID',
  'thay VNeID',
  'nộp hồ sơ bằng Tây Ninh ID',
  'Đồng ý tất cả',
  'CMND',
  'chứng minh nhân dân',
  'electronic identity',
  'digital identity',
  'authentication level',
  'Agree to all',
];

const entries = gallery((lang) => ({ lang, stylesheet: '/s', demo: true }));
const shown = entries.flatMap(({ id, html }) =>
  (['vi', 'en'] as const).map((lang) => ({ id, text: parse(render(html(lang))).textContent })),
);
const folder = new URL('../../views/words/', import.meta.url);
const sources = readdirSync(folder).map((id) => ({ id, text: readFileSync(new URL(id, folder), 'utf8') }));

for (const word of avoided) {
  test(`no page says "${word}"`, (t) => {
    const offenders = [...shown, ...sources].filter(({ text }) =>
      text.toLowerCase().includes(word.toLowerCase()),
    );
    t.deepEqual(
      offenders.map(({ id }) => id),
      [],
    );
  });
}

test('Vietnamese is written in composed letters, so that search and screen readers find it', (t) => {
  t.deepEqual(
    sources.filter(({ text }) => text !== text.normalize('NFC')).map(({ id }) => id),
    [],
  );
});

test('the levels are named in the words the law leaves free', (t) => {
  const all = shown.map(({ text }) => text).join('\n');
  t.regex(all, /Mức Tây Ninh ID 1: chưa xác minh danh tính/);
  t.regex(all, /Mức Tây Ninh ID 2: đã xác minh danh tính/);
});
