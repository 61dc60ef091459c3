import test from 'ava';
import { diffCatalogues, type CatalogueDiff } from '../../catalogue/diff.ts';
import { compileCatalogue } from '../../catalogue/catalogue.ts';
import { compileEdited, fileOf } from './files.ts';

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
  ['a named service', '  tokens: jwt\n  pseudonymous: true\n', '  tokens: jwt\n'],
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
  'a named service': ['  tokens: jwt\n', '  tokens: jwt\n  pseudonymous: true\n'],
  'an earlier opening': ['effectiveFrom: 2026-01-01', 'effectiveFrom: 2026-12-01'],
  'handed over no more': ['handover: local', 'handover: national_portal'],
  'a transfer agreement': ['  transferAgreement: TT-2026-001\n', ''],
};

for (const [title, from, to] of weakenings) {
  test(`weaker: ${title}; and back is stronger`, async (t) => {
    const left = leftSides[title];
    const start = left === undefined ? [] : [left];
    const before = await compileEdited('hoso.yaml', start);
    const after = await compileEdited('hoso.yaml', [...start, [from, to]]);
    const diff = diffCatalogues(before, after);
    t.is(diff.direction, 'weaker');
    const back = diffCatalogues(after, before).changes.filter(({ where }) => !where.startsWith('hoso.xu-ly'));
    const expected = title === 'more recipients' ? [] : ['stronger'];
    t.deepEqual([...new Set(back.map(({ direction }) => direction))], expected);
  });
}

async function diffOf(...edits: readonly (readonly [string, string])[]): Promise<CatalogueDiff> {
  return diffCatalogues(await compileEdited('hoso.yaml', []), await compileEdited('hoso.yaml', edits));
}

test('nothing changed is the same', async (t) => {
  t.deepEqual(await diffOf(), { direction: 'same', changes: [] });
});

test('another title, owner or legal text is neutral', async (t) => {
  t.is((await diffOf(['vi: Nộp hồ sơ,', 'vi: Gửi hồ sơ,'])).direction, 'neutral');
  t.is((await diffOf(['contact: "1022"', 'contact: "1900"'])).direction, 'neutral');
});

test('a mixed change counts as weaker', async (t) => {
  const diff = await diffOf(
    ['maxAge: 900', 'maxAge: 300'],
    ['maxAge: 28800', 'maxAge: 900'],
    ['[[vneid]]', '[[vneid], [hwk]]'],
  );
  t.is(diff.direction, 'weaker');
  t.deepEqual(diff.changes.map(({ direction }) => direction).toSorted(), ['stronger', 'stronger', 'weaker']);
});

test('an added member makes an alternative stricter, not more', async (t) => {
  t.is((await diffOf(['[[vneid]]', '[[vneid, face]]'])).direction, 'stronger');
});

test('an added action opens a denied route', async (t) => {
  const added = `  - action: hoso.huy
    title: { vi: Huỷ hồ sơ, en: Cancel }
    http: [{ method: DELETE, path: "/ho-so/{ma}" }]
    require: { level: 2, maxAge: 900, scopes: [svc:hoso:huy] }
    handover: local
    risk: high
    area: province
    legal: "MẪU THỬ"
    owner: Trung tâm
    effectiveFrom: 2026-12-01
`;
  const diff = await diffOf(['actions:\n', `actions:\n${added}`]);
  t.deepEqual(diff.changes, [{ direction: 'weaker', where: 'hoso.huy', what: 'thêm việc' }]);
});

test('a new sentence without a new version is weaker: old consents would be carried over', async (t) => {
  const sentence = ['để lập hồ sơ bạn nộp', 'để lập hồ sơ bạn nộp và thống kê'] as const;
  t.is((await diffOf(sentence)).direction, 'weaker');
  t.is((await diffOf(sentence, ['version: 2', 'version: 3'])).direction, 'stronger');
});

test('from consent to legal duty is weaker', async (t) => {
  const diff = await diffOf([
    '    basis: consent\n    data:\n      - { claim: phone_number',
    '    basis: art19_1_c\n    basisRef: Điều 19\n    data:\n      - { claim: phone_number',
  ]);
  t.is(diff.direction, 'weaker');
});

test('a longer retention is weaker', async (t) => {
  t.true(
    (await diffOf(['retention: P2Y', 'retention: P5Y'], ['version: 2', 'version: 3'])).changes.some(
      ({ direction }) => direction === 'weaker',
    ),
  );
});

