import test from 'ava';
import { mayBeAssisted } from '../../policies/assisted.ts';
import type { CatalogueAction, Requirement } from '../../policies/decide.ts';

const words = { vi: 'x', en: 'x' };
const action = (over: Partial<CatalogueAction> = {}, require: Partial<Requirement> = {}): CatalogueAction => ({
  action: 'a.b',
  service: 'https://a.example',
  title: words,
  http: [],
  require: { level: 2, scopes: ['svc:a:b'], ...require },
  handover: 'local',
  risk: 'low',
  legal: '',
  owner: 'x',
  effectiveFrom: '2026-01-01',
  effectiveAt: 0,
  ...over,
}); // prettier-ignore
const may = (actions: readonly CatalogueAction[], scopes = ['svc:a:b']) =>
  mayBeAssisted({ actionsByScope: new Map([['svc:a:b', actions]]) }, scopes);

const TABLE: readonly (readonly [string, readonly CatalogueAction[], boolean])[] = [
  ['low risk at any level', [action()], true],
  ['medium risk', [action({ risk: 'medium' })], true],
  ['high risk', [action({ risk: 'high' })], false],
  ['a prescribed way of signing in', [action({}, { amrAnyOf: [['vneid']] })], false],
  ['prescribed evidence of identity', [action({}, { evidenceAnyOf: ['counter'] })], false],
  ['the national portal', [action({ handover: 'national_portal' })], false],
  ['one small and one big action behind the same scope', [action(), action({ risk: 'high' })], false],
  ['no action at all', [], false],
];

for (const [what, actions, expected] of TABLE)
  test(`over the telephone, ${what}: ${expected ? 'may be asked' : 'never'}`, (t) => {
    t.is(may(actions), expected);
  });

test('one scope that may not be asked spoils the rest, and so does one nobody knows', (t) => {
  t.false(may([action()], ['svc:a:b', 'svc:a:c']));
  t.true(may([action()]));
});
