import test from 'ava';
import { findProfile } from '../../accounts/profile.ts';
import { bindPhone } from '../../accounts/phone.ts';
import { signInWithZalo } from '../../accounts/sign-in.ts';
import type { SignIn } from '../../accounts/sign-in.ts';
import { lockAccountRow } from '../../accounts/store.ts';
import { sql } from '../../database.ts';
import { NOW, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

type Given = { appId?: string; zaloId: string; name?: string | undefined };
const signIn = ({ appId = '42', zaloId, name }: Given, db = house.db, now = NOW) =>
  db.transaction(() => signInWithZalo(db, house.vault, { appId, zaloId, name, picture: undefined }, now));
const idOf = (answer: SignIn) => (answer.outcome === 'locked' ? undefined : answer.accountId);
const accountCount = async () =>
  (await house.db.row<{ n: number }>(sql`select count(*) as n from account`))?.n;

test.serial('twenty first sign-ins of one Zalo id at once open one account', async (t) => {
  const before = (await accountCount()) ?? 0;
  const zaloId = '9007199254740993001';
  const answers = await times(20, (i) =>
    signIn({ zaloId, name: 'An' }, i % 2 === 0 ? house.db : house.second),
  );
  t.is(new Set(answers.map(idOf)).size, 1);
  t.is(answers.filter(({ outcome }) => outcome === 'new').length, 1);
  t.is(await accountCount(), before + 1, 'no empty account is left behind');
});

test('the same Zalo id is known again', async (t) => {
  const first = await signIn({ zaloId: '9007199254740993101' });
  const again = await signIn({ zaloId: '9007199254740993101' }, house.second, after(60));
  t.is(first.outcome, 'new');
  t.is(again.outcome, 'known');
  t.is(idOf(again), idOf(first));
});

test('Zalo ids that differ in the last digit are two people: they are not numbers', async (t) => {
  const one = await signIn({ zaloId: '9007199254740993202' });
  const two = await signIn({ zaloId: '9007199254740993203' });
  t.not(idOf(one), idOf(two));
});

test('nobody is linked by their name', async (t) => {
  const one = await signIn({ zaloId: '9007199254740993301', name: 'Nguyễn Thị Minh An' });
  const two = await signIn({ zaloId: '9007199254740993302', name: 'Nguyễn Thị Minh An' });
  t.is(two.outcome, 'new');
  t.not(idOf(one), idOf(two));
});

test('the same Zalo id of another Zalo app is another person', async (t) => {
  const one = await signIn({ zaloId: '9007199254740993401', appId: '42' });
  const two = await signIn({ zaloId: '9007199254740993401', appId: '43' });
  t.not(idOf(one), idOf(two));
});

test('a locked account does not open, and tells nothing about itself', async (t) => {
  const zaloId = '9007199254740993501';
  const accountId = idOf(await signIn({ zaloId })) ?? '';
  t.is(await lockAccountRow(house.db, accountId, 'lost phone', NOW), 1);
  t.is(await lockAccountRow(house.db, accountId, 'again', after(1)), 0, 'locking is once');
  t.deepEqual(await signIn({ zaloId }), { outcome: 'locked' });
});

test('an ended link opens a new account and never the old one', async (t) => {
  const zaloId = '9007199254740993601';
  const first = idOf(await signIn({ zaloId }));
  await house.db.run(sql`update zalo_link set ended_at = ${NOW} where zalo_id = ${zaloId}`);
  const second = await signIn({ zaloId });
  t.is(second.outcome, 'new');
  t.not(idOf(second), first);
});

test('the name greets the person, follows Zalo, and stands nowhere in clear', async (t) => {
  const zaloId = '9007199254740993701';
  const accountId = idOf(await signIn({ zaloId, name: 'Tên Cũ' })) ?? '';
  await signIn({ zaloId, name: 'Tên Mới' });
  t.is((await findProfile(house.db, house.vault, accountId))?.greeting, 'Tên Mới');
  await signIn({ zaloId });
  t.is(
    (await findProfile(house.db, house.vault, accountId))?.greeting,
    'Tên Mới',
    'no name keeps the last one',
  );
  const row = await house.db.row<{ sealed: Buffer }>(
    sql`select name_sealed as sealed from zalo_link where zalo_id = ${zaloId}`,
  );
  t.false(row?.sealed.includes('Tên'));
});

test('a sign-in that fails later leaves no account', async (t) => {
  const zaloId = '9007199254740993801';
  await t.throwsAsync(
    house.db.transaction(async () => {
      await signInWithZalo(
        house.db,
        house.vault,
        { appId: '42', zaloId, name: 'X', picture: undefined },
        NOW,
      );
      throw new Error('later');
    }),
  );
  t.is((await signIn({ zaloId })).outcome, 'new');
});

test('nobody is found under an id that does not exist', async (t) => {
  t.is(await findProfile(house.db, house.vault, '00000000-0000-7000-8000-000000000000'), undefined);
});

test('a new phone replaces the old one, also when two answers come at once', async (t) => {
  const accountId = idOf(await signIn({ zaloId: '9007199254740993901' })) ?? '';
  const bind = (e164: string, db = house.db) =>
    db.transaction(() => bindPhone(db, house.vault, { accountId, e164, identified: true }, NOW));
  await bind('+84912345678');
  await times(10, (i) => bind(`+8491234560${i}`, i % 2 === 0 ? house.db : house.second));
  const live = await house.db.rows(
    sql`select id from phone where account_id = ${accountId} and ended_at is null`,
  );
  t.is(live.length, 1);
  t.regex((await findProfile(house.db, house.vault, accountId))?.phone ?? '', /^\+8491234560\d$/);
});
