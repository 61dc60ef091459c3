// Two identities on one road: in one sign-in, on one account one after the other, or two accounts that
// differ about one person.

import test from 'ava';
import { endBinding, findBinding } from '../../assurance/binding-store.ts';
import { bindIdentity } from '../../assurance/binding.ts';
import { recordIdentity } from '../../assurance/identity-step.ts';
import { openPending } from '../../assurance/pending.ts';
import type { PendingIdentity } from '../../assurance/pending.ts';
import { bindOrMove, cancelMoves, findMove, HOLD_SECONDS } from '../../assurance/rebind.ts';
import { findTransactionById } from '../../assurance/store.ts';
import { confirmRequest } from '../../counter/decide.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { after, NOW } from '../support/domain.ts';
import { AN, DUC, openDesk, PHUOC, SAW, stepsOf, THU } from '../counter/desk.ts';
import type { Citizen, Desk } from '../counter/desk.ts';

let desk: Desk;
test.before(async () => {
  desk = await openDesk();
});
test.after.always(() => desk.close());

type Someone = { readonly personalNumber: string; readonly name: string; readonly birthdate: string };
const LATER = { reason: 'no_vneid', note: '', seen: SAW } as const;
const by = (source: PendingIdentity['source'], someone: Someone): PendingIdentity => ({ source, ...someone, checkId: 'check', organisation: 'thử' }); // prettier-ignore
const txOf = async ({ tx }: Citizen) => {
  const found = await findTransactionById(desk.domain.db, tx.id);
  if (found === undefined) throw new Error('no transaction');
  return found;
};
const byVneid = async (citizen: Citizen, someone: Someone) => {
  const who = { tx: await txOf(citizen), accountId: citizen.accountId, sessionUid: undefined };
  const proof = { step: 'vneid', identity: by('vneid', someone), kind: 'stepup.vneid' } as const;
  return desk.domain.db.transaction(() => recordIdentity(desk.house, who, proof, NOW));
};
const pendingOf = async (citizen: Citizen) => openPending(desk.domain.vault, await txOf(citizen)).identity?.personalNumber; // prettier-ignore
const bind = (accountId: string, identity: PendingIdentity, now = NOW) => desk.domain.db.transaction(() => bindIdentity(desk.house, { accountId, identity, clientId: 'portal' }, now)); // prettier-ignore
const move = (accountId: string, identity: PendingIdentity, now = NOW) => desk.domain.db.transaction(() => bindOrMove({ ...desk.house, notify: async () => {} }, { accountId, identity, clientId: 'portal' }, now)); // prettier-ignore

test('what VNeID said of one person does not vouch for another whom an officer confirms in the same sign-in', async (t) => {
  const [officer, citizen] = [await desk.officer(), await desk.citizen()];
  const id = await desk.looked(officer, citizen, AN);
  t.like(await byVneid(citizen, DUC), { outcome: 'proven' });
  t.like(await confirmRequest(desk.house, { officer, id, ...LATER }, NOW), { outcome: 'other_person' });
  t.is(await pendingOf(citizen), DUC.personalNumber);
  t.deepEqual(await stepsOf(desk.domain.db, citizen), [{ step: 'vneid' }]);
});

test('an answer of VNeID that comes late does not put another person in the place of who was confirmed', async (t) => {
  const [officer, citizen] = [await desk.officer(), await desk.citizen()];
  const id = await desk.looked(officer, citizen, AN);
  t.like(await confirmRequest(desk.house, { officer, id, ...LATER }, NOW), { outcome: 'proven' });
  t.like(await byVneid(citizen, DUC), { outcome: 'refused', reason: 'other_person' });
  t.is(await pendingOf(citizen), AN.personalNumber);
  t.deepEqual(await stepsOf(desk.domain.db, citizen), [{ step: 'counter' }]);
});

