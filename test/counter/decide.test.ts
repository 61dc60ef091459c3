import test from 'ava';
import { getRequest } from '../../counter/claim.ts';
import { confirmRequest, refuseRequest } from '../../counter/decide.ts';
import { openFacts } from '../../counter/facts.ts';
import { officerOf } from '../../counter/officer.ts';
import type { Officer } from '../../counter/officer.ts';
import { listTasks } from '../../counter/desk.ts';
import { askCounter } from '../../counter/request.ts';
import { bindIdentity } from '../../assurance/binding.ts';
import { findTransactionById } from '../../assurance/store.ts';
import { openPending } from '../../assurance/pending.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { eventsOf } from '../safety/people.ts';
import { NOW, times } from '../support/domain.ts';
import { AN, decisionsOf, DUC, eventsAbout, isRefused, openDesk, PHUOC, SAW, stepsOf } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
test.before(async () => {
  desk = await openDesk();
});
test.after.always(() => desk.close());

const REASON = { reason: 'no_vneid', note: '' } as const;

test('an officer confirms a citizen: the number goes on, everything is on record with officer and commune', async (t) => {
  const { db, vault } = desk.domain;
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await desk.looked(officer, citizen);
  const { facts_sealed: sealed } = await getRequest(desk.house, { officer, id }, NOW);
  t.is(openFacts(vault, id, sealed ?? Buffer.alloc(0)).name, AN.name);
  t.deepEqual(await confirmRequest(desk.house, { officer, id, ...REASON, seen: SAW }, NOW), {
    outcome: 'proven',
  });
  t.deepEqual(await stepsOf(db, citizen), [{ step: 'counter' }]);
  const tx = await findTransactionById(db, citizen.tx.id);
  const pending = tx === undefined ? {} : openPending(vault, tx);
  t.like(pending.identity, {
    source: 'counter',
    personalNumber: AN.personalNumber,
    organisation: 'Quầy một cửa 25459',
  });
  t.is(pending.identity?.supervised, undefined);
  t.deepEqual(await decisionsOf(db, officer), [
    { kind: 'confirmed', reason: 'no_vneid', commune_code: '25459' },
  ]);
  t.deepEqual(await eventsAbout(db, officer.staffId), ['staff.invited ok', 'staff.accepted ok', 'counter.claimed ok', 'counter.checked ok', 'counter.confirmed ok']); // prettier-ignore
  t.like(await eventsOf(desk.domain, citizen.accountId, 'counter.confirmed'), [{ actor: 'operator', staff: officer.staffId }]); // prettier-ignore
  const { facts_sealed: kept } = await getRequest(desk.house, { officer, id }, NOW);
  t.is(kept, null);
});

test('nobody is confirmed by half a look or without a reason', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await desk.looked(officer, citizen);
  for (const missing of ['face', 'card', 'freeWill'] as const) {
    const decision = { officer, id, ...REASON, seen: { ...SAW, [missing]: false } };
    t.deepEqual(await confirmRequest(desk.house, decision, NOW), {
      outcome: 'incomplete',
      missing: 'checks',
    });
  }
  const unsaid = { officer, id, reason: 'other', note: '  ', seen: SAW } as const;
  t.deepEqual(await confirmRequest(desk.house, unsaid, NOW), { outcome: 'incomplete', missing: 'reason' });
  t.deepEqual(await refuseRequest(desk.house, { officer, id, reason: 'other', note: '' }, NOW), { outcome: 'reason_missing' }); // prettier-ignore
  t.deepEqual(await stepsOf(desk.domain.db, citizen), []);
});

test('a hundred confirmations over two brokers are one', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await desk.looked(officer, citizen);
  const answers = await times(100, (n) =>
    confirmRequest(n % 2 === 0 ? desk.house : desk.other, { officer, id, ...REASON, seen: SAW }, NOW),
  );
  t.is(answers.filter(({ outcome }) => outcome === 'proven').length, 1);
  t.is(answers.filter(({ outcome }) => outcome === 'gone').length, 99);
  t.is((await decisionsOf(desk.domain.db, officer)).length, 1);
  t.is((await stepsOf(desk.domain.db, citizen)).length, 1);
});

