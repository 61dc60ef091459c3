// The schema editors use: current, true to the real files, and as strict about shape as lint is.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import test from 'ava';
import { parse } from 'yaml';
import { serviceFileJsonSchema } from '../../catalogue/json-schema.ts';
import { edit, read, servicesFolder } from './files.ts';

const schema: unknown = JSON.parse(serviceFileJsonSchema());
// `format: date` only tells editors; the pattern beside it is what decides.
const ajv = new Ajv2020({ validateFormats: false, allErrors: true });

function accepts(text: string): boolean {
  if (typeof schema !== 'object' || schema === null) throw new Error('no schema');
  return ajv.validate(schema, parse(text)) === true;
}

test('policies/services.schema.json is what the schema says: tnid catalogue schema writes it', async (t) => {
  t.is(await readFile('policies/services.schema.json', 'utf8'), serviceFileJsonSchema());
});

test('every file of the catalogue is accepted and points its editor at the schema', async (t) => {
  for (const name of await readdir(servicesFolder)) {
    const text = await readFile(join(servicesFolder, name), 'utf8');
    t.true(accepts(text), `${name}: ${ajv.errorsText()}`);
    t.is(text.split('\n')[0], '# yaml-language-server: $schema=../services.schema.json', name);
  }
});

const broken: readonly [title: string, from: string, to: string][] = [
  ['an unknown key', 'risk: high', 'rissk: high'],
  ['a missing area', '    area: province\n', ''],
  ['level 3', 'level: 2', 'level: 3'],
  ['a word for a number', 'maxAge: 900', 'maxAge: lâu'],
  ['a negative age', 'maxAge: 900', 'maxAge: -1'],
  ['a title without English', '{ vi: Nộp hồ sơ, en: File a dossier }', '{ vi: Nộp hồ sơ }'],
  ['an address without https', 'https://hoso', 'http://hoso'],
  ['a scope of another form', '[svc:hoso:nop]', '[nop]'],
  ['an unknown method', '[[vneid]]', '[[vnied]]'],
  ['no methods', '[[vneid]]', '[]'],
  ['an impossible date', 'effectiveFrom: 2026-01-01', 'effectiveFrom: 2026-13-01'],
  ['an unknown basis', 'basis: art19_1_c', 'basis: law'],
  ['pseudonymous: false', '  tokens: jwt\n', '  tokens: jwt\n  pseudonymous: false\n'],
];
for (const [title, from, to] of broken) {
  test(`an editor underlines ${title}`, async (t) => {
    t.false(accepts(edit(await read('hoso.yaml'), from, to)));
  });
}

test('handover may be left out, and the main keys are explained in Vietnamese', async (t) => {
  t.true(accepts(edit(await read('hoso.yaml'), '    handover: local\n', '')));
  const text = serviceFileJsonSchema();
  for (const sentence of ['Bước xác minh được cũ nhất bao nhiêu giây', 'Cấp thực hiện', 'Căn cứ pháp lý'])
    t.true(text.includes(sentence), sentence);
});
