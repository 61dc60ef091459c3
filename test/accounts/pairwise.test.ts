import test from 'ava';
import { pairwiseSub } from '../../accounts/pairwise.ts';
import { outdateAccount, outdateConsent, watermarksFor } from '../../accounts/watermark.ts';
import { openDatabase, sql } from '../../database.ts';
import { NOW, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

test('twenty first uses at once over two brokers give one id', async (t) => {
  const accountId = await house.citizen();
  const subs = await times(20, (i) => pairwiseSub(i % 2 === 0 ? house.db : house.second, accountId, 'hoso'));
  t.is(new Set(subs).size, 1);
});

test('also inside transactions', async (t) => {
  const accountId = await house.citizen();
  const subs = await times(8, (i) => {
    const db = i % 2 === 0 ? house.db : house.second;
    return db.transaction(() => pairwiseSub(db, accountId, 'hoso'));
  });
  t.is(new Set(subs).size, 1);
});

test('the id is random, stays, and says nothing of the account or the sector', async (t) => {
  const accountId = await house.citizen();
  const sub = await pairwiseSub(house.db, accountId, 'hoso');
  t.regex(sub, /^[A-Za-z0-9_-]{43}$/);
  t.is(await pairwiseSub(house.db, accountId, 'hoso'), sub);
  const another = openDatabase(house.url);
  t.is(await pairwiseSub(another, accountId, 'hoso'), sub, 'a broker started later');
  await another.close();
});

test('two sectors, and two people, have nothing in common', async (t) => {
  const [an, hien] = [await house.citizen(), await house.citizen()];
  const subs = [
    await pairwiseSub(house.db, an, 'hoso'),
    await pairwiseSub(house.db, an, 'phananh'),
    await pairwiseSub(house.db, hien, 'hoso'),
  ];
  t.is(new Set(subs).size, 3);
});

test('an id whose transaction rolled back is forgotten, however often it was asked for', async (t) => {
  const accountId = await house.citizen();
  const ghosts: string[] = [];
  await t.throwsAsync(
    house.db.transaction(async () => {
      ghosts.push(
        await pairwiseSub(house.db, accountId, 'hoso'),
        await pairwiseSub(house.db, accountId, 'hoso'),
      );
      throw new Error('later');
    }),
  );
  t.is(ghosts[0], ghosts[1]);
  const sub = await pairwiseSub(house.db, accountId, 'hoso');
  t.is(await pairwiseSub(house.second, accountId, 'hoso'), sub);
  const row = await house.db.row<{ sub: string }>(
    sql`select sub from pairwise_subject where account_id = ${accountId}`,
  );
  t.is(row?.sub, sub);
});

const service = { id: 'https://hoso.dichvu.tayninh.gov.vn', sector: 'hoso' };
const other = { id: 'https://phananh.dichvu.tayninh.gov.vn', sector: 'phananh' };
const consent = (consentId: string, minVersion: number) => ({
  consentId,
  minVersion,
  clientId: 'portal',
  serviceId: service.id,
});

test('a service hears of its own consents, at the highest version, for fifteen minutes', async (t) => {
  await outdateConsent(house.db, consent('c_one', 2), NOW);
  await outdateConsent(house.db, consent('c_one', 4), NOW);
  await outdateConsent(house.db, consent('c_one', 3), after(1));
  const mine = async (seconds: number) =>
    (await watermarksFor(house.db, service, after(seconds))).filter(({ k }) => k === 'consent');
  t.deepEqual(await mine(5), [{ k: 'consent', id: 'c_one', min_ver: 4 }]);
  t.deepEqual(await mine(902), []);
  t.deepEqual(
    (await watermarksFor(house.db, other, after(5))).filter(({ k }) => k === 'consent'),
    [],
  );
});

test('a service hears of a person under the id it knows, and of nobody it does not know', async (t) => {
  const [known, stranger] = [await house.citizen(), await house.citizen()];
  const sub = await pairwiseSub(house.db, known, 'hoso');
  await outdateAccount(house.db, { accountId: known }, NOW);
  await outdateAccount(house.db, { accountId: stranger, clientId: 'portal' }, NOW);
  const heard = await watermarksFor(house.db, service, after(5));
  const subs = heard.filter((entry) => entry.k === 'sub');
  t.deepEqual(subs, [{ k: 'sub', id: sub, min_iat: Math.floor(NOW.getTime() / 1000) + 1 }]);
  t.false(JSON.stringify(heard).includes(known));
});
