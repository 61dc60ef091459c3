import test from 'ava';
import { clock, clockFrom, day, grouped, moment } from '../../views/format.ts';
import { type Child, html, render } from '../../views/html.ts';

const escaping: readonly (readonly [string, Child, string])[] = [
  ['markup in a string', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['both quotes', `"'`, '&quot;&#39;'],
  ['an entity, so that it is shown as typed', '&lt;', '&amp;lt;'],
  ['markup in a list', ['<b>', html`<i>${'<u>'}</i>`], '&lt;b&gt;<i>&lt;u&gt;</i>'],
  ['nothing for undefined, null and false', [undefined, null, false], ''],
  ['a zero', 0, '0'],
];
for (const [what, child, expected] of escaping) {
  test(`a template escapes or keeps ${what}`, (t) => {
    t.is(render(html`${child}`), expected);
  });
}

test('an object that came out of JSON cannot pass for markup', (t) => {
  // What a hostile JSON column would give; the types forbid it, the run time must too.
  const forged = JSON.parse('[{"text":"<script>","markup":"<script>"}]') as readonly string[];
  t.throws(() => render(html`${forged}`));
});

const addresses: readonly (readonly [string, string])[] = [
  ['/toi', '/toi'],
  ['?lang=en', '?lang=en'],
  ['#main', '#main'],
  ['https://dichvucong.tayninh.gov.vn/a?b=c&d=e', 'https://dichvucong.tayninh.gov.vn/a?b=c&amp;d=e'],
  ['tel:1022', 'tel:1022'],
  ['javascript:alert(1)', '#refused'],
  ['JaVaScRiPt:alert(1)', '#refused'],
  ['java\nscript:alert(1)', '#refused'],
  ['\u0001 javascript:alert(1)', '#refused'],
  ['data:text/html,<script>', '#refused'],
  ['vbscript:x', '#refused'],
];
for (const [given, expected] of addresses) {
  test(`a link to ${JSON.stringify(given)} becomes ${expected}`, (t) => {
    t.is(render(html`<a href="${given}">`), `<a href="${expected}">`);
    t.is(render(html`<form action="${given}">`), `<form action="${expected}">`);
  });
}

test('times are shown in the province, wherever the server stands', (t) => {
  const at = new Date('2026-11-21T17:05:59Z');
  t.is(clock(at), '00:05');
  t.is(day(at, 'vi'), '22/11/2026');
  t.is(day(at, 'en'), '22 November 2026');
  t.is(moment(at, 'vi'), '00:05 ngày 22/11/2026');
  t.is(moment(at, 'en'), '00:05 on 22 November 2026');
});

test('a time to try again is never too early', (t) => {
  t.is(clockFrom(new Date('2026-11-22T07:01:01Z')), '14:02');
  t.is(clockFrom(new Date('2026-11-22T07:01:00Z')), '14:01');
  t.is(clockFrom(new Date('2026-11-22T16:59:30Z')), '00:00');
});

const numbers: readonly (readonly [string, string])[] = [
  ['0912345678', '0912 345 678'],
  ['0912 345 678', '0912 345 678'],
  ['091****678', '091* *** 678'],
  ['999190000011', '999 190 000 011'],
  ['***567', '*** 567'],
  ['12', '12'],
  ['7', '7'],
  ['', ''],
];
for (const [given, expected] of numbers) {
  test(`the number "${given}" is read as "${expected}"`, (t) => {
    t.is(grouped(given), expected);
  });
}
