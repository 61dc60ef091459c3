import test from 'ava';
import {
  challengeOf,
  decide,
  releasableScopes,
  requirementFor,
  type CatalogueAction,
  type DecisionRow,
  type Facts,
  type Failure,
  type Requirement,
} from '../../policies/decide.ts';

const base = 'https://id.tayninh.gov.vn/acr/';
const now = 1_795_356_000;

const filing = makeAction({
  level: 2,
  maxAge: 900,
  scopes: ['svc:hoso:nop'],
  consent: { purpose: 'hoso.xu-ly' },
  amrAnyOf: [['vneid'], ['sc', 'face']],
  evidenceAnyOf: ['vneid', 'chip_c06'],
  clients: ['first_party', 'gov_portal'],
});

const good: Facts = {
  acr: `${base}2`,
  authTime: now - 60,
  amr: ['zalo', 'vneid', 'otp'],
  identitySource: 'vneid',
  scopes: ['svc:hoso:nop'],
  purposes: ['hoso.xu-ly'],
  clientId: 'miniapp',
  clientClass: 'first_party',
};

function makeAction(require: Requirement, more: Partial<CatalogueAction> = {}): CatalogueAction {
  return {
    action: 'hoso.nop',
    service: 'https://hoso.dichvu.tayninh.gov.vn',
    title: { vi: 'Nộp hồ sơ', en: 'File a dossier' },
    http: [{ method: 'POST', path: '/ho-so' }],
    require,
    handover: 'local',
    risk: 'high',
    legal: 'MẪU THỬ',
    owner: 'Trung tâm',
    effectiveFrom: '2026-01-01',
    effectiveAt: 1_767_200_400,
    ...more,
  };
}

const table: readonly [
  title: string,
  change: Partial<Facts>,
  row: DecisionRow,
  failed: readonly Failure[],
][] = [
  ['everything right', {}, 'allow', []],
  ['level 1', { acr: `${base}1` }, 'step-up', ['level']],
  ['no acr', { acr: undefined }, 'step-up', ['level', 'age']],
  ['unknown acr', { acr: `${base}9` }, 'step-up', ['level', 'age']],
  ['no time of proof', { authTime: undefined }, 'step-up', ['level', 'age']],
  ['time of proof is not a number', { authTime: NaN }, 'step-up', ['level', 'age']],
  ['time of proof 11 s ahead', { authTime: now + 11 }, 'step-up', ['level', 'age']],
  ['time of proof 10 s ahead', { authTime: now + 10 }, 'allow', []],
  ['proof as old as allowed, and the tolerance', { authTime: now - 905 }, 'allow', []],
  ['proof one second older', { authTime: now - 906 }, 'step-up', ['age']],
  ['level 2 by chip without face', { amr: ['zalo', 'sc', 'otp'] }, 'step-up', ['method']],
  ['level 2 by chip with face', { amr: ['sc', 'face'], identitySource: 'chip_c06' }, 'allow', []],
  ['identity matched with the register only', { identitySource: 'register_match' }, 'step-up', ['method']],
  ['no identity source', { identitySource: undefined }, 'step-up', ['method']],
  ['scope missing', { scopes: ['svc:hoso:xem'] }, 'scope', ['scope']],
  ['scope only similar', { scopes: ['svc:hoso:nop2', 'SVC:HOSO:NOP'] }, 'scope', ['scope']],
  ['no consent', { purposes: [] }, 'consent-required', ['consent']],
  ['consent for another purpose', { purposes: ['hoso.bao-tin'] }, 'consent-required', ['consent']],
  ['client of another class', { clientClass: 'service' }, 'denied', ['client']],
  ['client of no class', { clientClass: undefined }, 'denied', ['client']],
  [
    'everything wrong: the level is asked first',
    { acr: `${base}1`, authTime: 0, amr: [], scopes: [], purposes: [], clientClass: undefined },
    'step-up',
    ['level', 'age', 'method', 'scope', 'consent', 'client'],
  ],
  [
    'scope and consent and client wrong: the scope is asked first',
    { scopes: [], purposes: [], clientClass: 'service' },
    'scope',
    ['scope', 'consent', 'client'],
  ],
  [
    'consent and client wrong: the consent is asked first',
    { purposes: [], clientClass: 'service' },
    'consent-required',
    ['consent', 'client'],
  ],
];
for (const [title, change, row, failed] of table) {
  test(`${title}: ${row}`, (t) => {
    const decision = decide(filing, { ...good, ...change }, now, base);
    t.is(decision.row, row);
    t.deepEqual(decision.failed, failed);
    t.is(decision.allow, row === 'allow');
  });
}

