import test from 'ava';
import { bindPhone, codeSuffices, LONGEST_SILENCE_DAYS, touchPhone } from '../../accounts/phone.ts';
import { findProfile } from '../../accounts/profile.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { after, NOW, openDomain } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain?.close());

let count = 0;
const newPhone = () => `+8490${String((count += 1)).padStart(7, '0')}`;
const DAY = 86_400;

const bind = (accountId: string, e164: string, now = NOW, identified = true, db: Database = domain.db) =>
  db.transaction(() => bindPhone(db, domain.vault, { accountId, e164, identified }, now));
const touch = async (accountId: string, identified: boolean, now: Date, number?: string) => {
  const { db, vault } = domain;
  const e164 = number ?? (await findProfile(db, vault, accountId))?.phone ?? '';
  return db.transaction(() => touchPhone(db, vault, { accountId, e164, identified }, now));
};
async function suffices(accountId: string, now: Date): Promise<boolean> {
  const facts = (await findProfile(domain.db, domain.vault, accountId))?.phoneFacts;
  return facts !== undefined && codeSuffices(facts, now);
}

test('a number that answers for a second account is no proof for the first one any more', async (t) => {
  const [first, second, phone] = [await domain.citizen(), await domain.citizen(), newPhone()];
  await bind(first, phone);
  t.true(await suffices(first, after(60)));
  await bind(second, phone, after(60));
  t.false(await suffices(first, after(61)));
  t.true(await suffices(second, after(61)));
});

test('a right code alone does not settle whose number it is; with a proof of identity it does', async (t) => {
  const [first, second, phone] = [await domain.citizen(), await domain.citizen(), newPhone()];
  await bind(first, phone);
  await bind(second, phone, after(60));
  await touch(first, false, after(120));
  t.false(await suffices(first, after(121)));
  await touch(first, true, after(180));
  t.true(await suffices(first, after(181)));
  t.false(await suffices(second, after(181)), 'now the other one is asked');
  // A phone that a family shares comes to rest when each has proven who they are.
  await touch(second, true, after(240));
  t.true(await suffices(first, after(241)));
  t.true(await suffices(second, after(241)));
});

test('the same number given again keeps what was settled', async (t) => {
  const [first, second, phone] = [await domain.citizen(), await domain.citizen(), newPhone()];
  await bind(first, phone);
  await bind(second, phone, after(60));
  t.false(await bind(first, phone, after(120)), 'the number is not another one');
  t.true(await suffices(first, after(121)));
  await bind(second, phone, after(180));
  t.true(await suffices(first, after(181)));
});

test('half a year of silence asks for the person again', async (t) => {
  const accountId = await domain.citizen();
  await bind(accountId, newPhone());
  t.true(await suffices(accountId, after(LONGEST_SILENCE_DAYS * DAY)));
  t.false(await suffices(accountId, after(LONGEST_SILENCE_DAYS * DAY + 1)));
  await touch(accountId, false, after(100 * DAY));
  t.true(await suffices(accountId, after((100 + LONGEST_SILENCE_DAYS) * DAY)));
});

test('a number that was replaced while its code was under way is no proof', async (t) => {
  const [accountId, stolen, current] = [await domain.citizen(), newPhone(), newPhone()];
  await bind(accountId, stolen);
  await bind(accountId, current, after(60));
  t.false(await touch(accountId, false, after(90), stolen));
  t.true(await touch(accountId, false, after(90), current));
});

test('whoever settled a number and fell silent does not keep it from its next holder', async (t) => {
  const [first, second, third, phone] = [await domain.citizen(), await domain.citizen(), await domain.citizen(), newPhone()]; // prettier-ignore
  await bind(first, phone);
  await bind(second, phone, after(60));
  await touch(first, true, after(120));
  await bind(third, phone, after(300 * DAY));
  await touch(first, false, after(300 * DAY + 60));
  t.false(await suffices(first, after(300 * DAY + 61)));
});

test('two accounts that bind one number at the same moment do not both keep it', async (t) => {
  for (let round = 0; round < 10; round += 1) {
    const [first, second, phone] = [await domain.citizen(), await domain.citizen(), newPhone()];
    await Promise.all([bind(first, phone), bind(second, phone, NOW, true, domain.second)]);
    const kept = [await suffices(first, after(1)), await suffices(second, after(1))];
    t.is(kept.filter(Boolean).length, 1, `round ${round}`);
  }
});

test('one account binds two numbers at once and has one', async (t) => {
  const accountId = await domain.citizen();
  await Promise.all([bind(accountId, newPhone()), bind(accountId, newPhone(), NOW, true, domain.second)]);
  const live = await domain.db.rows(
    sql`select id from phone where account_id = ${accountId} and ended_at is null`,
  );
  t.is(live.length, 1);
});

test('binding tells whether another number was on record', async (t) => {
  const [accountId, phone] = [await domain.citizen(), newPhone()];
  t.false(await bind(accountId, phone));
  t.false(await bind(accountId, phone, after(1)));
  t.true(await bind(accountId, newPhone(), after(2)));
});
