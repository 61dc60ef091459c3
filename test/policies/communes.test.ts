import test from 'ava';
import { communeCodes, communeName } from '../../policies/communes.ts';
import { compareNames } from '../../policies/person-name.ts';
import vectors from '../vectors/communes-tayninh.json' with { type: 'json' };

test('the 96 communes of today are known by code, and nothing else is', (t) => {
  t.is(communeCodes().length, vectors.counts.total);
  t.deepEqual([...communeCodes()].sort(), vectors.communes.map(({ code }) => code).sort());
  for (const { code, type, name } of vectors.communes) t.is(communeName(code), `${type} ${name}`);
  for (const code of ['', '80', '00000', '2545', '254590', '25459 '])
    t.is(communeName(code), undefined, code);
});

test('82 are xã and 14 are phường, 36 of the former Tây Ninh and 60 of the former Long An', (t) => {
  const count = (is: (commune: (typeof vectors.communes)[number]) => boolean) =>
    vectors.communes.filter(is).length;
  t.is(
    count(({ code }) => communeName(code)?.startsWith('xã ') === true),
    vectors.counts.xã,
  );
  t.is(
    count(({ code }) => communeName(code)?.startsWith('phường ') === true),
    vectors.counts.phường,
  );
  t.is(
    count(({ formerProvinceCode }) => formerProvinceCode === '72'),
    vectors.counts.formerTayNinh,
  );
  t.is(
    count(({ formerProvinceCode }) => formerProvinceCode === '80'),
    vectors.counts.formerLongAn,
  );
});

test('a commune is the same wherever the tone mark is written', (t) => {
  for (const commune of vectors.communes) {
    if (!('alsoSpelled' in commune)) continue;
    t.is(compareNames(commune.name, commune.alsoSpelled ?? ''), 'same', commune.code);
  }
});