test('an unknown action is denied whoever asks', (t) => {
  t.like(decide(undefined, good, now, base), { allow: false, row: 'unknown-action', failed: ['action'] });
});

test('an action is unknown until its day begins in Việt Nam', (t) => {
  const opensAt = Date.parse('2026-12-01T00:00:00+07:00') / 1000;
  const later = makeAction({ level: 1, scopes: [] }, { effectiveFrom: '2026-12-01', effectiveAt: opensAt });
  const facts = { ...good, authTime: opensAt - 60 };
  t.is(decide(later, facts, opensAt - 1, base).row, 'unknown-action');
  t.is(decide(later, facts, opensAt, base).row, 'allow');
});

test('what belongs to the national portal is handed over, after the step-up the law asks for', (t) => {
  const portal = { ...filing, handover: 'national_portal' as const };
  t.like(decide(portal, good, now, base), { allow: false, row: 'handover' });
  t.is(decide(portal, { ...good, amr: ['sc'], identitySource: 'chip_c06' }, now, base).row, 'step-up');
});

test('nothing is asked of age or client where the catalogue names none', (t) => {
  const open = makeAction({ level: 1, scopes: [] });
  t.true(
    decide(open, { ...good, acr: `${base}1`, authTime: now - 25_000, clientClass: undefined }, now, base)
      .allow,
  );
});

test('a machine without a level may do what asks for none', (t) => {
  const machine = makeAction({ level: 0, scopes: ['tn:revocations'], clients: ['service'] });
  const facts: Facts = {
    amr: [],
    scopes: ['tn:revocations'],
    purposes: [],
    clientId: 'dossier',
    clientClass: 'service',
  };
  t.true(decide(machine, facts, now, base).allow);
});

// Properties over every combination of a small world: more proof never turns yes into no.
const acrs = [undefined, `${base}x`, `${base}1`, `${base}2`];
const times = [undefined, now + 60, now - 30_000, now - 2000, now - 100, now];
const scopeSets = [[], ['svc:hoso:nop'], ['svc:hoso:nop', 'svc:hoso:xem']];
const worlds: CatalogueAction[] = ([1, 2] as const).flatMap((level) =>
  [undefined, 300, 2500].flatMap((maxAge) =>
    [[], ['svc:hoso:nop'], ['svc:hoso:xem', 'svc:hoso:nop']].map((scopes) =>
      makeAction({ level, scopes, ...(maxAge === undefined ? {} : { maxAge }) }),
    ),
  ),
);

function allowed(
  action: CatalogueAction,
  acr: string | undefined,
  authTime: number | undefined,
  scopes: string[],
): boolean {
  return decide(action, { ...good, acr, authTime, scopes }, now, base).allow;
}

// Each list is ordered from less to more; the answer along it must be no…no yes…yes.
function rises(answers: readonly boolean[]): boolean {
  return answers.lastIndexOf(false) < answers.indexOf(true) || !answers.includes(true);
}

