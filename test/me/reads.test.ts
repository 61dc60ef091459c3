import { createHash, randomBytes } from 'node:crypto';
import test from 'ava';
import { findReads, READ_DAYS } from '../../audit/reads.ts';
import { recordAccess } from '../../audit/record.ts';
import { sql } from '../../database.ts';
import { REPORT, tokenFor, useMiniApp } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsIn } from '../support/launch.ts';
import { createSender, record } from '../web/decisions-sender.ts';
import type { Sender } from '../web/decisions-sender.ts';
import { accountOf, call, openOwn } from './account.ts';
import type { Own } from './account.ts';

let house: TestHouse;
let reports: Sender;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  reports = await createSender(house, 'phananh', REPORT.resource);
});
test.after.always(() => house?.stop());

type Day = { date: string; service: string; title: string; count: number; by: string };
type Listed = { since: string; more: boolean; days: Day[] };

const listOf = async (own: Own): Promise<Listed> =>
  (await call(house, own, '/me/reads')).body as unknown as Listed; // the shape asserted below
const written = () => new Promise((resolve) => setTimeout(resolve, 400)); // the log is written a moment later
const hashOf = (token: string) => createHash('sha256').update(String(claimsIn(token)['sub'])).digest('hex').slice(0, 32); // prettier-ignore
const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Ho_Chi_Minh' }).format(new Date());

test('what was given out and what a service did with it stand there in words', async (t) => {
  const own = await openOwn(house);
  const token = await tokenFor(house, own, REPORT);
  const sub_hash = hashOf(token);
  const sent = { action: 'phananh.gui', sub_hash, client: 'miniapp' };
  const said = await reports.send({ records: [record(sent), record(sent), record({ ...sent, allow: false, failed: ['level'] })] }); // prettier-ignore
  t.is(said.status, 202, said.text);
  await written();
  const { days, more } = await listOf(own);
  t.false(more);
  const service = 'Phản ánh hiện trường';
  const line = (title: string) => days.find((day) => day.title === title);
  t.deepEqual(line('Gửi phản ánh'), { date: today(), service, title: 'Gửi phản ánh', count: 2, by: 'Tây Ninh Smart' }); // prettier-ignore
  t.like(line('Được biết là bạn đang dùng tiện ích này'), { service, count: 1, by: 'Tây Ninh Smart' });
  t.like(line('Mở hồ sơ của chính bạn'), { service: 'Tây Ninh ID' });
});

test('only what is about this person is listed', async (t) => {
  const [own, other] = [await openOwn(house), await openOwn(house)];
  const token = await tokenFor(house, own, REPORT);
  await reports.send({ records: [record({ action: 'phananh.gui', sub_hash: hashOf(token) })] });
  await written();
  t.true((await listOf(own)).days.some(({ title }) => title === 'Gửi phản ánh'));
  t.false((await listOf(other)).days.some(({ title }) => title === 'Gửi phản ánh'));
});

test('data that left, officers and registers are named, and no number, id or officer is', async (t) => {
  const own = await openOwn(house);
  const accountId = await accountOf(house, own);
  const staff = randomBytes(8).toString('hex');
  const at = { accountId, outcome: 'ok' } as const;
  await recordAccess(house.db, 'localhost', { ...at, kind: 'claims.released', actor: 'self', clientId: 'miniapp', serviceId: REPORT.resource, details: { claims: ['phone_number', 'name', `${house.issuer}/claims/personal_number`], consent_ver: 3 } }, new Date()); // prettier-ignore
  await recordAccess(house.db, 'localhost', { ...at, kind: 'counter.checked', actor: 'operator', details: { staff, commune: '25459', check: 'c-1' } }, new Date()); // prettier-ignore
  await recordAccess(house.db, 'localhost', { ...at, kind: 'counter.checked', actor: 'operator', details: { staff, commune: '99999' } }, new Date()); // prettier-ignore
  await recordAccess(house.db, 'localhost', { ...at, kind: 'stepup.card', actor: 'self', clientId: 'miniapp' }, new Date()); // prettier-ignore
  await recordAccess(house.db, 'localhost', { ...at, kind: 'stepup.card', outcome: 'refused', actor: 'self', clientId: 'gone' }, new Date()); // prettier-ignore
  await recordAccess(house.db, 'localhost', { ...at, kind: 'token.issued', actor: 'self', clientId: 'gone', serviceId: 'https://gone.example' }, new Date()); // prettier-ignore
  const { text } = await call(house, own, '/me/reads');
  const { days } = await listOf(own);
  const find = (part: string) => days.filter(({ title }) => title.includes(part));
  t.is(find('Nhận thông tin về bạn')[0]?.title, 'Nhận thông tin về bạn: số định danh cá nhân, họ và tên, số điện thoại'); // prettier-ignore
  t.deepEqual(find('tại quầy').map(({ by, service }) => `${by} | ${service}`).toSorted(), ['cán bộ quầy một cửa | Tây Ninh ID', 'cán bộ quầy một cửa, phường Tân Ninh | Tây Ninh ID']); // prettier-ignore
  t.deepEqual(find('dữ liệu dân cư').map(({ count, by }) => ({ count, by })), [{ count: 1, by: 'Tây Ninh ID, khi bạn xác minh' }]); // prettier-ignore
  t.is(
    days.find(({ service }) => service === 'https://gone.example')?.by,
    'một ứng dụng nay không còn đăng ký',
  );
  for (const hidden of [staff, accountId, 'c-1', '25459', 'token.issued', 'jti', 'd_']) t.false(text.includes(hidden), hidden); // prettier-ignore
});

