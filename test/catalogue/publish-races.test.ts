import test from 'ava';
import { judgeProposal } from '../../catalogue/approve.ts';
import { getProposal, proposeCatalogue } from '../../catalogue/propose.ts';
import { publishProposal } from '../../catalogue/publish.ts';
import { sql } from '../../database.ts';
import { NOW, times } from '../support/domain.ts';
import { openPublishingDesk, stronger, weaker } from './publishing.ts';
import type { Desk } from './publishing.ts';

let desk: Desk;
test.before(async () => {
  desk = await openPublishingDesk();
});
test.after.always(() => desk?.close());

test.serial('proposing the same twice is one proposal', async (t) => {
  const { catalogue } = await desk.current();
  const wish = weaker(catalogue, 170);
  const both = await Promise.all(
    [desk.house, desk.other].map((house) => proposeCatalogue(house, { catalogue: wish, operatorId: desk.operatorId }, NOW)), // prettier-ignore
  );
  t.is(both[0]?.id, both[1]?.id);
  t.is(both.filter(({ known }) => known).length, 1);
  t.deepEqual(await desk.events(both[0]?.id ?? ''), ['catalogue.proposed']);
});

test.serial('of publications at the same moment one counts, of one proposal and of two', async (t) => {
  const { catalogue, number } = await desk.current();
  const [one, two] = [
    await desk.propose(stronger(catalogue, 40)),
    await desk.propose(stronger(catalogue, 30)),
  ];
  const houses = [desk.house, desk.other];
  const outcomes = await times(8, async (n) => {
    const house = houses[n % 2] ?? desk.house;
    const { id } = n < 4 ? one : two;
    return (await publishProposal(house, { id, operatorId: desk.operatorId }, NOW)).outcome;
  });
  t.is(outcomes.filter((outcome) => outcome === 'published').length, 1);
  t.is((await desk.current()).number, number + 1);
});

test.serial('a person who approves eight times at once has one voice', async (t) => {
  const { catalogue } = await desk.current();
  const { id } = await desk.propose(weaker(catalogue, 180));
  const outcomes = await times(8, async (n) => {
    const house = n % 2 === 0 ? desk.house : desk.other;
    const wish = { id, staffId: desk.approvers[0], verdict: 'approved', reason: 'được' } as const;
    return (await judgeProposal(house, wish, NOW)).outcome;
  });
  t.is(outcomes.filter((outcome) => outcome === 'approved').length, 1);
  t.is(outcomes.filter((outcome) => outcome === 'spoken').length, 7);
  t.deepEqual(await desk.publish(id), { outcome: 'waits', approvals: 1 });
});

test.serial('the second approval, a refusal and the publication at once agree on one end', async (t) => {
  for (const round of [1, 2, 3, 4]) {
    const { catalogue, number } = await desk.current();
    const { id } = await desk.propose(weaker(catalogue, 180 + round));
    await desk.approve(id, desk.approvers[0]);
    const say = (staffId: string | undefined, verdict: 'approved' | 'refused') =>
      judgeProposal(desk.other, { id, staffId: staffId ?? '', verdict, reason: 'lý do' }, NOW);
    const [approved, refused, ...published] = await Promise.all([
      say(desk.approvers[1], 'approved'),
      say(desk.approvers[2], 'refused'),
      desk.publish(id),
      desk.publish(id),
    ]);
    const out = published.filter(({ outcome }) => outcome === 'published').length;
    t.is(out === 1, refused.outcome === 'ended', 'either it is published or it was refused');
    t.is((await desk.current()).number, number + out);
    t.is((await getProposal(desk.house.db, id, NOW)).state, out === 1 ? 'published' : 'refused');
    if (out === 1) t.is(approved.outcome, 'approved', 'published only after the second approval');
  }
});

test.serial('the tables themselves refuse what the code would not do', async (t) => {
  const { db } = desk.house;
  const { catalogue, number } = await desk.current();
  const proposed = await desk.propose(weaker(catalogue, 240));
  const insert = (direction: string, base: string, at = number + 1) => sql`
    insert into catalogue_version (number, version, sha256, content, base_sha256, direction, changes, proposal_id, published_by, published_at)
    select ${at}::integer, version, sha256, content, decode(${base}, 'hex'), ${direction}, changes, id, proposed_by, ${NOW}
    from catalogue_proposal where id = ${proposed.id}`;
  await t.throwsAsync(db.run(insert('weaker', catalogue.sha256)), { message: /two approvals/ });
  await t.throwsAsync(db.run(insert('stronger', catalogue.sha256)), { message: /as it was proposed/ });
  await t.throwsAsync(db.run(insert('weaker', proposed.sha256)), { message: /follows the one before/ });
  await t.throwsAsync(db.run(insert('weaker', catalogue.sha256, number + 2)), {
    message: /follows the one before/,
  });
  for (const [what, statement] of [
    ['version changed', sql`update catalogue_version set direction = 'neutral'`],
    ['version gone', sql`delete from catalogue_version`],
    ['approval changed', sql`update catalogue_approval set verdict = 'approved'`],
    ['approval gone', sql`delete from catalogue_approval`],
    ['proposal changed', sql`update catalogue_proposal set direction = 'neutral' where state = 'open'`],
    ['proposal opened again', sql`update catalogue_proposal set state = 'open', ended_at = null where state <> 'open'`],
    ['proposal gone', sql`delete from catalogue_proposal`],
    ['bytes of another hash', sql`insert into catalogue_version (number, version, sha256, content, direction, changes, published_at) values (99, 'x', ${Buffer.alloc(32)}, ${Buffer.from('{}')}, 'first', ${Buffer.from('[]')}, ${NOW})`],
  ] as const) await t.throwsAsync(db.run(statement), undefined, what); // prettier-ignore
  t.is((await desk.current()).number, number);
});
