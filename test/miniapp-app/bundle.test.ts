// What leaves the house in the app: read as built, because that is what Zalo is given.

import test from 'ava';
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../packages/miniapp/app/dist/', import.meta.url);
const built = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => ({ name: entry.name, text: readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8') }));
const ours = built.filter(({ name }) => !name.startsWith('zalo-sdk'));
const sources = readdirSync(new URL('../../packages/miniapp/app/words/', import.meta.url)).map((name) =>
  readFileSync(new URL(`../../packages/miniapp/app/words/${name}`, import.meta.url), 'utf8'),
);

test('the app is one page, one sheet, and parts that are fetched when they are needed', (t) => {
  t.is(built.filter(({ name }) => name.endsWith('.html')).length, 1);
  t.is(built.filter(({ name }) => name.endsWith('.css')).length, 1);
  t.true(built.some(({ name }) => name.startsWith('zalo-sdk')));
});

for (const word of ['secret_key', 'appsecret_proof', '/me/info', 'graph.zalo', '__sandbox', 'MÔ PHỎNG'])
  test(`nothing of ours says ${word}: no secret and no fake is shipped`, (t) => {
    t.deepEqual(
      ours.filter(({ text }) => text.includes(word)).map(({ name }) => name),
      [],
    );
  });

for (const store of ['localStorage', 'sessionStorage', 'indexedDB', 'document.cookie'])
  test(`nothing is kept in ${store}: all mini apps share one origin`, (t) => {
    t.deepEqual(
      ours.filter(({ text }) => text.includes(store)).map(({ name }) => name),
      [],
    );
  });

// contracts/law-and-province.md section 3.
for (const word of [
  'tài khoản định danh điện tử',
  'định danh mức',
  'xác thực',
  'căn cước điện tử',
  'danh tính điện tử',
  'thay cho VNeID',
  'nộp hồ sơ bằng Tây Ninh ID',
  'Đồng ý tất cả',
  'CMND',
  'digital identity',
  'Agree to all',
])
  // prettier-ignore
  test(`no sentence says "${word}"`, (t) => {
    t.false(sources.some((text) => text.toLowerCase().includes(word.toLowerCase())));
  });
