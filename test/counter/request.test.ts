import test from 'ava';
import { checkCard, claimRequest, getRequest } from '../../counter/claim.ts';
import { readCode } from '../../counter/code.ts';
import { confirmRequest, refuseRequest } from '../../counter/decide.ts';
import { openFacts } from '../../counter/facts.ts';
import { officerOf } from '../../counter/officer.ts';
import { listTasks } from '../../counter/desk.ts';
import { askCounter, askCounterAgain } from '../../counter/request.ts';
import { bindIdentity } from '../../assurance/binding.ts';
import { findTransactionById } from '../../assurance/store.ts';
import { openPending } from '../../assurance/pending.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { after, NOW, times } from '../support/domain.ts';
import { AN, decisionsOf, DUC, eventsAbout, openDesk, PHUOC, SAW, stepsOf } from './desk.ts';
import type { Citizen, Desk } from './desk.ts';
import type { Officer } from '../../counter/officer.ts';

let desk: Desk;
test.before(async () => {
  desk = await openDesk();
});
test.after.always(() => desk.close());

const REASON = { reason: 'no_vneid', note: '' } as const;

async function claimed(officer: Officer, citizen: Citizen): Promise<string> {
  const taken = await claimRequest(desk.house, { officer, typed: await desk.code(citizen) }, NOW);
  if (taken.outcome !== 'claimed') throw new Error('the code was not taken');
  return taken.id;
}
async function looked(officer: Officer, citizen: Citizen, claim = AN): Promise<string> {
  const id = await claimed(officer, citizen);
  const found = await checkCard(desk.house, { officer, id, claim }, NOW);
  if (found !== 'match') throw new Error(`the register says ${found}`);
  return id;
}
async function isRefused(work: Promise<unknown>, kind: Refusal['kind']): Promise<boolean> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Refusal && error.kind === kind;
}

test('a code is one of 27 signs without lookalikes, and what people mistake for one is understood', (t) => {
  t.is(readCode('k7m2-9qxd'), 'K7M29QXD');
  t.is(readCode(' B7M2 9OSZ '), '87M29Q52');
  for (const typed of [
    '',
    'K7M2-9QX',
    'K7M2-9QXDD',
    'K7M2-9QX!',
    'K7M2-9QXI',
    'ờ'.repeat(8),
    '\u0000'.repeat(8),
  ])
    t.is(readCode(typed), undefined, typed);
});

test('a citizen sees the same code however often the page is shown, and another one when it has run out', async (t) => {
  const citizen = await desk.citizen();
  const codes = await times(5, () => desk.code(citizen));
  t.is(new Set(codes).size, 1);
  t.regex(codes[0] ?? '', /^[2-9A-Z]{4}-[2-9A-Z]{4}$/);
  t.not(await desk.code(citizen, after(901)), codes[0]);
});

test('neither the code nor a person stands readable in the tables', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const code = await desk.code(citizen);
  const id = await looked(officer, await desk.citizen());
  const rows = await desk.domain.db.rows(sql`select row_to_json(r)::text as line from counter_request r`);
  const text = JSON.stringify(rows);
  for (const secret of [code, code.replace('-', ''), AN.personalNumber, AN.name])
    t.false(text.includes(secret));
  t.truthy(id);
});

test('an officer confirms a citizen: the number goes on, everything is on record with officer and commune', async (t) => {
  const { db, vault } = desk.domain;
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await looked(officer, citizen);
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
  const { facts_sealed: kept } = await getRequest(desk.house, { officer, id }, NOW);
  t.is(kept, null);
});