test('an account of somebody else is not given to the person with the card', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const identity = { source: 'vneid', ...PHUOC, checkId: 'c', organisation: 'VNeID' } as const;
  await desk.domain.db.transaction(() => bindIdentity(desk.house, { accountId: citizen.accountId, identity, clientId: 'portal' }, NOW)); // prettier-ignore
  const id = await desk.looked(officer, citizen, AN);
  t.deepEqual(await confirmRequest(desk.house, { officer, id, ...REASON, seen: SAW }, NOW), { outcome: 'other_person' }); // prettier-ignore
  t.deepEqual(await stepsOf(desk.domain.db, citizen), []);
  t.like(await eventsOf(desk.domain, citizen.accountId, 'counter.confirmed'), [{ actor: 'operator', outcome: 'refused' }]); // prettier-ignore
  t.is((await askCounter(desk.house, citizen, NOW)).state, 'refused');
});

test.serial(
  'a person bound elsewhere needs a second officer of the commune, who is not the first',
  async (t) => {
    const { db, vault } = desk.domain;
    const [first, second, third] = [await desk.officer(), await desk.officer(), await desk.officer('25462')];
    const old = await desk.citizen();
    const identity = { source: 'vneid', ...DUC, checkId: 'c', organisation: 'VNeID' } as const;
    await db.transaction(() =>
      bindIdentity(desk.house, { accountId: old.accountId, identity, clientId: 'portal' }, NOW),
    );
    const citizen = await desk.citizen();
    const id = await desk.looked(first, citizen, DUC);
    const decision = (officer: Officer) =>
      ({ officer, id, reason: 'lost_access', note: '', seen: SAW }) as const;
    t.deepEqual(await confirmRequest(desk.house, decision(first), NOW), { outcome: 'sent_on' });
    t.deepEqual(await askCounter(desk.house, citizen, NOW), { state: 'second', unit: 'Quầy thử' });
    t.deepEqual(await stepsOf(db, citizen), []);

    t.deepEqual(await confirmRequest(desk.house, decision(first), NOW), { outcome: 'gone' });
    t.true(await isRefused(confirmRequest(desk.house, decision(third), NOW), 'missing'));
    t.true((await listTasks(db, second, NOW)).waiting.some((task) => task.id === id));
    t.false((await listTasks(db, third, NOW)).waiting.some((task) => task.id === id));

    const answers = await times(20, (n) =>
      confirmRequest(n % 2 === 0 ? desk.house : desk.other, decision(second), NOW),
    );
    t.is(answers.filter(({ outcome }) => outcome === 'proven').length, 1);
    const tx = await findTransactionById(db, citizen.tx.id);
    t.is(tx === undefined ? undefined : openPending(vault, tx).identity?.supervised, true);
    t.deepEqual(await decisionsOf(db, first), [
      { kind: 'sent_on', reason: 'lost_access', commune_code: '25459' },
    ]);
    t.deepEqual(await decisionsOf(db, second), [
      { kind: 'supervised', reason: 'lost_access', commune_code: '25459' },
    ]);
  },
);

test('the table itself does not let one officer be both', async (t) => {
  const officer = await desk.officer();
  const id = await desk.claimed(officer, await desk.citizen());
  await t.throwsAsync(desk.domain.db.run(sql`update counter_request set second_staff_id = ${officer.staffId} where id = ${id}`)); // prettier-ignore
});

test('a decision is never changed or taken back', async (t) => {
  const officer = await desk.officer();
  const id = await desk.claimed(officer, await desk.citizen());
  await refuseRequest(desk.house, { officer, id, reason: 'card_damaged', note: 'góc thẻ bị cắt' }, NOW);
  const { db } = desk.domain;
  await t.throwsAsync(
    db.run(sql`update counter_decision set reason = 'other' where staff_id = ${officer.staffId}`),
  );
  await t.throwsAsync(db.run(sql`delete from counter_decision where staff_id = ${officer.staffId}`));
});

test('auditors, operators and people who have only accepted an invitation do not work at the counter', (t) => {
  const member = { staffId: 'x', login: 'x', role: 'officer', unit: 'x', communeCode: '25459', method: 'recovery', beganAt: NOW } as const; // prettier-ignore
  t.is(officerOf(member).communeCode, '25459');
  for (const wrong of [
    { role: 'auditor' as const, communeCode: undefined },
    { role: 'operator' as const, communeCode: '25459' },
    { method: 'invitation' as const },
    { communeCode: undefined },
  ])
    t.throws(() => officerOf({ ...member, ...wrong }), { instanceOf: Refusal });
});