test('what is older than ninety days is not listed, and a day is a day in Việt Nam', async (t) => {
  const own = await openOwn(house);
  const accountId = await accountOf(house, own);
  const event = { kind: 'counter.claimed', outcome: 'ok', actor: 'operator', accountId } as const;
  const now = new Date('2031-05-20T18:30:00.000Z');
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
  await recordAccess(house.db, 'localhost', event, daysAgo(READ_DAYS + 1));
  await recordAccess(house.db, 'localhost', event, daysAgo(READ_DAYS - 1));
  await recordAccess(house.db, 'localhost', event, now);
  const { reads, since } = await findReads(house.db, accountId, new Date(now.getTime() + 1));
  t.deepEqual(reads.map(({ date }) => date), ['2031-05-21', '2031-02-21']); // prettier-ignore
  t.is(since.toISOString(), new Date(now.getTime() + 1 - READ_DAYS * 86_400_000).toISOString());
});

test('however much there is, five hundred lines are shown and the rest is said to be there', async (t) => {
  const own = await openOwn(house);
  const accountId = await accountOf(house, own);
  await house.db.run(sql`
    select append_access_event(gen_random_uuid(), ${accountId}, gen_random_uuid(), 'l', 'token.issued', 'ok', 'self', 'c' || n, 's' || n, now(), '{}', '', '')
    from generate_series(1, 700) n`);
  const { days, more } = await listOf(own);
  t.is(days.length, 500);
  t.true(more);
});

test('among a hundred thousand decisions of others it reads only those of the person', async (t) => {
  await house.db.run(sql`
    insert into decision_record (service_id, decision_id, at, received_at, action, allow, failed, sub_hash)
    select 'other', 'd_' || n, now(), now(), 'x.y', true, '{}', substring(sha256(n::text::bytea) for 16) from generate_series(1, 100000) n`);
  await house.db.run(sql`analyze decision_record`);
  const own = await openOwn(house);
  const accountId = await accountOf(house, own);
  const plan = await house.db.rows<{ 'QUERY PLAN': string }>(sql`
    explain select at, action from decision_record
    where sub_hash = any(array(
        select substring(sha256(convert_to(sub, 'UTF8')) for 16) from pairwise_subject where account_id = ${accountId}))
      and allow and at > now() - interval '90 days' order by at desc limit 5000`);
  t.regex(plan.map((line) => line['QUERY PLAN']).join('\n'), /decision_record_person/);
  const startedAt = performance.now();
  await findReads(house.db, accountId, new Date());
  t.true(performance.now() - startedAt < 500);
});

test('whoever asks without pause is told to wait', async (t) => {
  const own = await openOwn(house);
  const all = await Promise.all(Array.from({ length: 34 }, () => call(house, own, '/me/reads')));
  const refused = all.filter(({ status }) => status === 429);
  t.is(refused.length, 4);
  t.is(refused[0]?.headers.get('retry-after'), '60');
  t.is(all.length - refused.length, all.filter(({ status }) => status === 200).length);
});
