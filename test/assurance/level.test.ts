import test from 'ava';
import { satisfies, standing, standingOf, attachToSession, revokeProofs } from '../../assurance/level.ts';
import { standingUnderWay } from '../support/level.ts';
import type { Standing } from '../../assurance/level.ts';
import { bindIdentity } from '../../assurance/binding.ts';
import { insertLevelFact } from '../../assurance/store.ts';
import type { LevelFactRow } from '../../assurance/store.ts';
import { openTransaction } from '../../assurance/transaction.ts';
import { lockAccountRow } from '../../accounts/store.ts';
import { sql } from '../../database.ts';
import { uuidv7 } from '../../keys/uuid.ts';
import { NOW, ORIGIN, after, openDomain } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

const zalo = (secondsAgo: number): LevelFactRow => ({
  level: 1,
  at: after(-secondsAgo),
  amr: ['zalo'],
  identity_source: null,
});
const vneid = (secondsAgo: number): LevelFactRow => ({
  level: 2,
  at: after(-secondsAgo),
  amr: ['vneid'],
  identity_source: 'vneid',
});
const code = (secondsAgo: number): LevelFactRow => ({
  level: 2,
  at: after(-secondsAgo),
  amr: ['otp', 'sms'],
  identity_source: 'vneid',
});
const seconds = (secondsAgo: number) => NOW.getTime() / 1000 - secondsAgo;
const nothing: Standing = { level: 0, authTime: undefined, amr: [], identitySource: undefined };

const table: readonly [title: string, facts: readonly LevelFactRow[], cap: 0 | 1 | 2 | undefined, stands: Standing][] = [
  ['no fact is no level', [], undefined, nothing],
  ['a Zalo login is level 1', [zalo(5)], undefined, { level: 1, authTime: seconds(5), amr: ['zalo'], identitySource: undefined }],
  ['the newest login counts', [zalo(5), zalo(50)], undefined, { level: 1, authTime: seconds(5), amr: ['zalo'], identitySource: undefined }],
  ['a proof is level 2 at its own time', [vneid(30), zalo(60)], undefined, { level: 2, authTime: seconds(30), amr: ['zalo', 'vneid', 'mfa'], identitySource: 'vneid' }],
  ['a later Zalo login does not freshen level 2', [vneid(30), zalo(5), zalo(60)], undefined, { level: 2, authTime: seconds(30), amr: ['zalo', 'vneid', 'mfa'], identitySource: 'vneid' }],
  ['the newest level 2 proof counts and methods add up', [code(10), vneid(30), zalo(60)], undefined, { level: 2, authTime: seconds(10), amr: ['zalo', 'vneid', 'otp', 'sms', 'mfa'], identitySource: 'vneid' }],
  ['a token kept at level 1 falls back to the login', [vneid(30), zalo(60)], 1, { level: 1, authTime: seconds(60), amr: ['zalo'], identitySource: undefined }],
  ['a token kept at level 1 has nothing without a login', [vneid(30)], 1, nothing],
  ['a token kept at level 0 has nothing', [vneid(30), zalo(60)], 0, nothing],
]; // prettier-ignore
for (const [title, facts, cap, stands] of table) {
  test(title, (t) => {
    t.deepEqual(standingOf(facts, cap), stands);
  });
}

const stands = (level: 0 | 1 | 2, secondsAgo: number | undefined): Standing => ({
  ...nothing,
  level,
  authTime: secondsAgo === undefined ? undefined : seconds(secondsAgo),
});
const satisfied: readonly [title: string, stands: Standing, want: { level: number; maxAgeSeconds?: number }, yes: boolean][] = [
  ['level 2 serves level 1', stands(2, 10), { level: 1 }, true],
  ['level 1 does not serve level 2', stands(1, 10), { level: 2 }, false],
  ['level 0 serves nothing', stands(0, undefined), { level: 1 }, false],
  ['a proof exactly as old as allowed counts', stands(2, 900), { level: 2, maxAgeSeconds: 900 }, true],
  ['one second more does not', stands(2, 901), { level: 2, maxAgeSeconds: 900 }, false],
  ['max_age 0 wants a proof of this second', stands(2, 1), { level: 2, maxAgeSeconds: 0 }, false],
  ['an age that is no number is never met', stands(2, 0), { level: 2, maxAgeSeconds: NaN }, false],
]; // prettier-ignore
for (const [title, have, want, yes] of satisfied) {
  test(title, (t) => {
    t.is(satisfies(have, want, NOW.getTime() / 1000), yes);
  });
}