test('nobody is confirmed by half a look or without a reason', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await looked(officer, citizen);
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

test('without a card that the register knows there is nothing to confirm', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await claimed(officer, citizen);
  t.deepEqual(await confirmRequest(desk.house, { officer, id, ...REASON, seen: SAW }, NOW), {
    outcome: 'gone',
  });
  for (const [claim, answer] of [
    [{ ...PHUOC, name: 'Võ Hữu Phúc' }, 'not_confirmed'],
    [{ ...PHUOC, personalNumber: '999204000099' }, 'not_confirmed'],
    [{ personalNumber: '999091000013', name: 'Lê Văn Thu', birthdate: '1991-01-01' }, 'superseded'],
  ] as const)
    t.is(await checkCard(desk.house, { officer, id, claim }, NOW), answer);
  t.deepEqual(await confirmRequest(desk.house, { officer, id, ...REASON, seen: SAW }, NOW), {
    outcome: 'gone',
  });
});

test('a match is forgotten when another card is asked for and not found', async (t) => {
  const officer = await desk.officer();
  const id = await looked(officer, await desk.citizen());
  t.is(
    await checkCard(desk.house, { officer, id, claim: { ...DUC, name: 'Người Khác' } }, NOW),
    'not_confirmed',
  );
  t.deepEqual(await confirmRequest(desk.house, { officer, id, ...REASON, seen: SAW }, NOW), {
    outcome: 'gone',
  });
});

test('one request asks the register at most five times', async (t) => {
  const officer = await desk.officer();
  const id = await claimed(officer, await desk.citizen());
  const answers = await times(8, (n) =>
    checkCard(desk.house, { officer, id, claim: { ...DUC, personalNumber: `99908500010${n}` } }, NOW),
  );
  t.is(answers.filter((answer) => answer === 'asked_too_often').length, 3);
});

test('a number is asked about five times a day, whoever asks', async (t) => {
  const claim = { personalNumber: '999085777777', name: 'Người Lạ', birthdate: '1985' };
  const answers = await times(7, async () => {
    const officer = await desk.officer();
    const id = await claimed(officer, await desk.citizen());
    return checkCard(desk.house, { officer, id, claim }, NOW).catch((error: Refusal) => error.kind);
  });
  t.is(answers.filter((answer) => answer === 'throttled').length, 2);
});

test('a code that ran out is nobody’s, and codes cannot be tried out', async (t) => {
  const officer = await desk.officer();
  const code = await desk.code(await desk.citizen());
  t.deepEqual(await claimRequest(desk.house, { officer, typed: code }, after(901)), { outcome: 'unknown' });
  const tries = await times(12, () =>
    claimRequest(desk.house, { officer, typed: 'AAAA-2222' }, NOW).catch((error: Refusal) => error.kind),
  );
  t.is(tries.filter((answer) => answer === 'throttled').length, 12 - 9);
  t.true(await isRefused(claimRequest(desk.house, { officer, typed: await desk.code(await desk.citizen()) }, NOW), 'throttled')); // prettier-ignore
});

test('of officers who type the same code at two brokers one gets it, and the others see nothing of it', async (t) => {
  const officers = await times(8, () => desk.officer());
  const code = await desk.code(await desk.citizen());
  const answers = await Promise.all(
    officers.map((officer, n) =>
      claimRequest(n % 2 === 0 ? desk.house : desk.other, { officer, typed: code }, NOW),
    ),
  );
  const winners = answers.flatMap((answer, n) =>
    answer.outcome === 'claimed' ? [{ id: answer.id, n }] : [],
  );
  t.is(winners.length, 1);
  const [{ id, n } = { id: '', n: -1 }] = winners;
  const other = officers[(n + 1) % 8];
  if (other === undefined) throw new Error('eight officers were made');
  t.true(await isRefused(getRequest(desk.house, { officer: other, id }, NOW), 'missing'));
  t.true(await isRefused(checkCard(desk.house, { officer: other, id, claim: AN }, NOW), 'missing'));
  t.true(
    await isRefused(confirmRequest(desk.house, { officer: other, id, ...REASON, seen: SAW }, NOW), 'missing'),
  );
  t.true(await isRefused(refuseRequest(desk.house, { officer: other, id, reason: 'face_differs', note: '' }, NOW), 'missing')); // prettier-ignore
});

