import test from 'ava';
import type { CatalogueAction, Requirement } from '../../policies/decide.ts';
import { wantedLevel } from '../../policies/wanted-level.ts';
import type { LevelRequest } from '../../policies/wanted-level.ts';

const base = 'https://id.tayninh.gov.vn/acr/';
const [ONE, TWO] = [`${base}1`, `${base}2`];

const action = (name: string, require: Requirement): CatalogueAction => ({
  action: name,
  service: 'https://hoso.dichvu.tayninh.gov.vn',
  title: { vi: name, en: name },
  http: [],
  require,
  handover: 'local',
  risk: 'low',
  legal: '',
  owner: '',
  effectiveFrom: '2026-01-01',
  effectiveAt: 1_767_200_400,
});
const report = action('phananh.gui', { level: 1, scopes: ['report'] });
const look = action('hoso.xem', { level: 2, maxAge: 28_800, scopes: ['look'] });
const file = action('hoso.nop', { level: 2, maxAge: 900, scopes: ['file'], amrAnyOf: [['vneid']] });
const catalogue = { actionsByScope: new Map([['report', [report]], ['look', [look]], ['file', [file]]]) }; // prettier-ignore

const ask = (request: Partial<LevelRequest>) =>
  wantedLevel({ acrValues: undefined, maxAge: undefined, scopes: ['openid'], ...request }, catalogue, base);

const levels: readonly [title: string, request: Partial<LevelRequest>, level: 1 | 2 | 'unmet'][] = [
  ['nothing asked is level 1', {}, 1],
  ['an empty acr_values is nothing asked', { acrValues: '' }, 1],
  ['blanks only are nothing asked', { acrValues: '   ' }, 1],
  ['level 1 asked', { acrValues: ONE }, 1],
  ['level 2 asked', { acrValues: TWO }, 2],
  ['the lowest of several will do', { acrValues: `${TWO} ${ONE}` }, 1],
  ['unknown values are dropped beside known ones', { acrValues: `urn:loa:9 ${TWO}` }, 2],
  ['doubled blanks do not matter', { acrValues: `  ${TWO}  ` }, 2],
  ['only unknown values: unmet', { acrValues: 'urn:loa:9' }, 'unmet'],
  ['a level we do not have: unmet', { acrValues: `${base}3` }, 'unmet'],
  ['level 0 cannot be asked for', { acrValues: `${base}0` }, 'unmet'],
  ['similar is not equal', { acrValues: `${TWO}/ ${TWO}x ${TWO.toUpperCase()} ${base}02` }, 'unmet'],
  ['another issuer’s levels are unknown', { acrValues: 'https://evil.example/acr/2' }, 'unmet'],
  ['a bare number is unknown', { acrValues: '2' }, 'unmet'],
  ['a thousand unknown values are unmet too', { acrValues: 'x '.repeat(1000) }, 'unmet'],
  ['the scope raises what was asked', { acrValues: ONE, scopes: ['file'] }, 2],
  ['the scope raises when nothing was asked', { scopes: ['openid', 'report', 'look'] }, 2],
  ['the scope never lowers what was asked', { acrValues: TWO, scopes: ['report'] }, 2],
  ['a scope of level 1 is level 1', { scopes: ['report'] }, 1],
  ['a scope nobody knows asks for nothing', { scopes: ['openid', 'no:such'] }, 1],
  [
    'unknown values stay unmet whatever the scope needs',
    { acrValues: 'urn:loa:9', scopes: ['file'] },
    'unmet',
  ],
];
for (const [title, request, level] of levels) {
  test(title, (t) => {
    const wanted = ask(request);
    t.is(wanted.outcome === 'wanted' ? wanted.level : wanted.outcome, level);
  });
}

const ages: readonly [title: string, request: Partial<LevelRequest>, maxAgeSeconds: number | undefined][] = [
  ['no age asked, none needed', { scopes: ['report'] }, undefined],
  ['the age of the scope', { scopes: ['look'] }, 28_800],
  ['the shorter of two scopes', { scopes: ['look', 'file'] }, 900],
  ['the client may ask for a shorter age', { maxAge: '60', scopes: ['file'] }, 60],
  ['the client cannot ask for a longer one', { maxAge: '99999', scopes: ['file'] }, 900],
  ['0 means a proof made now, not no limit', { maxAge: '0', scopes: ['file'] }, 0],
  ['0 counts also without a scope', { maxAge: '0' }, 0],
  ['an age alone', { maxAge: '300' }, 300],
];
for (const [title, request, maxAgeSeconds] of ages) {
  test(title, (t) => {
    const wanted = ask(request);
    t.is(wanted.outcome === 'wanted' ? wanted.maxAgeSeconds : NaN, maxAgeSeconds);
  });
}

test('an age that is no number is never taken for "no limit"', (t) => {
  // provider/configuration.ts refuses these at the border; this is the second line.
  for (const maxAge of ['', 'NaN', '-1', 'abc', 'Infinity']) {
    const wanted = ask({ maxAge });
    if (wanted.outcome !== 'wanted') return t.fail();
    const met = wanted.maxAgeSeconds === undefined || 1 <= wanted.maxAgeSeconds;
    t.false(met, `${maxAge}: a proof one second old would count`);
  }
});

test('method rules of the scopes come along', (t) => {
  const wanted = ask({ scopes: ['look', 'file'] });
  if (wanted.outcome !== 'wanted') return t.fail();
  t.deepEqual(wanted.methods.map(({ amrAnyOf }) => amrAnyOf), [[['vneid']]]);
}); // prettier-ignore
