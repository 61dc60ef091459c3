import test from 'ava';
import { acrOf, acrValuesFrom, defaultAcrBase, levelOf } from '../../policies/level.ts';

const base = 'https://id.tayninh.gov.vn/acr/';

test('the default base is the one of the protocol', (t) => {
  t.is(defaultAcrBase, base);
});

test('the two levels are known by their exact names', (t) => {
  t.is(levelOf(`${base}1`, base), 1);
  t.is(levelOf(`${base}2`, base), 2);
});

const strangers = [
  undefined,
  '',
  '1',
  '2',
  base,
  `${base}0`,
  `${base}3`,
  `${base}02`,
  `${base}2 `,
  ` ${base}2`,
  `${base}2/`,
  `${base}2#x`,
  `${base}２`,
  `${base}12`,
  'https://ID.tayninh.gov.vn/acr/2',
  'http://id.tayninh.gov.vn/acr/2',
  'https://id.tayninh.gov.vn.evil.example/acr/2',
];
for (const acr of strangers) {
  test(`unknown acr ${JSON.stringify(acr)} is level 0`, (t) => {
    t.is(levelOf(acr, base), 0);
  });
}

test('another base makes other names', (t) => {
  t.is(levelOf('urn:tn:2', 'urn:tn:'), 2);
  t.is(levelOf(`${base}2`, 'urn:tn:'), 0);
});

test('an acr made from a level is that level', (t) => {
  for (const level of [1, 2] as const) t.is(levelOf(acrOf(level, base), base), level);
});

test('a challenge names the needed level first and then the higher ones', (t) => {
  t.is(acrValuesFrom(1, base), `${base}1 ${base}2`);
  t.is(acrValuesFrom(2, base), `${base}2`);
});
