import test from 'ava';
import { findBinding } from '../../assurance/binding-store.ts';
import { bindIdentity } from '../../assurance/binding.ts';
import type { PendingIdentity } from '../../assurance/pending.ts';
import { HOLD_SECONDS, bindOrMove, cancelMoves, findMove, isDisputed } from '../../assurance/rebind.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

const DAY = 86_400;
const identity = (personalNumber: string, more: Partial<PendingIdentity> = {}): PendingIdentity => ({
  source: 'vneid',
  issuer: 'https://vneid.example',
  upstreamSub: `sub-${personalNumber}`,
  personalNumber,
  name: 'Nguyễn Thị Minh An',
  birthdate: '1990-06-15',
  checkId: `check-${personalNumber}`,
  organisation: 'VNeID',
  ...more,
});

type Told = { accountId: string; kind: string; link: boolean };
const move = (accountId: string, who: PendingIdentity, now: Date, told: Told[] = [], db = house.db) =>
  db.transaction(() =>
    bindOrMove(
      { db, vault: house.vault, origin: ORIGIN, notify: async ({ accountId: to, kind, link }) => void told.push({ accountId: to, kind, link }) },
      { accountId, identity: who, clientId: 'portal' },
      now,
    ),
  ); // prettier-ignore
const state = async (accountId: string, personalNumber: string, now: Date) =>
  (await findMove(house.db, house.vault, { accountId, personalNumber }, now)).state;
const bound = async (accountId: string, now: Date) =>
  (await findBinding(house.db, accountId, now)) !== undefined;

/** Two accounts; the person is bound to the first. */
async function twoAccounts(personalNumber: string) {
  const [old, fresh] = [await house.citizen(), await house.citizen()];
  await house.db.transaction(() =>
    bindIdentity({ db: house.db, vault: house.vault, origin: ORIGIN }, { accountId: old, identity: identity(personalNumber), clientId: 'portal' }, NOW),
  ); // prettier-ignore
  return { old, fresh, who: identity(personalNumber) };
}

test('a person with another account is not moved at once: the wish is written down and the other account told', async (t) => {
  const { old, fresh, who } = await twoAccounts('999190001001');
  const told: Told[] = [];
  t.false(await move(fresh, who, NOW, told));
  t.true(await bound(old, NOW));
  t.false(await bound(fresh, NOW));
  t.deepEqual(told, [{ accountId: old, kind: 'moving', link: true }]);
  t.is(await state(fresh, who.personalNumber, NOW), 'waiting');
});

test('proving again within the day moves nothing', async (t) => {
  const { old, fresh, who } = await twoAccounts('999190001002');
  await move(fresh, who, NOW);
  t.false(await move(fresh, who, after(HOLD_SECONDS - 1)));
  t.true(await bound(old, after(HOLD_SECONDS)));
});

test('after a day and a second proof the binding moves, and the old account keeps no level 2', async (t) => {
  const { old, fresh, who } = await twoAccounts('999190001003');
  await move(fresh, who, NOW);
  const later = after(HOLD_SECONDS);
  t.is(await state(fresh, who.personalNumber, later), 'ripe');
  const told: Told[] = [];
  t.true(await move(fresh, who, later, told));
  t.false(await bound(old, later));
  t.true(await bound(fresh, later));
  t.deepEqual(told, [{ accountId: old, kind: 'moved', link: false }]);
  const marks = await house.db.rows(sql`select 1 from watermark where account_id = ${old}`);
  t.is(marks.length, 1, 'tokens of the old account die');
});

test('nobody who waits is served before the objection of the old account', async (t) => {
  const { old, fresh, who } = await twoAccounts('999190001004');
  await move(fresh, who, NOW);
  t.is(await cancelMoves(house.db, old, 'objected', after(3600)), 1);
  t.is(await state(fresh, who.personalNumber, after(2 * DAY)), 'barred');
  t.false(await move(fresh, who, after(2 * DAY)));
  t.true(await bound(old, after(2 * DAY)));
  t.is(await state(fresh, who.personalNumber, after(40 * DAY)), 'ask', 'a month later one may ask again');
});

test('a second stranger cannot take over the wish of the first', async (t) => {
  const { fresh, who } = await twoAccounts('999190001005');
  const stranger = await house.citizen();
  await move(fresh, who, NOW);
  t.is(await state(stranger, who.personalNumber, after(2 * DAY)), 'barred');
  t.false(await move(stranger, who, after(2 * DAY)));
  t.false(await bound(stranger, after(2 * DAY)));
});

