import test from 'ava';
import { checkCard, claimRequest, getRequest } from '../../counter/claim.ts';
import { readCode } from '../../counter/code.ts';
import { confirmRequest, refuseRequest } from '../../counter/decide.ts';
import { askCounter, askCounterAgain } from '../../counter/request.ts';
import { sql } from '../../database.ts';
import type { Refusal } from '../../errors.ts';
import { after, NOW, times } from '../support/domain.ts';
import { AN, DUC, isRefused, openDesk, PHUOC, SAW } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
test.before(async () => {
  desk = await openDesk();
});
test.after.always(() => desk.close());

const REASON = { reason: 'no_vneid', note: '' } as const;

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
  const id = await desk.looked(officer, await desk.citizen());
  const rows = await desk.domain.db.rows(sql`select row_to_json(r)::text as line from counter_request r`);
  const text = JSON.stringify(rows);
  for (const secret of [code, code.replace('-', ''), AN.personalNumber, AN.name])
    t.false(text.includes(secret));
  t.truthy(id);
});

test('without a card that the register knows there is nothing to confirm', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await desk.claimed(officer, citizen);
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
  const id = await desk.looked(officer, await desk.citizen());
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
  const id = await desk.claimed(officer, await desk.citizen());
  const answers = await times(8, (n) =>
    checkCard(desk.house, { officer, id, claim: { ...DUC, personalNumber: `99908500010${n}` } }, NOW),
  );
  t.is(answers.filter((answer) => answer === 'asked_too_often').length, 3);
});

test('a number is asked about five times a day, whoever asks', async (t) => {
  const claim = { personalNumber: '999085777777', name: 'Người Lạ', birthdate: '1985' };
  const answers = await times(7, async () => {
    const officer = await desk.officer();
    const id = await desk.claimed(officer, await desk.citizen());
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

test('a refusal is told without its reason, and the citizen may ask again', async (t) => {
  const officer = await desk.officer();
  const citizen = await desk.citizen();
  const id = await desk.claimed(officer, citizen);
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
  const id = await desk.looked(officer, citizen);
  const late = after(901);
  t.deepEqual(await confirmRequest(desk.house, { officer, id, ...REASON, seen: SAW }, late), {
    outcome: 'gone',
  });
  t.is((await askCounter(desk.house, citizen, late)).state, 'open');
});

test.serial('a register that does not answer changes nothing and says so', async (t) => {
  const officer = await desk.officer();
  const id = await desk.claimed(officer, await desk.citizen());
  desk.twin.setKnobs({ fault: 'http500' });
  try {
    t.is(await checkCard(desk.house, { officer, id, claim: PHUOC }, NOW), 'unavailable');
  } finally {
    desk.twin.resetKnobs();
  }
  t.is(await checkCard(desk.house, { officer, id, claim: PHUOC }, NOW), 'match');
});