test('a hundred confirmations over two brokers are one', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await looked(officer, citizen);
  const answers = await times(100, (n) =>
    confirmRequest(n % 2 === 0 ? desk.house : desk.other, { officer, id, ...REASON, seen: SAW }, NOW),
  );
  t.is(answers.filter(({ outcome }) => outcome === 'proven').length, 1);
  t.is(answers.filter(({ outcome }) => outcome === 'gone').length, 99);
  t.is((await decisionsOf(desk.domain.db, officer)).length, 1);
  t.is((await stepsOf(desk.domain.db, citizen)).length, 1);
});

test('a refusal is told without its reason, and the citizen may ask again', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await claimed(officer, citizen);
  t.deepEqual(await askCounter(desk.house, citizen, NOW), { state: 'claimed', unit: 'Quầy thử' });
  t.deepEqual(await refuseRequest(desk.house, { officer, id, reason: 'under_pressure', note: '' }, NOW), { outcome: 'refused' }); // prettier-ignore
  t.deepEqual(await askCounter(desk.house, citizen, NOW), { state: 'refused', unit: 'Quầy thử' });
  t.is((await askCounterAgain(desk.house, citizen, NOW)).state, 'open');
  t.is((await askCounter(desk.house, citizen, NOW)).state, 'open');
  t.deepEqual(await refuseRequest(desk.house, { officer, id, reason: 'under_pressure', note: '' }, NOW), { outcome: 'gone' }); // prettier-ignore
});

test('a claim that nobody finishes ends, and the citizen gets another code', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await looked(officer, citizen);
  const late = after(901);
  t.deepEqual(await confirmRequest(desk.house, { officer, id, ...REASON, seen: SAW }, late), {
    outcome: 'gone',
  });
  t.is((await askCounter(desk.house, citizen, late)).state, 'open');
});

test('an account of somebody else is not given to the person with the card', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const identity = { source: 'vneid', ...PHUOC, checkId: 'c', organisation: 'VNeID' } as const;
  await desk.domain.db.transaction(() => bindIdentity(desk.house, { accountId: citizen.accountId, identity, clientId: 'portal' }, NOW)); // prettier-ignore
  const id = await looked(officer, citizen, AN);
  t.deepEqual(await confirmRequest(desk.house, { officer, id, ...REASON, seen: SAW }, NOW), { outcome: 'other_person' }); // prettier-ignore
  t.deepEqual(await stepsOf(desk.domain.db, citizen), []);
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
    const id = await looked(first, citizen, DUC);
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
  const id = await claimed(officer, await desk.citizen());
  await t.throwsAsync(desk.domain.db.run(sql`update counter_request set second_staff_id = ${officer.staffId} where id = ${id}`)); // prettier-ignore
});

test('a decision is never changed or taken back', async (t) => {
  const officer = await desk.officer();
  const id = await claimed(officer, await desk.citizen());
  await refuseRequest(desk.house, { officer, id, reason: 'card_damaged', note: 'góc thẻ bị cắt' }, NOW);
  const { db } = desk.domain;
  await t.throwsAsync(
    db.run(sql`update counter_decision set reason = 'other' where staff_id = ${officer.staffId}`),
  );
  await t.throwsAsync(db.run(sql`delete from counter_decision where staff_id = ${officer.staffId}`));
});

test.serial('a register that does not answer changes nothing and says so', async (t) => {
  const officer = await desk.officer();
  const id = await claimed(officer, await desk.citizen());
  desk.twin.setKnobs({ fault: 'http500' });
  try {
    t.is(await checkCard(desk.house, { officer, id, claim: PHUOC }, NOW), 'unavailable');
  } finally {
    desk.twin.resetKnobs();
  }
  t.is(await checkCard(desk.house, { officer, id, claim: PHUOC }, NOW), 'match');
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