test('a wish nobody came back for lapses after a week', async (t) => {
  const { old, fresh, who } = await twoAccounts('999190001006');
  await move(fresh, who, NOW);
  t.is(await state(fresh, who.personalNumber, after(9 * DAY)), 'ask');
  t.false(await move(fresh, who, after(9 * DAY)), 'it starts again from the beginning');
  t.true(await bound(old, after(9 * DAY)));
});

test('weaker evidence loses the person at once to stronger, and nobody is that person until the day is over', async (t) => {
  const personalNumber = '999190001020';
  const [thief, owner] = [await house.citizen(), await house.citizen()];
  await move(thief, identity(personalNumber, { source: 'register_match' }), NOW);
  t.true(await bound(thief, NOW));
  t.false(await move(owner, identity(personalNumber), NOW));
  t.false(await bound(thief, NOW), 'a register match does not stand against VNeID');
  t.false(await bound(owner, NOW));
  t.true(await isDisputed(house.db, house.vault.keyOf('personal-number', personalNumber), NOW));
  t.true(await move(owner, identity(personalNumber), after(HOLD_SECONDS)));
  t.true(await bound(owner, after(HOLD_SECONDS)));
});

test('whoever was pushed out and proves as strongly takes the person back', async (t) => {
  const personalNumber = '999190001021';
  const [first, second] = [await house.citizen(), await house.citizen()];
  await move(first, identity(personalNumber, { source: 'register_match' }), NOW);
  await move(second, identity(personalNumber), NOW);
  t.true(await move(first, identity(personalNumber), after(600)));
  t.true(await bound(first, after(600)));
  t.false(await move(second, identity(personalNumber), after(2 * DAY)), 'the wish of the second is over');
});

test('two officers may move a person at once', async (t) => {
  const { old, fresh, who } = await twoAccounts('999190001007');
  const counter = { ...who, source: 'counter' as const, supervised: true };
  t.true(await move(fresh, counter, NOW));
  t.false(await bound(old, NOW));
  t.true(await bound(fresh, NOW));
});

test('of ten ripe moves at once over two brokers one happens', async (t) => {
  const { old, fresh, who } = await twoAccounts('999190001008');
  await move(fresh, who, NOW);
  const later = after(HOLD_SECONDS);
  const told: Told[] = [];
  const settled = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => move(fresh, who, later, told, i % 2 === 0 ? house.db : house.second))); // prettier-ignore
  t.true(settled.every((one) => one.status === 'fulfilled' || one.reason instanceof Refusal));
  t.false(await bound(old, later));
  t.true(await bound(fresh, later));
  t.is(told.filter(({ kind }) => kind === 'moved').length, 1);
  const moved = await house.db.rows(
    sql`select 1 from rebind_request where account_id = ${fresh} and outcome = 'moved'`,
  );
  t.is(moved.length, 1);
});

test('of ten wishes of ten accounts for one person at once one is written', async (t) => {
  const { who } = await twoAccounts('999190001009');
  const accounts = await times(10, () => house.citizen());
  const settled = await Promise.allSettled(accounts.map((accountId, i) => move(accountId, who, NOW, [], i % 2 === 0 ? house.db : house.second))); // prettier-ignore
  for (const one of settled) {
    if (one.status === 'rejected')
      t.true(one.reason instanceof Refusal && one.reason.reason === 'transaction');
  }
  const key = house.vault.keyOf('personal-number', who.personalNumber);
  t.is((await house.db.rows(sql`select 1 from rebind_request where number_key = ${key}`)).length, 1);
});

test('weaker evidence never takes the place of stronger; stronger does', async (t) => {
  const accountId = await house.citizen();
  const personalNumber = '999190001010';
  const source = async () => (await findBinding(house.db, accountId, NOW))?.source;
  await move(accountId, identity(personalNumber, { source: 'register_match' }), NOW);
  t.is(await source(), 'register_match');
  await move(accountId, identity(personalNumber, { source: 'chip_c06' }), NOW);
  t.is(await source(), 'chip_c06');
  await move(accountId, identity(personalNumber, { source: 'counter' }), NOW);
  t.is(await source(), 'chip_c06');
  await move(accountId, identity(personalNumber), NOW);
  t.is(await source(), 'vneid');
});

test('a binding by chip ends with the card', async (t) => {
  const accountId = await house.citizen();
  await move(accountId, identity('999190001011', { source: 'chip_c06', evidenceEnds: '2026-12-31' }), NOW);
  const binding = await findBinding(house.db, accountId, NOW);
  t.is(binding?.expires_at.toISOString(), '2026-12-31T16:59:59.000Z');
  const other = await house.citizen();
  await t.throwsAsync(
    move(other, identity('999190001012', { source: 'chip_c06', evidenceEnds: '2026-11-21' }), NOW),
  );
  t.false(await bound(other, NOW));
});
