// decide() alone: facts in, decision out, no tokens. `fail` lists everything that fails, in order.

import { acr, clock } from './ground.ts';

type Case = {
  readonly name: string;
  readonly require?: object;
  readonly handover?: string;
  readonly effectiveAt?: number;
  readonly facts?: object;
  readonly fail?: readonly string[];
  readonly level?: number;
  readonly age?: number | null;
};

const base = { level: 2, maxAge: 300, scopes: ['a'] };
const facts = {
  acr: acr(2),
  authTime: clock - 40,
  amr: ['zalo', 'vneid', 'otp'],
  identitySource: 'vneid',
  scopes: ['a', 'b'],
  purposes: ['p'],
  clientId: 'miniapp',
  clientClass: 'first_party',
};
const rowOf: Readonly<Record<string, string>> = {
  action: 'unknown-action',
  level: 'step-up',
  age: 'step-up',
  method: 'step-up',
  scope: 'scope',
  consent: 'consent-required',
  client: 'denied',
  handover: 'handover',
};

const cases: readonly Case[] = [
  { name: 'everything is there' },
  { name: 'level 1 suffices for level 1', require: { level: 1 }, facts: { acr: acr(1) }, level: 1 },
  { name: 'level 2 suffices for level 1', require: { level: 1 } },
  {
    name: 'level 0 is for machines',
    require: { level: 0, maxAge: undefined, clients: ['service'] },
    facts: { acr: undefined, authTime: undefined, clientClass: 'service' },
    level: 0,
    age: null,
  },
  { name: 'level 1 for level 2', facts: { acr: acr(1) }, fail: ['level'], level: 1 },
  ...[
    undefined,
    '',
    acr(0),
    acr(3),
    acr(9),
    `${acr(2)} `,
    `${acr(2)}2`,
    acr(2).toUpperCase(),
    'urn:acr:2',
    '2',
  ].map((value): Case => ({
    name: `acr ${JSON.stringify(value)} is level 0`,
    facts: { acr: value },
    fail: ['level', 'age'],
    level: 0,
    age: null,
  })),
  {
    name: 'without maxAge an unknown acr fails the level only',
    require: { maxAge: undefined },
    facts: { acr: acr(7) },
    fail: ['level'],
    level: 0,
    age: null,
  },
  {
    name: 'time missing: level 0, infinitely old',
    facts: { authTime: undefined },
    fail: ['level', 'age'],
    level: 0,
    age: null,
  },
  { name: 'age 0', facts: { authTime: clock }, age: 0 },
  { name: 'age at maxAge', facts: { authTime: clock - 300 }, age: 300 },
  { name: 'age at the tolerance', facts: { authTime: clock - 305 }, age: 305 },
  { name: 'age one second beyond the tolerance', facts: { authTime: clock - 306 }, fail: ['age'], age: 306 },
  {
    name: 'age of a day without maxAge',
    require: { maxAge: undefined },
    facts: { authTime: clock - 86_400 },
    age: 86_400,
  },
  { name: 'maxAge 0 means now', require: { maxAge: 0 }, facts: { authTime: clock - 5 }, age: 5 },
  {
    name: 'maxAge 0, six seconds ago',
    require: { maxAge: 0 },
    facts: { authTime: clock - 6 },
    fail: ['age'],
    age: 6,
  },
  { name: 'time a little in the future counts as now', facts: { authTime: clock + 10 }, age: 0 },
  {
    name: 'time in the future: level 0',
    facts: { authTime: clock + 11 },
    fail: ['level', 'age'],
    level: 0,
    age: null,
  },
  {
    name: 'too old and too low',
    facts: { acr: acr(1), authTime: clock - 9000 },
    fail: ['level', 'age'],
    level: 1,
    age: 9000,
  },
  { name: 'accepted source', require: { evidenceAnyOf: ['vneid'] } },
  { name: 'one of several sources', require: { evidenceAnyOf: ['chip_c06', 'vneid'] } },
  { name: 'source not accepted', require: { evidenceAnyOf: ['chip_c06'] }, fail: ['method'] },
  {
    name: 'source missing',
    require: { evidenceAnyOf: ['vneid'] },
    facts: { identitySource: undefined },
    fail: ['method'],
  },
  { name: 'empty list of sources accepts none', require: { evidenceAnyOf: [] }, fail: ['method'] },
  { name: 'amr: one alternative of one', require: { amrAnyOf: [['vneid']] } },
  { name: 'amr: second alternative', require: { amrAnyOf: [['hwk'], ['otp', 'vneid']] } },
  { name: 'amr: alternative only in part', require: { amrAnyOf: [['vneid', 'face']] }, fail: ['method'] },
  { name: 'amr: no alternatives accept none', require: { amrAnyOf: [] }, fail: ['method'] },
  { name: 'amr: an empty alternative asks nothing', require: { amrAnyOf: [[]] } },
  { name: 'amr missing', require: { amrAnyOf: [['vneid']] }, facts: { amr: [] }, fail: ['method'] },
  {
    name: 'amr and source: both must hold',
    require: { amrAnyOf: [['vneid']], evidenceAnyOf: ['chip_c06'] },
    fail: ['method'],
  },
  { name: 'scope missing', facts: { scopes: [] }, fail: ['scope'] },
  { name: 'scope is another', facts: { scopes: ['b'] }, fail: ['scope'] },
  { name: 'scope in other letters', facts: { scopes: ['A'] }, fail: ['scope'] },
  { name: 'two scopes, both there', require: { scopes: ['a', 'b'] } },
  { name: 'two scopes, one there', require: { scopes: ['a', 'c'] }, fail: ['scope'] },
  { name: 'no scope needed', require: { scopes: [] }, facts: { scopes: [] } },
  { name: 'purpose agreed', require: { consent: { purpose: 'p' } } },
  { name: 'purpose not agreed', require: { consent: { purpose: 'q' } }, fail: ['consent'] },
  { name: 'no purposes', require: { consent: { purpose: 'p' } }, facts: { purposes: [] }, fail: ['consent'] },
  { name: 'client class accepted', require: { clients: ['gov_portal', 'first_party'] } },
  { name: 'client class not accepted', require: { clients: ['gov_portal'] }, fail: ['client'] },
  {
    name: 'client class missing',
    require: { clients: ['first_party'] },
    facts: { clientClass: undefined },
    fail: ['client'],
  },
  { name: 'client class missing where none is asked', facts: { clientClass: undefined } },
  { name: 'hand-over', handover: 'national_portal', fail: ['handover'] },
  {
    name: 'hand-over comes after the step-up',
    handover: 'national_portal',
    facts: { acr: acr(1) },
    fail: ['level', 'handover'],
    level: 1,
  },
  {
    name: 'hand-over comes after the client',
    handover: 'national_portal',
    require: { clients: ['service'] },
    fail: ['client', 'handover'],
  },
  { name: 'open since this second', effectiveAt: clock },
  { name: 'open in a second', effectiveAt: clock + 1, fail: ['action'] },
  {
    name: 'not open yet hides everything else',
    effectiveAt: clock + 1,
    facts: { acr: undefined, scopes: [] },
    fail: ['action'],
    level: 0,
    age: null,
  },
  { name: 'level before scope', facts: { acr: acr(1), scopes: [] }, fail: ['level', 'scope'], level: 1 },
  {
    name: 'method before consent',
    require: { amrAnyOf: [['hwk']], consent: { purpose: 'q' } },
    fail: ['method', 'consent'],
  },
  {
    name: 'scope before consent before client',
    require: { consent: { purpose: 'q' }, clients: ['service'] },
    facts: { scopes: [] },
    fail: ['scope', 'consent', 'client'],
  },
  {
    name: 'everything fails, in order',
    require: { evidenceAnyOf: [], consent: { purpose: 'q' }, clients: ['service'] },
    handover: 'national_portal',
    facts: { acr: acr(1), authTime: clock - 9000, scopes: [] },
    fail: ['level', 'age', 'method', 'scope', 'consent', 'client', 'handover'],
    level: 1,
    age: 9000,
  },
];

export const decideCases = [
  ...cases.map(
    ({
      name,
      require = {},
      handover = 'local',
      effectiveAt = 0,
      facts: some = {},
      fail = [],
      level = 2,
      age = 40,
    }) => ({
      name,
      action: { require: { ...base, ...require }, handover, effectiveAt },
      facts: { ...facts, ...some },
      // null is infinitely old.
      expect: { allow: fail.length === 0, row: rowOf[fail[0] ?? ''] ?? 'allow', failed: fail, level, age },
    }),
  ),
  {
    name: 'no action',
    action: null,
    facts,
    expect: { allow: false, row: 'unknown-action', failed: ['action'], level: 2, age: 40 },
  },
];
