// One person who wants a weaker catalogue and has no second one to agree: each case is a change that
// loosens something and is written so that it looks like another one (protocol §11).

import test from 'ava';
import { compileCatalogue, indexCatalogue, type Catalogue } from '../../catalogue/catalogue.ts';
import { diffCatalogues } from '../../catalogue/diff.ts';
import { sql } from '../../database.ts';
import { readRoute } from '../../packages/guard/steps/route.ts';
import { PASSWORD } from '../counter/desk.ts';
import { compileEdited, fileOf } from '../catalogue/files.ts';
import { openPublishingDesk, stronger, weaker } from '../catalogue/publishing.ts';
import type { Desk } from '../catalogue/publishing.ts';
import { NOW, times } from '../support/domain.ts';
import { acceptInvitation, inviteStaff } from '../../staff/invitation.ts';

let desk: Desk;
test.before(async () => {
  desk = await openPublishingDesk();
});
test.after.always(() => desk?.close());

type Edit = readonly [from: string, to: string];
const lawful = (data: string): Edit => [
  'purposes:\n',
  `purposes:
  - id: hoso.them
    version: 1
    title: { vi: Thêm, en: More }
    text: { vi: Thêm., en: More. }
    basis: art19_1_c
    basisRef: Luật 91/2025/QH15 Điều 19 khoản 1 điểm c
    data: [${data}]
    retention: P1Y
    retentionText: { vi: 1 năm, en: 1 year }
    recipients: [Trung tâm Phục vụ hành chính công tỉnh Tây Ninh]
    needed: true
`,
];
const NUMBER =
  '{ claim: personal_number, class: basic, label: { vi: Số định danh cá nhân, en: Personal number } }';
const alsoByLaw: Edit = ['    handover: local\n', '    handover: local\n    lawfulPurpose: hoso.them\n'];

const disguised: readonly (readonly [title: string, before: readonly Edit[], after: readonly Edit[]])[] = [
  [
    'a duty by law beside the consent of an action: the number leaves unasked',
    [],
    [lawful(NUMBER), alsoByLaw],
  ],
  ['a duty by law without data, that a later change fills', [], [lawful(''), alsoByLaw]],
  ['a first duty by law for an action that only asked', [lawful('')], [lawful(''), alsoByLaw]],
  ['a purpose taken out and back with more data', [[`    data:\n      - { claim: phone_number, class: basic, label: { vi: Số điện thoại, en: Phone number } }\n    retention: P6M`, '    data: []\n    retention: P6M'], ['hoso.bao-tin', 'hoso.bao-tin-cu']], []], // prettier-ignore
  ['a name for the number that people take for something else', [], [['label: { vi: Số định danh cá nhân, en: Personal number }', 'label: { vi: Họ và tên đệm, en: Middle name }'], ['version: 2', 'version: 3']]], // prettier-ignore
  ['other words of a duty by law, which asks nobody', [], [['để tìm đúng hồ sơ của bạn.', 'để thống kê.'], ['  - id: hoso.tra-cuu\n    version: 2', '  - id: hoso.tra-cuu\n    version: 3']]], // prettier-ignore
  ['HEAD that becomes GET, in public', [['{ method: GET, path: / }', '{ method: HEAD, path: / }']], []],
  [
    'HEAD that becomes GET, of an action',
    [['{ method: GET, path: /ho-so }', '{ method: HEAD, path: /ho-so }']],
    [],
  ],
  ['a literal route given up to a public parameter', [['{ method: GET, path: /giay-to }', '{ method: GET, path: /tra-cuu/cua-toi }']], [['    http: [{ method: GET, path: /giay-to }]', '    http: [{ method: GET, path: /giay-to }]']]], // prettier-ignore
  [
    'a risk lowered behind a shorter age',
    [],
    [
      ['risk: high', 'risk: low'],
      ['maxAge: 900', 'maxAge: 300'],
    ],
  ],
  ['an action named anew', [], [['action: hoso.nop\n', 'action: hoso.nop-moi\n']]],
];
for (const [title, before, after] of disguised) {
  test(`weaker all the same: ${title}`, async (t) => {
    const [was, is] = [await compileEdited('hoso.yaml', before), await compileEdited('hoso.yaml', after)];
    const { direction, changes } = diffCatalogues(was, is);
    t.is(direction, 'weaker', JSON.stringify(changes));
  });
}

test('an action taken away does not hand its requests to a weaker rule unseen', async (t) => {
  const mine: Edit = ['  - action: hoso.chuan-bi\n', '  - action: hoso.cua-toi\n'];
  const literal: Edit = ['path: /giay-to', 'path: /tra-cuu/cua-toi'];
  const before = await compileEdited('hoso.yaml', [mine, literal]);
  const after = indexCatalogue({ ...before.content, actions: before.content.actions.filter(({ action }) => action !== 'hoso.cua-toi') }, '2026-11-22'); // prettier-ignore
  const [service] = before.services;
  const routed = (catalogue: Catalogue) => readRoute(catalogue, service?.id ?? '', 'GET', '/tra-cuu/cua-toi');
  t.deepEqual(routed(before), { kind: 'action', action: 'hoso.cua-toi' });
  t.deepEqual(routed(after), { kind: 'public' }, 'the guard now lets everybody in');
  const { direction, changes } = diffCatalogues(before, after);
  t.is(direction, 'weaker');
  t.true(changes.some(({ what }) => what === 'GET /tra-cuu/cua-toi nay theo GET /tra-cuu/{ma} (công khai)'));
  const [hoso, gopy] = [await fileOf('hoso.yaml'), await fileOf('gopy.yaml')];
  t.is(diffCatalogues(compileCatalogue([hoso, gopy]), compileCatalogue([hoso])).direction, 'stronger', 'a whole service gone hands over nothing'); // prettier-ignore
});

