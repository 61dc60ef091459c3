// docs/zalo.md against the code: an operator who follows it finds what it names.

import { existsSync, globSync, readFileSync } from 'node:fs';
import test from 'ava';
import { settings } from '../../settings.ts';
import { classOf, failureOfCode } from '../../adapters/zalo/failures.ts';
import { defaultKnobs } from '../../sandbox/zalo/knobs.ts';

const root = new URL('../../', import.meta.url).pathname;
const paper = readFileSync(`${root}docs/zalo.md`, 'utf8');
const section = (title: string) => paper.split(/^## /m).find((part) => part.startsWith(title)) ?? '';
const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
const code = globSync('{upstream.ts,adapters/zalo/*.ts,web/zalo-events.ts,web/upstream-callback.ts,operations/metrics.ts,accounts/*.ts,provider/**/*.ts,assurance/*.ts,audit/record.ts}', { cwd: root }).map((path) => readFileSync(`${root}${path}`, 'utf8')).join('\n'); // prettier-ignore

test('every setting it names exists, and every setting about Zalo is named', (t) => {
  const named = new Set(paper.match(/TNID_[A-Z_]+/g));
  const known = Object.keys(settings);
  t.deepEqual([...named].filter((name) => !known.includes(name)), []); // prettier-ignore
  const ours = known.filter((name) => /^TNID_(ZALO|ZNS|OA|HOTLINE)_/.test(name));
  t.true(ours.length > 12);
  t.deepEqual(ours.filter((name) => !named.has(name)), []); // prettier-ignore
});

test('every knob it names is one of the twin, and every uncertain point has its question', (t) => {
  const table = section('5.');
  const knobs = quoted(table).filter((name) => /^[a-z]+\.[a-zA-Z]+$/.test(name) || name === 'egress');
  t.true(knobs.length > 35);
  t.deepEqual(knobs.filter((name) => !(name in defaultKnobs)), []); // prettier-ignore
  const points = new Set<number>();
  for (const [, from = '', to = from] of table.matchAll(/U(\d+)(?:–U(\d+))?/g))
    for (let point = Number(from); point <= Number(to); point += 1) points.add(point);
  t.deepEqual([...points].toSorted((a, b) => a - b), Array.from({ length: 27 }, (_, at) => at + 1)); // prettier-ignore
});

test('every alarm and address it names is in the code', (t) => {
  const names = [...quoted(section('3.')), ...quoted(section('4.'))].filter((name) => /^[a-z_]+(\.[a-z_]+)?$/.test(name)); // prettier-ignore
  t.true(names.length > 20);
  t.deepEqual(names.filter((name) => !code.includes(name)), []); // prettier-ignore
  for (const path of ['/zalo/ve', '/zalo/su-kien', '/zalo/thu-hoi']) {
    t.true(paper.includes(`https://id.tayninh.gov.vn${path}`), path);
    t.true(code.includes(path), path);
  }
  t.true(existsSync(`${root}docs/decisions/0021-zalo-phone-when-needed.md`));
});

test('what it calls an alarm is one: an operator must act', (t) => {
  for (const failure of ['foreign_address', 'proof_ignored', 'refusals_high', 'wrong_configuration'] as const)
    t.is(classOf(failure), 'config');
  for (const error of [-14002, -14004, -14018]) {
    t.true(section('3.').includes(String(error)));
    t.is(failureOfCode('access_token', error, []), 'wrong_configuration');
  }
});
