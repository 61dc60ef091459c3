import test, { type ExecutionContext } from 'ava';
import { diffCatalogues, type CatalogueDiff } from '../../catalogue/diff.ts';
import { loadEdited } from './files.ts';

const filing = 'amrAnyOf: [[vneid]]';

// Read from left to right; from right to left it must be the opposite.
const weakenings: readonly [title: string, from: string, to: string][] = [
  ['a lower level', 'level: 2\n      maxAge: 28800', 'level: 1\n      maxAge: 28800'],
  ['a larger maxAge', 'maxAge: 600', 'maxAge: 900'],
  ['a removed scope', '[svc:hoso:nop, svc:hoso:ky]', '[svc:hoso:nop]'],
  ['a removed consent', '      consent: { purpose: hoso.xu-ly }\n', ''],
  ['an amr alternative', filing, 'amrAnyOf: [[vneid], [hwk]]'],
  ['an amr member removed', 'amrAnyOf: [[sc, face]]', 'amrAnyOf: [[sc]]'],
  ['no amr rule at all', `      ${filing}\n`, ''],
  ['an evidence alternative', 'evidenceAnyOf: [vneid]', 'evidenceAnyOf: [vneid, chip_c06]'],
  ['a client class', 'clients: [first_party, gov_portal]', 'clients: [first_party, gov_portal, service]'],
  ['no client rule at all', '      clients: [first_party, gov_portal]\n', ''],
  ['opaque to jwt', 'tokens: opaque', 'tokens: jwt'],
  ['a lower risk', 'risk: high', 'risk: medium'],
  ['a route made public', '  public:\n', '  public:\n    - { method: GET, path: /moi }\n'],
  [
    'a route added to an action',
    'http: [{ method: POST, path: /ho-so }]',
    'http: [{ method: POST, path: /ho-so }, { method: PUT, path: /ho-so }]',
  ],
  ['an earlier opening', 'effectiveFrom: 2026-12-01', 'effectiveFrom: 2026-01-01'],
  ['handed over no more', 'handover: national_portal', 'handover: local'],
  [
    'more recipients',
    'recipients: [Trung tâm Phục vụ hành chính công tỉnh Tây Ninh]',
    'recipients: [Trung tâm Phục vụ hành chính công tỉnh Tây Ninh, Sở Y tế]',
  ],
  ['a transfer agreement', '  public:\n', '  transferAgreement: TT-2026-001\n  public:\n'],
];

// Brings the real file to the left side of a weakening.
const leftSides: Readonly<Record<string, readonly [string, string]>> = {
  'a larger maxAge': ['maxAge: 900', 'maxAge: 600'],
  'a removed scope': ['[svc:hoso:nop]', '[svc:hoso:nop, svc:hoso:ky]'],
  'an amr member removed': [filing, 'amrAnyOf: [[sc, face]]'],
  'an evidence alternative': [filing, 'evidenceAnyOf: [vneid]'],
  'opaque to jwt': ['tokens: jwt', 'tokens: opaque'],
  'an earlier opening': ['effectiveFrom: 2026-01-01', 'effectiveFrom: 2026-12-01'],
  'handed over no more': ['handover: local', 'handover: national_portal'],
  'a transfer agreement': ['  transferAgreement: TT-2026-001\n', ''],
};

for (const [title, from, to] of weakenings) {
  test(`weaker: ${title}; and back is stronger`, async (t) => {
    const left = leftSides[title];
    const start = left === undefined ? [] : [left];
    const before = await loadEdited(t, ...start);
    const after = await loadEdited(t, ...start, [from, to]);
    const diff = diffCatalogues(before, after);
    t.is(diff.direction, 'weaker');
    const back = diffCatalogues(after, before).changes.filter(({ where }) => !where.startsWith('hoso.xu-ly'));
    const expected = title === 'more recipients' ? [] : ['stronger'];
    t.deepEqual([...new Set(back.map(({ direction }) => direction))], expected);
  });
}

async function diffOf(
  t: ExecutionContext,
  ...edits: readonly (readonly [string, string])[]
): Promise<CatalogueDiff> {
  return diffCatalogues(await loadEdited(t), await loadEdited(t, ...edits));
}

test('nothing changed is the same', async (t) => {
  t.deepEqual(await diffOf(t), { direction: 'same', changes: [] });
});

test('another title, owner or legal text is neutral', async (t) => {
  t.is((await diffOf(t, ['vi: Nộp hồ sơ,', 'vi: Gửi hồ sơ,'])).direction, 'neutral');
  t.is((await diffOf(t, ['contact: "1022"', 'contact: "1900"'])).direction, 'neutral');
});

test('a mixed change counts as weaker', async (t) => {
  const diff = await diffOf(
    t,
    ['maxAge: 900', 'maxAge: 300'],
    ['maxAge: 28800', 'maxAge: 900'],
    ['[[vneid]]', '[[vneid], [hwk]]'],
  );
  t.is(diff.direction, 'weaker');
  t.deepEqual(diff.changes.map(({ direction }) => direction).toSorted(), ['stronger', 'stronger', 'weaker']);
});

test('an added member makes an alternative stricter, not more', async (t) => {
  t.is((await diffOf(t, ['[[vneid]]', '[[vneid, face]]'])).direction, 'stronger');
});

test('an added action opens a denied route', async (t) => {
  const added = `  - action: hoso.huy
    title: { vi: Huỷ hồ sơ, en: Cancel }
    http: [{ method: DELETE, path: "/ho-so/{ma}" }]
    require: { level: 2, maxAge: 900, scopes: [svc:hoso:huy] }
    handover: local
    risk: high
    legal: "MẪU THỬ"
    owner: Trung tâm
    effectiveFrom: 2026-12-01
`;
  const diff = await diffOf(t, ['actions:\n', `actions:\n${added}`]);
  t.deepEqual(diff.changes, [{ direction: 'weaker', where: 'hoso.huy', what: 'thêm việc' }]);
});

test('a new sentence without a new version is weaker: old consents would be carried over', async (t) => {
  const sentence = ['để lập hồ sơ bạn nộp', 'để lập hồ sơ bạn nộp và thống kê'] as const;
  t.is((await diffOf(t, sentence)).direction, 'weaker');
  t.is((await diffOf(t, sentence, ['version: 1', 'version: 2'])).direction, 'stronger');
});

test('from consent to legal duty is weaker', async (t) => {
  const diff = await diffOf(t, [
    '    basis: consent\n    data:\n      - { claim: phone_number',
    '    basis: art19_1_c\n    basisRef: Điều 19\n    data:\n      - { claim: phone_number',
  ]);
  t.is(diff.direction, 'weaker');
});

test('a longer retention is weaker', async (t) => {
  t.true(
    (await diffOf(t, ['retention: P2Y', 'retention: P5Y'], ['version: 1', 'version: 2'])).changes.some(
      ({ direction }) => direction === 'weaker',
    ),
  );
});
