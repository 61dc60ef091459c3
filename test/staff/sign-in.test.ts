import test from 'ava';
import { makeRecoveryCodes } from '../../authenticators/recovery-codes.ts';
import { disableStaff } from '../../staff/disable.ts';
import { beginStaffSession, endStaffSession, findStaffSession } from '../../staff/session.ts';
import { signInStaff } from '../../staff/sign-in.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { openDesk, PASSWORD } from '../counter/desk.ts';
import type { Desk } from '../counter/desk.ts';
import { after, NOW, times } from '../support/domain.ts';

let desk: Desk;
test.before(async () => {
  desk = await openDesk();
});
test.after.always(() => desk.close());

let address = 0;
const from = () => `address-${(address += 1)}`;

async function employee() {
  const { staffId, login } = await desk.staff('officer', '25459');
  const codes = await makeRecoveryCodes(desk.house, { kind: 'staff', id: staffId }, NOW);
  const [code = '', second = ''] = codes;
  return { staffId, login, code, second };
}

test.serial('password and one code open a session, and the code is used up', async (t) => {
  const { login, staffId, code, second } = await employee();
  const typed = { login: ` ${login.toUpperCase()} `, password: PASSWORD, code, addressKey: from() };
  const signedIn = await signInStaff(desk.house, typed, NOW);
  const token = signedIn.outcome === 'signed_in' ? signedIn.token : '';
  t.like(await findStaffSession(desk.house.db, token, NOW), { staffId, login, role: 'officer', communeCode: '25459', method: 'recovery' }); // prettier-ignore
  t.deepEqual(await signInStaff(desk.house, typed, NOW), { outcome: 'refused' });
  t.like(await signInStaff(desk.house, { ...typed, code: second }, NOW), { outcome: 'signed_in' });
});

test.serial('unknown login, wrong password and wrong code are one answer, and spend no code', async (t) => {
  const { login, code } = await employee();
  const other = await employee();
  for (const wrong of [
    { login: 'khong-co', password: PASSWORD, code },
    { login, password: `${PASSWORD}!`, code },
    { login, password: PASSWORD, code: other.code },
    { login, password: PASSWORD, code: 'ABCD-EFGH-JKLM-NPQR' },
    { login, password: PASSWORD, code: '' },
    { login: '\u0000', password: '', code: '\ud800' },
  ])
    t.deepEqual(await signInStaff(desk.house, { ...wrong, addressKey: from() }, NOW), { outcome: 'refused' });
  t.like(await signInStaff(desk.house, { login, password: PASSWORD, code, addressKey: from() }, NOW), { outcome: 'signed_in' }); // prettier-ignore
});

test.serial('a login is tried ten times an hour, from however many addresses', async (t) => {
  const { login, code } = await employee();
  for (let n = 0; n < 10; n += 1)
    await signInStaff(desk.house, { login, password: 'sai', code: '', addressKey: from() }, NOW);
  const right = { login, password: PASSWORD, code, addressKey: from() };
  const error = await t.throwsAsync(signInStaff(desk.house, right, NOW), { instanceOf: Refusal });
  t.is(error.kind, 'throttled');
  t.like(await signInStaff(desk.house, right, after(3_601)), { outcome: 'signed_in' });
});

test.serial('of ten sign-ins with one code at two brokers one gets in', async (t) => {
  const { login, code } = await employee();
  const answers = await times(
    8,
    (n) =>
    signInStaff(n % 2 === 0 ? desk.house : desk.other, { login, password: PASSWORD, code, addressKey: from() }, NOW).catch(() => ({ outcome: 'throttled' })), // prettier-ignore
  );
  t.is(answers.filter(({ outcome }) => outcome === 'signed_in').length, 1);
});

const begun = (staffId: string) =>
  desk.house.db.transaction(() => beginStaffSession(desk.house, { staffId, method: 'recovery' }, NOW));

test('a session ends when it is left for 15 minutes, and after 8 hours of work', async (t) => {
  const { staffId } = await desk.staff('officer', '25459');
  const [idle, busy] = [await begun(staffId), await begun(staffId)];
  const { db } = desk.house;
  t.truthy(await findStaffSession(db, idle, after(899)));
  t.is(await findStaffSession(db, idle, after(899 + 901)), undefined);
  for (let seconds = 0; seconds < 28_800; seconds += 600)
    t.truthy(await findStaffSession(db, busy, after(seconds)), `${seconds} s`);
  t.is(await findStaffSession(db, busy, after(28_801)), undefined);
});

test('a session ends at sign-out and with its person, and its token stands nowhere', async (t) => {
  const { db } = desk.house;
  const { staffId, login } = await desk.staff('officer', '25459');
  const [one, two] = [await begun(staffId), await begun(staffId)];
  await endStaffSession(desk.house, { token: one, staffId }, NOW);
  t.is(await findStaffSession(db, one, NOW), undefined);
  t.truthy(await findStaffSession(db, two, NOW));
  t.true(await disableStaff(desk.house, login, NOW));
  t.false(await disableStaff(desk.house, login, NOW));
  t.is(await findStaffSession(db, two, NOW), undefined);
  await t.throwsAsync(begun(staffId), { instanceOf: Refusal });
  const rows = JSON.stringify(await db.rows(sql`select row_to_json(s)::text as line from staff_session s`));
  t.false(rows.includes(one) || rows.includes(two));
  for (const odd of [undefined, '', 'x'.repeat(101), '\u0000'])
    t.is(await findStaffSession(db, odd, NOW), undefined);
  await t.throwsAsync(disableStaff(desk.house, 'khong-co', NOW), { instanceOf: Refusal });
});