test('GET that becomes HEAD only is stronger, and a public literal given up is no opening', async (t) => {
  const from = await compileEdited('hoso.yaml', []);
  const head = await compileEdited('hoso.yaml', [['{ method: GET, path: /ho-so }', '{ method: HEAD, path: /ho-so }']]); // prettier-ignore
  t.is(diffCatalogues(from, head).direction, 'stronger');
  const literal = await compileEdited('hoso.yaml', [['    - { method: GET, path: / }\n', '    - { method: GET, path: / }\n    - { method: GET, path: /tra-cuu/mau }\n']]); // prettier-ignore
  t.is(diffCatalogues(literal, from).direction, 'stronger');
});

test.serial('two steps that are each harmless make no weaker rule without two people', async (t) => {
  const { catalogue } = await desk.current();
  const without = indexCatalogue({ ...catalogue.content, purposes: catalogue.content.purposes.filter(({ id }) => id !== 'hoso.bao-tin') }, '2026-11-22'); // prettier-ignore
  const first = await desk.propose(without);
  t.is((await desk.publish(first.id)).outcome, 'published');
  const back = indexCatalogue(
    {
      ...catalogue.content,
      purposes: catalogue.content.purposes.map((one) => one.id === 'hoso.bao-tin' ? { ...one, version: 7, retention: 'P50Y' } : one), // prettier-ignore
    },
    '2026-11-22',
  );
  const second = await desk.propose(back);
  t.deepEqual(await desk.publish(second.id), { outcome: 'waits', approvals: 0 });
});

test.serial('the one who proposed and the ones who left are not the two', async (t) => {
  const { catalogue } = await desk.current();
  const { id } = await desk.propose(weaker(catalogue, 200));
  // The table is asked behind the verbs, as somebody with a hand on it would.
  const insert = (staffId: string) => desk.house.db.run(sql`
    insert into catalogue_approval (proposal_id, staff_id, verdict, reason, at) values (${id}, ${staffId}, 'approved', 'tôi', now())`); // prettier-ignore
  await insert(desk.operatorId);
  await insert(await desk.staff('officer'));
  await insert(await desk.staff('auditor'));
  t.deepEqual(await desk.publish(id), { outcome: 'waits', approvals: 0 });
  await desk.approve(id, desk.approvers[0]);
  const outcomes = await times(6, () => desk.publish(id));
  t.true(outcomes.every(({ outcome }) => outcome === 'waits'));
});

test.serial('an invitation that nobody has accepted speaks for nobody', async (t) => {
  const { catalogue } = await desk.current();
  const { id } = await desk.propose(weaker(catalogue, 210));
  const token = await inviteStaff(desk.house, { login: 'gia-mao', role: 'approver', unit: 'Phòng', communeCode: undefined }, NOW); // prettier-ignore
  const row = await desk.house.db.row<{ id: string }>(sql`select id from staff where login = 'gia-mao'`);
  const ghost = row?.id ?? '';
  await t.throwsAsync(desk.approve(id, ghost), { message: /only approvers/ });
  await acceptInvitation(desk.house, { token, password: PASSWORD }, NOW);
  t.deepEqual(await desk.approve(id, ghost), { outcome: 'approved', approvals: 1 });
});

test.serial('a proposal judged by an older release is judged anew when it is published', async (t) => {
  const { catalogue } = await desk.current();
  const honest = await desk.propose(weaker(catalogue, 220));
  const row = await desk.house.db.row<{ content: Buffer; sha256: Buffer; base_sha256: Buffer; proposed_by: string }>(sql`
    select content, sha256, base_sha256, proposed_by from catalogue_proposal where id = ${honest.id}`); // prettier-ignore
  if (row === undefined) return t.fail();
  await desk.house.db.run(sql`
    update catalogue_proposal set state = 'lapsed', ended_at = now() where id = ${honest.id}`);
  const id = '01890000-0000-7000-8000-000000000001';
  await desk.house.db.run(sql`
    insert into catalogue_proposal (id, version, sha256, content, base_sha256, direction, changes, proposed_by, proposed_at, expires_at, state)
    values (${id}, ${honest.version}, ${row.sha256}, ${row.content}, ${row.base_sha256}, 'neutral', ${Buffer.from('[]')}, ${row.proposed_by}, ${NOW}, ${new Date(NOW.getTime() + 1e9)}, 'open')`); // prettier-ignore
  t.deepEqual(await desk.publish(id), { outcome: 'lapsed' }, 'it called itself neutral');
  t.is((await desk.publish((await desk.propose(stronger(catalogue, 60))).id)).outcome, 'published');
});

test.serial(
  'somebody else’s announcement makes a broker read, and what it reads is what was published',
  async (t) => {
    const before = await desk.current();
    await desk.other.db.run(sql`select pg_notify('tnid_catalogue', 'cat-2099-01-01#dead')`);
    t.is((await desk.current()).catalogue.sha256, before.catalogue.sha256);
    const { db } = desk.house;
    for (const attempt of [
      () => db.run(sql`update catalogue_version set version = version`),
      () => db.run(sql`delete from catalogue_version`),
      () => db.run(sql`truncate catalogue_version cascade`),
      () => db.run(sql`update catalogue_approval set verdict = 'approved'`),
      () => db.run(sql`update catalogue_proposal set direction = 'neutral'`),
    ])
      await t.throwsAsync(attempt);
    t.is((await desk.current()).number, before.number);
  },
);
