import test from 'ava';
import { bindIdentity, bindingConflict } from '../../assurance/binding.ts';
import { findBinding } from '../../assurance/binding-store.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

// Attack case 12: one CCCD and two accounts, two CCCDs and one account.

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

const YEAR = 365 * 86_400;
const identity = (personalNumber: string) => ({
  source: 'vneid' as const,
  issuer: 'https://vneid.example',
  upstreamSub: `sub-${personalNumber}`,
  personalNumber,
  name: 'Nguyễn Thị Minh An',
  birthdate: '1990-06-15',
  checkId: 'check-1',
  organisation: 'VNeID',
});
const bind = (accountId: string, personalNumber: string, now = NOW, db = house.db) =>
  db.transaction(() =>
    bindIdentity({ db, vault: house.vault, origin: ORIGIN }, { accountId, identity: identity(personalNumber), clientId: 'portal' }, now),
  ); // prettier-ignore
const conflict = (accountId: string, personalNumber: string) =>
  bindingConflict(house.db, house.vault, { accountId, personalNumber });
const isConflict = (error: unknown) => error instanceof Refusal && error.kind === 'conflict';
const bindings = (accountId: string) =>
  house.db.rows(sql`select id from identity_binding where account_id = ${accountId} and ended_at is null`);
const boundEvents = async (accountId: string) =>
  (await house.db.rows(sql`
    select event_id from access_event join audit_stream s using (stream_id)
    where s.account_id = ${accountId} and kind = 'identity.bound'`)).length; // prettier-ignore

test('the second account of one person is refused, whichever came first', async (t) => {
  for (const [number, swap] of [
    ['999190000201', false],
    ['999190000202', true],
  ] as const) {
    const accounts = [await house.citizen(), await house.citizen()];
    const [first = '', second = ''] = swap ? accounts.toReversed() : accounts;
    await bind(first, number);
    t.is(await conflict(second, number), 'bound_elsewhere');
    t.true(isConflict(await t.throwsAsync(bind(second, number))));
    t.is((await bindings(first)).length, 1);
    t.is((await bindings(second)).length, 0, 'nothing half-written');
    t.is(await boundEvents(second), 0);
  }
});

test('of twenty accounts that bind one person at once over two brokers one does', async (t) => {
  const accounts = await times(20, () => house.citizen());
  const settled = await Promise.allSettled(
    accounts.map((accountId, i) =>
      bind(accountId, '999190000203', NOW, i % 2 === 0 ? house.db : house.second),
    ),
  );
  t.is(settled.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const one of settled)
    if (one.status === 'rejected') t.true(isConflict(one.reason), String(one.reason));
  const live = await Promise.all(accounts.map(async (accountId) => (await bindings(accountId)).length));
  t.is(
    live.reduce((all, one) => all + one, 0),
    1,
  );
});

test('an account bound to one person takes no other person, one after the other or at once', async (t) => {
  const accountId = await house.citizen();
  await bind(accountId, '999190000204');
  t.is(await conflict(accountId, '999190000205'), 'other_person');
  t.true(isConflict(await t.throwsAsync(bind(accountId, '999190000205'))));

  const fresh = await house.citizen();
  const settled = await Promise.allSettled(
    Array.from({ length: 10 }, (_, i) =>
      bind(fresh, `99919000030${i}`, NOW, i % 2 === 0 ? house.db : house.second),
    ),
  );
  t.is(settled.filter(({ status }) => status === 'fulfilled').length, 1);
  t.is((await bindings(fresh)).length, 1);
});

test('the same person in two tabs binds once and both go on', async (t) => {
  const accountId = await house.citizen();
  await t.notThrowsAsync(
    times(6, (i) => bind(accountId, '999190000206', NOW, i % 2 === 0 ? house.db : house.second)),
  );
  t.is((await bindings(accountId)).length, 1);
  t.is(await boundEvents(accountId), 1);
});

test('a binding has a lifetime, and the same person renews it', async (t) => {
  const accountId = await house.citizen();
  await bind(accountId, '999190000207');
  t.truthy(await findBinding(house.db, accountId, after(5 * YEAR - 1)));
  t.is(await findBinding(house.db, accountId, after(5 * YEAR)), undefined);
  await bind(accountId, '999190000207', after(5 * YEAR + 60));
  t.truthy(await findBinding(house.db, accountId, after(5 * YEAR + 60)));
  t.is((await bindings(accountId)).length, 1);
});

test('an expired binding still keeps the account from another person, and the person from another account', async (t) => {
  const [accountId, other] = [await house.citizen(), await house.citizen()];
  await bind(accountId, '999190000208');
  await house.db.run(
    sql`update identity_binding set expires_at = ${after(-1)} where account_id = ${accountId}`,
  );
  t.is(await conflict(accountId, '999190000209'), 'other_person');
  t.true(isConflict(await t.throwsAsync(bind(accountId, '999190000209'))));
  t.is(await conflict(other, '999190000208'), 'bound_elsewhere');
  t.is(await conflict(accountId, '999190000208'), undefined);
});

test('number, name and birth date stand nowhere in clear', async (t) => {
  const accountId = await house.citizen();
  await bind(accountId, '999190000210');
  const row = await house.db.row<Record<string, unknown>>(
    sql`select * from identity_binding where account_id = ${accountId}`,
  );
  for (const value of Object.values(row ?? {})) {
    const text = Buffer.isBuffer(value) ? value.toString('latin1') : String(value);
    for (const secret of ['999190000210', 'Minh An', '1990-06-15']) t.false(text.includes(secret));
  }
});
