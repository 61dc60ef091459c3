import { execFile } from 'node:child_process';
import test from 'ava';
import { bindPhone } from '../../accounts/phone.ts';
import { sql } from '../../database.ts';
import { inviteStaff } from '../../staff/invitation.ts';
import { NOW, ORIGIN, openDomain } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { boundCitizen, eventsOf } from '../safety/people.ts';

type Ran = { code: number; out: string; err: string };
let domain: Domain;
test.before(async () => {
  domain = await openDomain();
  await inviteStaff({ db: domain.db, origin: ORIGIN }, { login: 'truc.ban', role: 'operator', unit: 'Trực', communeCode: undefined }, NOW); // prettier-ignore
  await inviteStaff({ db: domain.db, origin: ORIGIN }, { login: 'soat.xet', role: 'auditor', unit: 'Thanh tra', communeCode: undefined }, NOW); // prettier-ignore
});
test.after.always(() => domain?.close());

const tnid = (words: string[], input = '') =>
  new Promise<Ran>((resolve) => {
    const env = { PATH: process.env['PATH'], TNID_DATABASE_URL: domain.url, TNID_KEK: domain.kek, TNID_ISSUER: `https://${ORIGIN}` }; // prettier-ignore
    const child = execFile('bin/tnid', ['account', ...words], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    );
    child.stdin?.end(input);
  });

async function numberOf(accountId: string): Promise<string> {
  const row = await domain.db.row<{ id: string; number_sealed: Buffer }>(sql`
    select id, number_sealed from identity_binding where account_id = ${accountId} and ended_at is null`);
  if (row === undefined) throw new Error('not bound');
  return domain.vault.open(`identity_binding/${row.id}/number`, row.number_sealed);
}

test('an account is found by number or phone from standard input, and neither is printed', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  const number = await numberOf(accountId);
  const byNumber = await tnid(['find', '--by', 'personal-number'], `${number}\n`);
  t.is(byNumber.code, 0, byNumber.err);
  t.regex(byNumber.out, new RegExp(`${accountId} +open +vneid +2026-11-22 +2031-11-21 +2026-11-22`));
  const byPhone = await tnid(['find', '--by', 'phone'], `0${phone.slice(3)}`);
  t.true(byPhone.out.includes(accountId));
  for (const { out, err } of [byNumber, byPhone])
    t.false(
      /Bảy Lành|An\b/.test(out + err) || (out + err).includes(number) || (out + err).includes(phone.slice(3)),
    );
});

test('two people who share a phone are both found', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  const other = await domain.citizen();
  await domain.db.transaction(() =>
    bindPhone(domain.db, domain.vault, { accountId: other, e164: phone }, NOW),
  );
  const { out } = await tnid(['find', '--by', 'phone'], phone);
  t.true(out.includes(accountId) && out.includes(other));
});

test('nobody, nonsense and a number as an argument are refused without repeating them', async (t) => {
  t.is((await tnid(['find', '--by', 'personal-number'], '999190999999')).code, 1);
  const nonsense = await tnid(['find', '--by', 'personal-number'], '99919000001');
  t.is(nonsense.code, 1);
  t.false(nonsense.err.includes('99919000001'));
  t.is((await tnid(['find', '--by', 'phone'], 'số của con tôi')).code, 1);
  t.is((await tnid(['find', '--by', 'phone', '0912345678'])).code, 2);
});

test('an operator locks and unlocks; the event names them by id, and the basis of an unlocking', async (t) => {
  const { accountId } = await boundCitizen(domain);
  const staff = await domain.db.row<{ id: string }>(sql`select id from staff where login = 'truc.ban'`);
  const as = ['--operator', 'truc.ban'];
  t.is((await tnid(['lock', accountId, ...as, '--reason', 'fraud'])).out, `locked ${accountId}\n`);
  t.is((await tnid(['lock', accountId, ...as, '--reason', 'fraud'])).code, 1, 'it is locked already');
  t.is((await tnid(['unlock', accountId, ...as])).code, 2, 'not without a reason');
  t.is((await tnid(['unlock', accountId, ...as, '--reason', 'person_present'])).code, 1, 'not without the officer’s decision'); // prettier-ignore
  const caseId = '0198a000-0000-7000-8000-000000000001';
  const opened = await tnid(['unlock', accountId, ...as, '--reason', 'person_present', '--counter', caseId]);
  t.is(opened.out, `unlocked ${accountId}\n`, opened.err);
  t.like(await eventsOf(domain, accountId, 'account.locked'), [{ actor: 'operator', by: 'operator', staff: staff?.id, reason: 'fraud' }]); // prettier-ignore
  t.like(await eventsOf(domain, accountId, 'account.unlocked'), [{ staff: staff?.id, case: caseId }]);
});

test('who is no operator decides nothing', async (t) => {
  const { accountId } = await boundCitizen(domain);
  for (const login of ['soat.xet', 'khong.co']) {
    const refused = await tnid(['lock', accountId, '--operator', login, '--reason', 'operator']);
    t.is(refused.code, 1);
  }
  const row = await domain.db.row(sql`select locked_at from account where id = ${accountId}`);
  t.like(row, { locked_at: null });
});
