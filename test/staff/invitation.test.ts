import test from 'ava';
import { openDatabase, sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { acceptInvitation, findInvited, inviteStaff } from '../../staff/invitation.ts';
import { passwordProblem } from '../../staff/password.ts';
import { useDatabase } from '../support/database.ts';

const now = new Date('2026-11-22T08:00:00Z');
const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const password = 'con cò bay lả bay la trên đồng';
const origin = 'id.test';
let db: Database;

test.before(async () => {
  db = openDatabase((await useDatabase()).url, { maxConnections: 8 });
});
test.after.always(() => db.close());

const auditor = (login: string) => ({
  login,
  role: 'auditor' as const,
  unit: 'Thanh tra tỉnh',
  communeCode: undefined,
});

test.serial('an invited person sets a password once, and the link ends', async (t) => {
  const token = await inviteStaff({ db, origin }, auditor('an.nguyen'), now);
  t.deepEqual(await findInvited(db, token, now), { login: 'an.nguyen', unit: 'Thanh tra tỉnh' });
  t.like(await acceptInvitation({ db, origin }, { token, password }, now), { outcome: 'accepted' });
  t.is(await findInvited(db, token, now), undefined);
  t.deepEqual(await acceptInvitation({ db, origin }, { token, password }, now), { outcome: 'ended' });
});

test.serial('of answers at the same time one sets the password', async (t) => {
  const token = await inviteStaff({ db, origin }, auditor('binh.tran'), now);
  const answers = await Promise.all(
    ['một', 'hai', 'ba', 'bốn'].map((word) =>
      acceptInvitation({ db, origin }, { token, password: `${password} ${word}` }, now),
    ),
  );
  t.is(answers.filter(({ outcome }) => outcome === 'accepted').length, 1);
});

test.serial('a link ends after 72 hours, and when a new one is sent', async (t) => {
  const old = await inviteStaff({ db, origin }, auditor('chi.le'), now);
  t.is(await findInvited(db, old, later(73)), undefined);
  const fresh = await inviteStaff({ db, origin }, auditor('chi.le'), now);
  t.is(await findInvited(db, old, now), undefined);
  t.truthy(await findInvited(db, fresh, now));
});

test.serial(
  'somebody who has accepted is not invited again, and a role is not changed by inviting',
  async (t) => {
    const token = await inviteStaff({ db, origin }, auditor('dung.pham'), now);
    await t.throwsAsync(inviteStaff({ db, origin }, { ...auditor('dung.pham'), role: 'operator' }, now), { instanceOf: Refusal }); // prettier-ignore
    await acceptInvitation({ db, origin }, { token, password }, now);
    const error = await t.throwsAsync(inviteStaff({ db, origin }, auditor('dung.pham'), now), {
      instanceOf: Refusal,
    });
    t.is(error.kind, 'conflict');
  },
);

test.serial('an officer needs a commune, and a login its form', async (t) => {
  const officer = { ...auditor('em.vo'), role: 'officer' as const };
  for (const invitation of [officer, auditor('X'), auditor('có dấu'), auditor('a b'), auditor("o'hara")]) {
    const error = await t.throwsAsync(inviteStaff({ db, origin }, invitation, now), { instanceOf: Refusal });
    t.is(error.kind, 'invalid');
  }
  t.is((await db.rows(sql`select id from staff where login = 'em.vo'`)).length, 0);
});

test.serial('weak passwords are refused by name and the link stays', async (t) => {
  const token = await inviteStaff({ db, origin }, auditor('giang.do'), now);
  const problems = ['ngắn quá', 'x'.repeat(129), 'giang.do giang.do giang.do', 'abababababababababab'].map(
    (weak) => passwordProblem(weak, 'giang.do'),
  );
  t.deepEqual(problems, ['short', 'long', 'login', 'repeated']);
  t.deepEqual(await acceptInvitation({ db, origin }, { token, password: 'ngắn quá' }, now), { outcome: 'weak', problem: 'short' }); // prettier-ignore
  t.truthy(await findInvited(db, token, now));
});

test.serial('neither the link nor the password stands in the database', async (t) => {
  const token = await inviteStaff({ db, origin }, auditor('ha.bui'), now);
  await acceptInvitation({ db, origin }, { token, password }, now);
  const rows = await db.rows(sql`
    select row_to_json(s)::text as line from staff s union all select row_to_json(i)::text from staff_invitation i
    union all select encode(body, 'escape') from access_event`);
  const all = JSON.stringify(rows);
  t.false(all.includes(token));
  t.false(all.includes(password));
  t.true(all.includes('$argon2id$v=19$m=47104,'));
});
