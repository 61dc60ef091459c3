import { execFile } from 'node:child_process';
import test from 'ava';
import { childrenOf } from '../../consent/guardianship.ts';
import { acceptInvitation, inviteStaff } from '../../staff/invitation.ts';
import { relative, represent } from '../consent/family.ts';
import { PASSWORD } from '../counter/desk.ts';
import { eventsOf } from '../safety/people.ts';
import { NOW, ORIGIN, openDomain } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

type Ran = { code: number; out: string; err: string };
let domain: Domain;
test.before(async () => {
  domain = await openDomain();
  const house = { db: domain.db, origin: ORIGIN };
  await inviteStaff(
    house,
    { login: 'truc.ban', role: 'operator', unit: 'Trực', communeCode: undefined },
    NOW,
  );
  const officer = { login: 'hoa.nguyen', role: 'officer', unit: 'Quầy', communeCode: '25459' } as const;
  const token = await inviteStaff(house, officer, new Date());
  await acceptInvitation(house, { token, password: PASSWORD }, new Date());
});
test.after.always(() => domain?.close());

const tnid = (words: string[], input = '') =>
  new Promise<Ran>((resolve) => {
    const env = { PATH: process.env['PATH'], TNID_DATABASE_URL: domain.url, TNID_KEK: domain.kek, TNID_ISSUER: `https://${ORIGIN}` }; // prettier-ignore
    const child = execFile('bin/tnid', words, { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    );
    child.stdin?.end(input);
  });

test('an operator ends a representation; both people find it in their history', async (t) => {
  const [child, mother] = [await relative(domain, '2012-07-20'), await relative(domain, '1985-03-01')];
  await represent(domain, mother, child);
  const found = await tnid(['guardian', 'find'], `${child.personalNumber}\n`);
  t.is(found.code, 0, found.err);
  t.true(found.out.includes(mother.accountId));
  t.false(`${found.out}${found.err}`.includes(child.personalNumber));
  const id = /^[0-9a-f-]{36}/m.exec(found.out)?.[0] ?? '';

  t.is((await tnid(['guardian', 'end', id, '--operator', 'truc.ban'])).code, 2, 'not without a reason');
  t.is(
    (await tnid(['guardian', 'end', id, '--operator', 'hoa.nguyen', '--reason', 'court'])).code,
    1,
    'an officer',
  );
  t.is((await childrenOf(domain, mother.accountId, NOW)).length, 1);
  const end = ['guardian', 'end', id, '--operator', 'truc.ban', '--reason', 'court'];
  t.is((await tnid(end)).out, `ended ${id}\n`);
  t.is((await tnid(end)).code, 1, 'it has ended already');
  t.deepEqual(await childrenOf(domain, mother.accountId, NOW), []);
  for (const { accountId } of [child, mother])
    t.like(await eventsOf(domain, accountId, 'guardian.ended'), [{ actor: 'operator', reason: 'court' }]);
});

test('nobody, nonsense and a number as an argument are refused without repeating them', async (t) => {
  t.is((await tnid(['guardian', 'find'], '999312999999')).code, 1);
  const nonsense = await tnid(['guardian', 'find'], '99931200001');
  t.is(nonsense.code, 1);
  t.false(nonsense.err.includes('99931200001'));
  t.is((await tnid(['guardian', 'end', 'x', '--operator', 'truc.ban', '--reason', 'court'])).code, 1);
});

test('an operator resets a forgotten password, and the link is the one printed', async (t) => {
  const refused = await tnid(['staff', 'reset', 'hoa.nguyen', '--operator', 'hoa.nguyen']);
  t.is(refused.code, 1);
  const reset = await tnid(['staff', 'reset', 'hoa.nguyen', '--operator', 'truc.ban']);
  t.is(reset.code, 0, reset.err);
  const token = /\/nhan-vien\/loi-moi\/([\w-]{43})\n$/.exec(reset.out)?.[1] ?? '';
  const house = { db: domain.db, origin: ORIGIN };
  t.is((await acceptInvitation(house, { token, password: PASSWORD }, new Date())).outcome, 'accepted');
});