test('an account whose person has moved away is not given to another person, who would have its history', async (t) => {
  const { db } = desk.domain;
  const [old, fresh] = [await desk.domain.citizen(), await desk.domain.citizen()];
  await bind(old, by('vneid', { ...PHUOC, personalNumber: '999204000098' }));
  await move(fresh, by('vneid', { ...PHUOC, personalNumber: '999204000098' }));
  t.true(await move(fresh, by('vneid', { ...PHUOC, personalNumber: '999204000098' }), after(HOLD_SECONDS)));
  const error = await t.throwsAsync(bind(old, by('vneid', THU), after(HOLD_SECONDS + 60)), { instanceOf: Refusal }); // prettier-ignore
  t.is(error.reason, 'other_person');
  t.is(await findBinding(db, old, after(HOLD_SECONDS + 60)), undefined);
  // A number that was replaced at the counter is still the same person.
  const renamed = await desk.domain.citizen();
  await bind(renamed, by('vneid', { ...THU, personalNumber: '999091000093' }));
  await endBinding(db, renamed, 'number_replaced', NOW);
  await bind(renamed, by('vneid', { ...THU, personalNumber: '999091000094' }));
  t.truthy(await findBinding(db, renamed, NOW));
});

test('a thief who objects with the link of the notice keeps nobody out: two officers decide', async (t) => {
  const [thief, owner] = [await desk.domain.citizen(), await desk.citizen()];
  const someone = { personalNumber: PHUOC.personalNumber, name: PHUOC.name, birthdate: PHUOC.birthdate };
  await bind(thief, by('register_match', someone));
  t.false(await move(owner.accountId, by('vneid', someone)), 'outranked, and a day to wait');
  t.is(await cancelMoves(desk.domain.db, thief, 'objected', NOW), 1);
  t.like(await findMove(desk.domain.db, desk.domain.vault, { accountId: owner.accountId, personalNumber: PHUOC.personalNumber }, NOW), { state: 'barred' }); // prettier-ignore

  const [first, second] = [await desk.officer(), await desk.officer()];
  const id = await desk.looked(first, owner, PHUOC);
  t.like(await confirmRequest(desk.house, { officer: first, id, ...LATER }, NOW), { outcome: 'sent_on' });
  t.like(await confirmRequest(desk.house, { officer: second, id, ...LATER }, NOW), { outcome: 'proven' });
  const { identity } = openPending(desk.domain.vault, await txOf(owner));
  t.true(identity?.supervised);
  if (identity !== undefined) t.true(await move(owner.accountId, identity));
  t.truthy(await findBinding(desk.domain.db, owner.accountId, NOW));
});

test('who is bound and proves it again by VNeID objects to a move that waits, also one by a stolen card', async (t) => {
  const { db, vault } = desk.domain;
  const someone = { ...DUC, personalNumber: '999085000097' };
  const [owner, thief] = [await desk.citizen(), await desk.domain.citizen()];
  await bind(owner.accountId, by('vneid', someone));
  t.false(await move(thief, by('chip_c06', someone)));
  t.like(await byVneid(owner, someone), { outcome: 'proven' });
  const where = { accountId: thief, personalNumber: someone.personalNumber };
  t.like(await findMove(db, vault, where, after(HOLD_SECONDS)), { state: 'barred' });
  t.false(await move(thief, by('chip_c06', someone), after(HOLD_SECONDS)));
  t.truthy(await findBinding(db, owner.accountId, after(HOLD_SECONDS)));
});

test('a register match that was waiting for its code starts no move when the person is bound meanwhile', async (t) => {
  const someone = { ...DUC, personalNumber: '999085000096' };
  const [owner, thief] = [await desk.domain.citizen(), await desk.domain.citizen()];
  await bind(owner, by('vneid', someone));
  t.false(await move(thief, by('register_match', someone)));
  const wishes = await desk.domain.db.rows(sql`select 1 from rebind_request where account_id = ${thief}`);
  t.deepEqual(wishes, []);
});