const fact = (
  accountId: string,
  level: 1 | 2,
  more: { sessionUid?: string; transactionId?: string; at?: Date },
) =>
  insertLevelFact(
    house.db,
    {
      id: uuidv7(NOW),
      sessionUid: more.sessionUid,
      transactionId: more.transactionId,
      accountId,
      level,
      amr: level === 2 ? ['vneid'] : ['zalo'],
      identitySource: level === 2 ? 'vneid' : undefined,
    },
    more.at ?? NOW,
  );
const bind = async (accountId: string, personalNumber: string, now = NOW) =>
  bindIdentity(
    { ...house, origin: ORIGIN },
    {
      accountId,
      clientId: 'portal',
      identity: { source: 'vneid', issuer: 'https://vneid.example', upstreamSub: personalNumber, personalNumber, name: 'An', birthdate: '1990-06-15', checkId: 'c', organisation: 'VNeID' },
    },
    now,
  ); // prettier-ignore
const levelOf = async (accountId: string, sessionUid: string, now = NOW) =>
  (await standing(house.db, { accountId, sessionUid }, now)).level;

test('a proof stands eight hours and not a second longer', async (t) => {
  const accountId = await house.citizen();
  await bind(accountId, '999190000101');
  await fact(accountId, 2, { sessionUid: 's1' });
  await fact(accountId, 1, { sessionUid: 's1', at: after(3600) });
  t.is(await levelOf(accountId, 's1', after(28_800)), 2);
  t.is(await levelOf(accountId, 's1', after(28_801)), 1);
  t.is(await levelOf(accountId, 's1', after(3600 + 28_801)), 0);
});

test('however many Zalo logins follow, level 2 of the session stays', async (t) => {
  const accountId = await house.citizen();
  await bind(accountId, '999190000102');
  await fact(accountId, 2, { sessionUid: 's2' });
  for (let i = 1; i <= 25; i += 1) await fact(accountId, 1, { sessionUid: 's2', at: after(i) });
  const now = await standing(house.db, { accountId, sessionUid: 's2' }, after(60));
  t.is(now.level, 2);
  t.is(now.authTime, seconds(0));
});

test('level 2 of one session serves no other session and no other account', async (t) => {
  const [an, hien] = [await house.citizen(), await house.citizen()];
  await bind(an, '999190000103');
  await bind(hien, '999190000104');
  await fact(an, 2, { sessionUid: 's3' });
  t.is(await levelOf(an, 's3'), 2);
  t.is(await levelOf(an, 's3-other'), 0);
  t.is(await levelOf(hien, 's3'), 0);
});

test('without a binding there is no level 2, whatever was written', async (t) => {
  const accountId = await house.citizen();
  await fact(accountId, 2, { sessionUid: 's4' });
  await fact(accountId, 1, { sessionUid: 's4' });
  t.is(await levelOf(accountId, 's4'), 1);
});

test('level 2 ends with the binding: by its lifetime or because it was ended', async (t) => {
  const [an, hien] = [await house.citizen(), await house.citizen()];
  await bind(an, '999190000105');
  await bind(hien, '999190000106');
  await house.db.run(sql`update identity_binding set expires_at = ${after(600)} where account_id = ${an}`);
  for (const accountId of [an, hien]) await fact(accountId, 2, { sessionUid: `s5-${accountId}` });
  t.is(await levelOf(an, `s5-${an}`, after(599)), 2);
  t.is(await levelOf(an, `s5-${an}`, after(600)), 0);
  await house.db.run(
    sql`update identity_binding set ended_at = ${NOW}, end_reason = 'test' where account_id = ${hien}`,
  );
  t.is(await levelOf(hien, `s5-${hien}`), 0);
});

