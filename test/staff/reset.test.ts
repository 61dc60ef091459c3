import test from 'ava';
import { randomBytes } from 'node:crypto';
import { beginRegistration, finishRegistration } from '../../authenticators/passkeys.ts';
import { listPasskeys } from '../../authenticators/my-passkeys.ts';
import { makeRecoveryCodes } from '../../authenticators/recovery-codes.ts';
import { Refusal } from '../../errors.ts';
import { disableStaff } from '../../staff/disable.ts';
import { acceptInvitation, inviteStaff } from '../../staff/invitation.ts';
import { resetStaff } from '../../staff/reset.ts';
import { beginStaffSession, findStaffSession } from '../../staff/session.ts';
import { signInStaff } from '../../staff/sign-in.ts';
import { eventsAbout, openDesk, PASSWORD } from '../counter/desk.ts';
import type { Desk } from '../counter/desk.ts';
import { NOW, ORIGIN, times } from '../support/domain.ts';
import { readOptions, softwarePasskey } from '../support/software-passkey.ts';

let desk: Desk;
let operatorId: string;
test.before(async () => {
  desk = await openDesk();
  operatorId = (await desk.staff('operator')).staffId;
});
test.after.always(() => desk.close());

const NEW_PASSWORD = 'sông Vàm Cỏ chảy qua đồng lúa';
const issuer = `https://${ORIGIN}`;

async function employee() {
  const { staffId, login } = await desk.staff('officer', '25459');
  const owner = { kind: 'staff', id: staffId } as const;
  const codes = await makeRecoveryCodes(desk.house, owner, NOW);
  const house = { ...desk.house, issuer };
  const options = await beginRegistration(house, { owner, displayName: login, place: 'desk' }, NOW);
  const response = softwarePasskey().register(readOptions(JSON.stringify(options), issuer));
  const added = await finishRegistration(house, { owner, place: 'desk', response, name: 'Quầy 2' }, NOW);
  if (added.outcome !== 'added') throw new Error(added.reason);
  const session = await begin(staffId);
  return { staffId, login, owner, codes, session };
}
const begin = (staffId: string) =>
  desk.house.db.transaction(() => beginStaffSession(desk.house, { staffId, method: 'passkey' }, NOW));
let address = 0;
const signIn = (login: string, password: string, code = '') =>
  signInStaff(desk.house, { login, password, code, addressKey: `reset-${(address += 1)}` }, NOW);

test.serial(
  'a forgotten password: sessions, passkeys, codes and password end, and a link begins anew',
  async (t) => {
    const { staffId, login, owner, codes, session } = await employee();
    const token = await resetStaff(desk.house, { login, operatorId }, NOW);
    t.is(await findStaffSession(desk.house.db, session, NOW), undefined);
    t.deepEqual(await listPasskeys(desk.house, owner), []);
    t.deepEqual(await signIn(login, PASSWORD, codes[0]), { outcome: 'refused' });
    await t.throwsAsync(begin(staffId), { instanceOf: Refusal });

    t.like(await acceptInvitation(desk.house, { token, password: NEW_PASSWORD }, NOW), { outcome: 'accepted', staffId }); // prettier-ignore
    t.is((await acceptInvitation(desk.house, { token, password: NEW_PASSWORD }, NOW)).outcome, 'ended');
    t.deepEqual(await signIn(login, NEW_PASSWORD, codes[1]), { outcome: 'refused' }, 'an old code');
    const [fresh = ''] = await makeRecoveryCodes(desk.house, owner, NOW);
    t.is((await signIn(login, PASSWORD, fresh)).outcome, 'refused', 'the old password');
    t.is((await signIn(login, NEW_PASSWORD, fresh)).outcome, 'signed_in');
    t.is(await findStaffSession(desk.house.db, session, NOW), undefined, 'nothing old wakes up');
    t.true((await eventsAbout(desk.house.db, staffId)).includes('staff.reset ok'));
    t.true((await eventsAbout(desk.house.db, operatorId)).includes('staff.reset ok'));
  },
);

test.serial(
  'a session that was opened while the password was reset is not alive after the next one',
  async (t) => {
    const { staffId, login } = await employee();
    const { second } = desk.domain;
    let token = '';
    const late = await second.transaction(async () => {
      const session = await beginStaffSession({ db: second, origin: ORIGIN }, { staffId, method: 'passkey' }, NOW); // prettier-ignore
      token = await resetStaff(desk.house, { login, operatorId }, NOW); // cannot see it yet
      return session;
    });
    t.is(await findStaffSession(desk.house.db, late, NOW), undefined);
    await acceptInvitation(desk.house, { token, password: NEW_PASSWORD }, NOW);
    t.is(await findStaffSession(desk.house.db, late, NOW), undefined);
  },
);

test.serial('of resets at once one gives a link, and only the newest link opens', async (t) => {
  const { login } = await employee();
  const answers = await times(6, (n) =>
    resetStaff(
      { ...desk.house, db: n % 2 === 0 ? desk.domain.db : desk.domain.second },
      { login, operatorId },
      NOW,
    ).then(
      () => 'reset',
      (error: unknown) => (error instanceof Refusal ? error.kind : 'broken'),
    ),
  );
  t.deepEqual(answers.sort(), [...Array(5).fill('conflict'), 'reset']);
});

test.serial('unknown, disabled and merely invited people are not reset', async (t) => {
  const login = `x-${randomBytes(3).toString('hex')}`;
  const kindOf = async (who: string) => (await t.throwsAsync(resetStaff(desk.house, { login: who, operatorId }, NOW), { instanceOf: Refusal })).kind; // prettier-ignore
  t.is(await kindOf(login), 'missing');
  await inviteStaff(desk.house, { login, role: 'auditor', unit: 'Thanh tra', communeCode: undefined }, NOW);
  t.is(await kindOf(login), 'conflict');
  const gone = await employee();
  await disableStaff(desk.house, gone.login, NOW);
  t.is(await kindOf(gone.login), 'conflict');
});
