import test from 'ava';
import { judgeProposal } from '../../catalogue/approve.ts';
import { indexCatalogue } from '../../catalogue/catalogue.ts';
import { loadCatalogue } from '../../catalogue/load.ts';
import { getProposal, listProposals, proposeCatalogue } from '../../catalogue/propose.ts';
import { getProposalNamed, openPublished } from '../../catalogue/publish.ts';
import { compareWithFiles, findPublishedVersion, listHistory, publishedCatalogue } from '../../catalogue/published.ts'; // prettier-ignore
import { openDatabase, sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { disableStaff } from '../../staff/disable.ts';
import { after, NOW, ORIGIN, times } from '../support/domain.ts';
import { useDatabase } from '../support/database.ts';
import { servicesFolder } from './files.ts';
import { dateOf, houseOn, neutral, openPublishingDesk, stronger, weaker } from './publishing.ts';
import type { Desk } from './publishing.ts';

let desk: Desk;
test.before(async () => {
  desk = await openPublishingDesk();
});
test.after.always(() => desk?.close());

const DAYS = 86_400;
test.serial('the first start publishes the files, once, however many brokers start at once', async (t) => {
  const { url } = await useDatabase();
  const brokers = await times(4, async () => openDatabase(url, { maxConnections: 2 }));
  const opened = await Promise.all(brokers.map((db) => openPublished(houseOn(db), servicesFolder, NOW)));
  const files = await loadCatalogue(servicesFolder);
  for (const { number, catalogue } of opened) {
    t.is(number, 1);
    t.is(catalogue.sha256, files.sha256);
    t.is(catalogue.version, files.version);
    t.deepEqual([...catalogue.actionByName.keys()], [...files.actionByName.keys()]);
  }
  const [db] = brokers;
  if (db === undefined) return t.fail();
  const events = await db.rows<{ body: Buffer; actor_kind: string }>(sql`select body, actor_kind from access_event where kind = 'catalogue.published'`); // prettier-ignore
  t.is(events.length, 1);
  t.is(events[0]?.actor_kind, 'system');
  t.like(JSON.parse(String(events[0]?.body)), { direction: 'first', sha256: files.sha256 });
  t.deepEqual(
    (await listHistory(db)).map(({ direction, base, changes, approvedBy }) => ({ direction, base, changes, approvedBy })), // prettier-ignore
    [{ direction: 'first', base: undefined, changes: [], approvedBy: [] }],
  );
  await Promise.all(brokers.map((one) => one.close()));
});

test.serial('commands read the files while nothing is published, then what is published', async (t) => {
  const db = openDatabase((await useDatabase()).url, { maxConnections: 2 });
  const house = houseOn(db);
  t.is((await publishedCatalogue(db, servicesFolder)).sha256, desk.files.sha256);
  await t.throwsAsync(proposeCatalogue(house, { catalogue: neutral(desk.files), operatorId: desk.operatorId }, NOW), {
    message: /nothing is published yet/,
  }); // prettier-ignore
  await openPublished(house, servicesFolder, NOW);
  t.is((await publishedCatalogue(db, '/nowhere')).sha256, desk.files.sha256, 'the files are not asked');
  t.is((await openPublished(house, '/nowhere', NOW)).number, 1, 'nor at the next start');
  t.deepEqual(await compareWithFiles(servicesFolder, desk.files), { outcome: 'same' });
  t.like(await compareWithFiles(servicesFolder, neutral(desk.files)), { outcome: 'differs', files: desk.files.version }); // prettier-ignore
  t.is((await compareWithFiles('/nowhere', desk.files)).outcome, 'broken');
  await db.close();
});

test.serial('what is published already cannot be proposed', async (t) => {
  const { catalogue } = await desk.current();
  await t.throwsAsync(desk.propose(catalogue), { instanceOf: Refusal, message: /nothing differs/ });
});

test.serial('a stronger and a neutral change are published at once', async (t) => {
  for (const [make, direction] of [
    [stronger, 'stronger'],
    [neutral, 'neutral'],
  ] as const) {
    // prettier-ignore
    const before = await desk.current();
    const proposed = await desk.propose(make(before.catalogue));
    t.is(proposed.direction, direction);
    t.is(proposed.changes.length, 1, 'the order of members in the bytes is no change');
    t.like(await desk.publish(proposed.id), { outcome: 'published', number: before.number + 1, direction });
    const now = await desk.current();
    t.is(now.catalogue.sha256, proposed.sha256);
    t.true(now.publishedAt.getTime() >= before.publishedAt.getTime() + 1_000, 'services compare the second');
    t.deepEqual(await desk.events(proposed.id), ['catalogue.proposed', 'catalogue.published']);
  }
});

test.serial('a weaker change waits for two people, and then stands', async (t) => {
  const before = await desk.current();
  const [first, second] = desk.approvers;
  const proposed = await desk.propose(weaker(before.catalogue));
  t.is(proposed.direction, 'weaker');
  t.deepEqual(await desk.publish(proposed.id), { outcome: 'waits', approvals: 0 });
  t.deepEqual(await desk.approve(proposed.id, first), { outcome: 'approved', approvals: 1 });
  t.deepEqual(await desk.publish(proposed.id), { outcome: 'waits', approvals: 1 });
  t.deepEqual(await desk.approve(proposed.id, first), { outcome: 'spoken' }, 'one voice a person');
  t.deepEqual(await desk.publish(proposed.id), { outcome: 'waits', approvals: 1 });
  t.is((await desk.current()).catalogue.sha256, before.catalogue.sha256);
  t.deepEqual(await desk.approve(proposed.id, second), { outcome: 'approved', approvals: 2 });
  t.like(await desk.publish(proposed.id), { outcome: 'published', direction: 'weaker' });
  t.deepEqual(await desk.publish(proposed.id), { outcome: 'ended' });
  t.is((await desk.current()).catalogue.actionByName.get('hoso.nop')?.require.maxAge, 3600);
  const [newest] = await listHistory(desk.house.db);
  t.like(newest, { direction: 'weaker', base: before.catalogue.sha256, approvedBy: ['Phòng 2', 'Phòng 3'] });
  t.deepEqual(await desk.events(proposed.id), [
    'catalogue.proposed',
    'catalogue.approved',
    'catalogue.approved',
    'catalogue.published',
  ]);
});

test.serial('a mixed change is a weaker one, and its weaker parts are read first', async (t) => {
  const { catalogue } = await desk.current();
  const proposed = await desk.propose(neutral(weaker(catalogue, 90), 'Gọi số khác'));
  t.is(proposed.direction, 'weaker');
  const { changes, before, after: next } = await getProposal(desk.house.db, proposed.id, NOW);
  t.deepEqual(changes.map(({ direction }) => direction), ['weaker', 'neutral']); // prettier-ignore
  t.is(before?.sha256, catalogue.sha256);
  t.is(next.sha256, proposed.sha256);
  t.deepEqual(await desk.publish(proposed.id), { outcome: 'waits', approvals: 0 });
});

test.serial('who refuses ends a proposal, also one that two had approved', async (t) => {
  const { catalogue, number } = await desk.current();
  const [first, second, third] = desk.approvers;
  const { id } = await desk.propose(weaker(catalogue, 120));
  await desk.approve(id, first);
  await desk.approve(id, second);
  const refusal = { id, staffId: third, verdict: 'refused', reason: 'chưa có văn bản' } as const;
  t.deepEqual(await judgeProposal(desk.house, refusal, NOW), { outcome: 'refused' });
  t.deepEqual(await desk.publish(id), { outcome: 'ended' });
  t.is((await desk.current()).number, number);
  t.deepEqual(await judgeProposal(desk.house, refusal, NOW), { outcome: 'ended' });
  t.is((await desk.events(id)).at(-1), 'catalogue.refused');
  const { verdicts } = await getProposal(desk.house.db, id, NOW);
  t.is(verdicts.find(({ verdict }) => verdict === 'refused')?.reason, 'chưa có văn bản');
  const again = await desk.propose(weaker(catalogue, 120));
  t.not(again.id, id, 'it may be proposed again, and begins at nothing');
  t.deepEqual(await desk.publish(again.id), { outcome: 'waits', approvals: 0 });
});

test.serial('nobody but an approver approves, with a reason, and never their own proposal', async (t) => {
  const { catalogue } = await desk.current();
  const { id } = await desk.propose(weaker(catalogue, 130));
  for (const role of ['officer', 'auditor', 'operator'] as const) {
    const error = await t.throwsAsync(
      desk.approve(id, await desk.staff(role)),
      { instanceOf: Refusal },
      role,
    );
    t.is(error?.kind, 'forbidden', role);
  }
  t.deepEqual(await desk.approve(id, desk.operatorId), { outcome: 'own' });
  const empty = { id, staffId: desk.approvers[0], verdict: 'approved', reason: ' \n ' } as const;
  t.deepEqual(await judgeProposal(desk.house, empty, NOW), { outcome: 'reason_missing' });
  const nobody = { ...empty, id: '00000000-0000-4000-8000-000000000000', reason: 'x' };
  await t.throwsAsync(judgeProposal(desk.house, nobody, NOW), { instanceOf: Refusal, message: /no such proposal/ }); // prettier-ignore
  t.is((await getProposal(desk.house.db, id, NOW)).verdicts.length, 0);
});

test.serial('an approval leaves with the person who gave it', async (t) => {
  const { catalogue } = await desk.current();
  const { id } = await desk.propose(weaker(catalogue, 140));
  const leaving = await desk.staff('approver');
  await desk.approve(id, leaving);
  await desk.approve(id, desk.approvers[0]);
  const row = await desk.house.db.row<{ login: string }>(sql`select login from staff where id = ${leaving}`);
  await disableStaff({ db: desk.house.db, origin: ORIGIN }, row?.login ?? '', NOW);
  t.deepEqual(await desk.publish(id), { outcome: 'waits', approvals: 1 });
  const next = await desk.propose(weaker(catalogue, 145));
  const error = await t.throwsAsync(desk.approve(next.id, leaving), { instanceOf: Refusal });
  t.is(error?.kind, 'forbidden');
});

test.serial('approvals are for one base: what is published meanwhile ends them', async (t) => {
  const { catalogue } = await desk.current();
  const [first, second] = desk.approvers;
  const waiting = await desk.propose(weaker(catalogue, 150));
  await desk.approve(waiting.id, first);
  await desk.approve(waiting.id, second);
  const quick = await desk.propose(stronger(catalogue, 50));
  t.like(await desk.publish(quick.id), { outcome: 'published' });
  t.deepEqual(await desk.publish(waiting.id), { outcome: 'ended' });
  t.deepEqual(await desk.approve(waiting.id, desk.approvers[2]), { outcome: 'ended' });
  t.is((await getProposal(desk.house.db, waiting.id, NOW)).state, 'lapsed');
  const again = await desk.propose(weaker((await desk.current()).catalogue, 150));
  t.deepEqual(await desk.publish(again.id), { outcome: 'waits', approvals: 0 });
});

test.serial('a proposal and its approvals end after 30 days', async (t) => {
  const { catalogue, number } = await desk.current();
  const made = await desk.propose(weaker(catalogue, 160));
  await desk.approve(made.id, desk.approvers[0], after(29 * DAYS));
  t.deepEqual(await desk.approve(made.id, desk.approvers[1], after(30 * DAYS)), { outcome: 'ended' });
  t.is(
    (await listProposals(desk.house.db, after(30 * DAYS))).find(({ id }) => id === made.id)?.state,
    'lapsed',
  );
  t.deepEqual(await desk.publish(made.id, after(30 * DAYS)), { outcome: 'lapsed' });
  t.is((await desk.current()).number, number);
  const again = await desk.propose(weaker(catalogue, 160), after(31 * DAYS));
  t.not(again.id, made.id);
  t.false(again.known);
});

test.serial('an earlier content comes back as a new version, with approvals if that is weaker', async (t) => {
  const before = await desk.current();
  const forward = await desk.propose(stronger(before.catalogue, 20));
  await desk.publish(forward.id);
  const back = await desk.propose(before.catalogue);
  t.is(back.direction, 'weaker');
  await desk.approve(back.id, desk.approvers[0]);
  await desk.approve(back.id, desk.approvers[1]);
  t.like(await desk.publish(back.id), { outcome: 'published', number: before.number + 2 });
  const now = await desk.current();
  t.is(now.catalogue.version, before.catalogue.version);
  t.true(now.publishedAt > before.publishedAt);
  t.is((await findPublishedVersion(desk.house.db, forward.sha256))?.number, before.number + 1, 'kept');
  t.is(await findPublishedVersion(desk.house.db, 'x'.repeat(64)), undefined);
  t.is(await findPublishedVersion(desk.house.db, '0'.repeat(64)), undefined);
});

test.serial('words of a purpose that changed under an old version are refused when proposed', async (t) => {
  const { catalogue } = await desk.current();
  const purposes = catalogue.content.purposes.map((one, n) => (n === 0 ? { ...one, text: { ...one.text, vi: 'Khác hẳn.' } } : one)); // prettier-ignore
  const changed = indexCatalogue({ ...catalogue.content, purposes }, dateOf(catalogue));
  const error = await t.throwsAsync(desk.propose(changed), { instanceOf: Refusal });
  t.is(error?.reason, 'purpose_version');
  t.true(error?.message.includes(String(purposes[0]?.id)));
});

test.serial('a new purpose is kept in the transaction that publishes it', async (t) => {
  const { catalogue } = await desk.current();
  const purposes = catalogue.content.purposes.map((one, n) => (n === 0 ? { ...one, version: one.version + 1 } : one)); // prettier-ignore
  const { id } = await desk.propose(indexCatalogue({ ...catalogue.content, purposes }, dateOf(catalogue)));
  const [purpose] = purposes;
  const kept = () => desk.house.db.row(sql`select 1 as one from purpose where purpose_id = ${purpose?.id ?? ''} and version = ${purpose?.version ?? 0}`); // prettier-ignore
  t.is(await kept(), undefined, 'not by being proposed');
  t.like(await desk.publish(id), { outcome: 'published' });
  t.truthy(await kept());
});

test.serial('a proposal is named by its version or by its hash', async (t) => {
  const { catalogue } = await desk.current();
  const proposed = await desk.propose(stronger(catalogue, 10));
  for (const name of [proposed.version, proposed.sha256, proposed.sha256.slice(0, 8)])
    t.is((await getProposalNamed(desk.house.db, name)).id, proposed.id, name);
  for (const [name, kind] of [
    ['0000000', 'invalid'],
    ["x' or 1=1", 'invalid'],
    ['ffffffffff', 'missing'],
    ['cat-2020-01-01#0000', 'missing'],
  ] as const) {
    // prettier-ignore
    const error = await t.throwsAsync(getProposalNamed(desk.house.db, name), { instanceOf: Refusal }, name);
    t.is(error?.kind, kind, name);
  }
});