test('a locked account stands at nothing', async (t) => {
  const accountId = await house.citizen();
  await fact(accountId, 1, { sessionUid: 's6' });
  await lockAccountRow(house.db, accountId, 'lost phone', NOW);
  t.is(await levelOf(accountId, 's6'), 0);
});

test('logout ends the proofs of its session only; a lock those of the account', async (t) => {
  const accountId = await house.citizen();
  await fact(accountId, 1, { sessionUid: 's7' });
  await fact(accountId, 1, { sessionUid: 's8' });
  t.is(await revokeProofs(house.db, { sessionUid: 's7' }, NOW), 1);
  t.is(await levelOf(accountId, 's7'), 0);
  t.is(await levelOf(accountId, 's8'), 1);
  t.is(await revokeProofs(house.db, {}, NOW), 0, 'nobody is meant, nobody is hit');
  t.is(await revokeProofs(house.db, { accountId }, NOW), 1);
  t.is(await levelOf(accountId, 's8'), 0);
});

test('what was proven in an interaction belongs to the session that finished it', async (t) => {
  const accountId = await house.citizen();
  const tx = await openTransaction(house.db, { interactionUid: 'level-1', clientId: 'portal', accountId, level: 1, maxAgeSeconds: undefined, scopes: [] }, NOW); // prettier-ignore
  await fact(accountId, 1, { transactionId: tx.id });
  const underWay = { sessionUid: undefined, transactionId: tx.id, accountId };
  t.is((await standingUnderWay(house.db, underWay, NOW)).level, 1);
  t.is((await standingUnderWay(house.db, { ...underWay, transactionId: undefined }, NOW)).level, 0);
  t.is(await levelOf(accountId, 's9'), 0);
  t.is(await attachToSession(house.db, tx.id, accountId, 's9'), 1);
  t.is(await levelOf(accountId, 's9'), 1);
  t.is(await attachToSession(house.db, tx.id, accountId, 's10'), 0, 'once');
  t.is(await levelOf(accountId, 's10'), 0);
});

test('the proof of one account is never attached to a session of another', async (t) => {
  const [an, hien] = [await house.citizen(), await house.citizen()];
  const tx = await openTransaction(house.db, { interactionUid: 'level-2', clientId: 'portal', accountId: an, level: 1, maxAgeSeconds: undefined, scopes: [] }, NOW); // prettier-ignore
  await fact(an, 1, { transactionId: tx.id });
  t.is(await attachToSession(house.db, tx.id, hien, 's11'), 0);
});

test('a second proof of one level in one transaction adds its methods', async (t) => {
  const accountId = await house.citizen();
  await bind(accountId, '999190000107');
  const tx = await openTransaction(house.db, { interactionUid: 'level-3', clientId: 'portal', accountId, level: 2, maxAgeSeconds: undefined, scopes: [] }, NOW); // prettier-ignore
  const again = {
    sessionUid: 's12',
    transactionId: tx.id,
    accountId,
    level: 2,
    identitySource: 'vneid',
  } as const;
  await insertLevelFact(house.db, { ...again, id: uuidv7(NOW), amr: ['otp', 'sms'] }, NOW);
  await insertLevelFact(house.db, { ...again, id: uuidv7(NOW), amr: ['vneid', 'sms'] }, after(5));
  const now = await standing(house.db, { accountId, sessionUid: 's12' }, after(5));
  t.deepEqual(now.amr.toSorted(), ['mfa', 'otp', 'sms', 'vneid']);
  t.is(now.authTime, seconds(-5));
});