test('a higher level, a fresher proof, more scopes never lose a right', (t) => {
  for (const action of worlds) {
    for (const acr of acrs) {
      for (const scopes of scopeSets) t.true(rises(times.map((time) => allowed(action, acr, time, scopes))));
      for (const time of times) t.true(rises(scopeSets.map((scopes) => allowed(action, acr, time, scopes))));
    }
    for (const time of times)
      for (const scopes of scopeSets) t.true(rises(acrs.map((acr) => allowed(action, acr, time, scopes))));
  }
});

test('the answer allows exactly when nothing failed, and its row is that of the first failure', (t) => {
  for (const action of worlds) {
    for (const acr of acrs) {
      for (const time of times) {
        const decision = decide(action, { ...good, acr, authTime: time }, now, base);
        t.is(decision.allow, decision.failed.length === 0);
        t.is(decision.allow, decision.row === 'allow');
        t.is(decision.level === 0, decision.age === Infinity);
      }
    }
  }
});

test('a stricter action never allows what a looser one refuses', (t) => {
  let allowedOnce = false;
  for (const acr of acrs) {
    for (const time of times) {
      for (const scopes of scopeSets) {
        const answer = (level: 1 | 2, maxAge: number): boolean =>
          allowed(makeAction({ level, maxAge, scopes: [] }), acr, time, scopes);
        if (!answer(2, 300)) continue;
        allowedOnce = true;
        t.true(answer(1, 300) && answer(2, 2500));
      }
    }
  }
  t.true(allowedOnce, 'the facts hold at least one that the strict action allows');
});

test('a challenge carries level, age and scope', (t) => {
  t.deepEqual(challengeOf(filing, base), { acrValues: `${base}2`, maxAge: 900, scope: 'svc:hoso:nop' });
  t.deepEqual(challengeOf(makeAction({ level: 1, scopes: ['a', 'b'] }), base), {
    acrValues: `${base}1 ${base}2`,
    scope: 'a b',
  });
});

const view = makeAction({ level: 2, maxAge: 28_800, scopes: ['svc:hoso:xem'] });
const report = makeAction({ level: 1, scopes: ['svc:phananh:gui'] });
const byScope = new Map([
  ['svc:hoso:nop', [filing]],
  ['svc:hoso:xem', [view]],
  ['svc:phananh:gui', [report]],
]);

test('requested scopes ask for the highest level and the shortest age among them', (t) => {
  const ask = (...scopes: string[]) => requirementFor({ actionsByScope: byScope }, scopes);
  t.deepEqual(ask('openid', 'unknown'), { level: 0, methods: [] });
  t.deepEqual(ask('openid', 'svc:phananh:gui'), { level: 1, methods: [] });
  t.deepEqual(ask('svc:phananh:gui', 'svc:hoso:xem'), { level: 2, maxAge: 28_800, methods: [] });
  t.like(ask('svc:hoso:xem', 'svc:hoso:nop'), { level: 2, maxAge: 900, methods: { length: 1 } });
});

test('a token gets the scopes its level and its consents can use', (t) => {
  const service = { actions: [filing, view, report] };
  const release = (level: 0 | 1 | 2, ...purposes: string[]) => releasableScopes(service, { level, purposes });
  t.deepEqual(release(0, 'hoso.xu-ly'), []);
  t.deepEqual(release(1, 'hoso.xu-ly'), ['svc:phananh:gui']);
  t.deepEqual(release(2), ['svc:hoso:xem', 'svc:phananh:gui']);
  t.deepEqual(release(2, 'hoso.xu-ly'), ['svc:hoso:nop', 'svc:hoso:xem', 'svc:phananh:gui']);
});

test('a scope shared by two actions goes as soon as one of them has its consent', (t) => {
  const other = makeAction({ level: 2, scopes: ['svc:hoso:nop'], consent: { purpose: 'hoso.bao-tin' } });
  t.deepEqual(releasableScopes({ actions: [filing, other] }, { level: 2, purposes: ['hoso.bao-tin'] }), [
    'svc:hoso:nop',
  ]);
});