// Each line of protocol §11 and of our own keys that has no opposite above.
const judged: readonly [
  title: string,
  direction: CatalogueDiff['direction'],
  edits: readonly (readonly [string, string])[],
][] = [
  ['another one who carries it out', 'neutral', [['area: province', 'area: commune']]],
  [
    'another name of a public route',
    'neutral',
    [['vi: Tra cứu hồ sơ bằng mã hồ sơ', 'vi: Tìm hồ sơ bằng mã']],
  ],
  [
    'a name for a public route',
    'neutral',
    [['path: / }', 'path: /, title: { vi: Trang đầu, en: Front page } }']],
  ],
  ['another legal text', 'neutral', [['MẪU THỬ: hướng dẫn,', 'Hướng dẫn,']]],
  ['another owner', 'neutral', [['owner: { vi: Trung tâm', 'owner: { vi: Sở']]],
  ['a public route closed', 'stronger', [['    - { method: GET, path: / }\n', '']]],
  [
    'an action on other duties',
    'weaker',
    [['lawfulPurpose: hoso.chuyen-cong', 'lawfulPurpose: hoso.tra-cuu']],
  ],
  ['another sector', 'weaker', [['sector: hoso', 'sector: tinh']]],
  ['another code', 'weaker', [['code: hoso', 'code: hs']]],
  [
    'an article named anew under the old version',
    'weaker',
    [['basisRef: Luật 91', 'basisRef: Điều 19 Luật 91']],
  ],
  ['needed no more under the old version', 'weaker', [['needed: true', 'needed: false']]],
  ['an older version of a text', 'weaker', [['version: 2', 'version: 1']]],
  [
    'less data in a new version',
    'stronger',
    [
      ['version: 2', 'version: 3'],
      ['      - { claim: phone_number, class: basic, label: { vi: Số điện thoại, en: Phone number } }\n', ''],
    ],
  ],
  [
    'more data in a new version',
    'weaker',
    [
      ['version: 2', 'version: 3'],
      [
        '    data:\n',
        '    data:\n      - { claim: gender, class: basic, label: { vi: Giới tính, en: Gender } }\n',
      ],
    ],
  ],
  [
    'a shorter retention in a new version',
    'stronger',
    [
      ['version: 2', 'version: 3'],
      ['retention: P2Y', 'retention: P1Y'],
    ],
  ],
  [
    'from consent to duty by another purpose',
    'weaker',
    [['      consent: { purpose: hoso.xu-ly }\n', ''], ['    handover: local\n', '    handover: local\n    lawfulPurpose: hoso.tra-cuu\n']], // prettier-ignore
  ],
];
for (const [title, direction, edits] of judged) {
  test(`${direction}: ${title}`, async (t) => {
    const diff = await diffOf(...edits);
    t.is(diff.direction, direction, JSON.stringify(diff.changes));
  });
}

test('a new service opens what its actions and public routes open; a service gone closes all of it', async (t) => {
  const hoso = await fileOf('hoso.yaml');
  const one = compileCatalogue([hoso]);
  const two = compileCatalogue([hoso, await fileOf('gopy.yaml')]);
  const { direction, changes } = diffCatalogues(one, two);
  t.is(direction, 'weaker');
  t.deepEqual(
    changes.filter((change) => change.direction === 'weaker').map(({ where, what }) => `${where} ${what}`),
    [
      'gopy.gui thêm việc',
      'gopy.cham-diem thêm việc',
      'https://gopy.dichvu.tayninh.gov.vn GET /ket-qua thành công khai',
      'https://gopy.dichvu.tayninh.gov.vn GET /gop-y thành công khai',
      'https://gopy.dichvu.tayninh.gov.vn GET /.well-known/oauth-protected-resource thành công khai',
    ],
  );
  t.is(diffCatalogues(two, one).direction, 'stronger');
});

test('a catalogue read back from its published text is the same', async (t) => {
  const catalogue = compileCatalogue([await fileOf('hoso.yaml'), await fileOf('gopy.yaml')]);
  const readBack = { ...catalogue, content: JSON.parse(catalogue.canonical) };
  t.deepEqual(diffCatalogues(catalogue, readBack), { direction: 'same', changes: [] });
  t.deepEqual(diffCatalogues(readBack, catalogue), { direction: 'same', changes: [] });
});
