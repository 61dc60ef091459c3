import test from 'ava';
import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { recordAccess } from '../../audit/record.ts';
import type { AccessEvent } from '../../audit/record.ts';
import { sql } from '../../database.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

const entrySchema = z.strictObject({
  v: z.literal(1),
  eid: z.string(),
  k: z.string(),
  t: z.string(),
  s: z.string(),
  n: z.number(),
  p: z.string(),
  b: z.string(),
});
type Row = {
  event_id: string;
  n: number;
  stream_id: string;
  log_id: string;
  entry: Buffer;
  body: Buffer;
  opening: Buffer;
};

const chainOf = (accountId: string) =>
  house.db.rows<Row>(sql`
    select e.event_id, e.n, e.stream_id, e.log_id, e.entry, e.body, e.opening
    from access_event e join audit_stream s using (stream_id) where s.account_id = ${accountId} order by e.n`);
const login = (accountId: string | undefined, details: AccessEvent['details'] = {}): AccessEvent => ({
  kind: 'login.zalo',
  outcome: 'ok',
  actor: 'self',
  accountId,
  clientId: 'portal',
  details,
});

function assertChain(rows: readonly Row[]): void {
  let previous = Buffer.alloc(32);
  for (const [index, row] of rows.entries()) {
    const entry = entrySchema.parse(JSON.parse(row.entry.toString()));
    const facts = [
      entry.n === index + 1,
      row.n === entry.n,
      entry.eid === row.event_id,
      entry.s === row.stream_id,
    ];
    const linked = entry.p === previous.toString('base64url');
    const opened = entry.b === createHmac('sha256', row.opening).update(row.body).digest('base64url');
    if (!facts.every(Boolean) || !linked || !opened) throw new Error(`the chain breaks at ${index + 1}: ${row.entry.toString()}`); // prettier-ignore
    previous = createHash('sha256').update(row.entry).digest();
  }
}

test('events of one account are numbered without gaps and chained under twenty writers of two brokers', async (t) => {
  const accountId = await house.citizen();
  await times(20, (i) =>
    recordAccess(i % 2 === 0 ? house.db : house.second, ORIGIN, login(accountId, { i }), NOW),
  );
  const rows = await chainOf(accountId);
  t.is(rows.length, 20);
  t.notThrows(() => assertChain(rows));
});

test('an event that rolls back leaves no gap', async (t) => {
  const accountId = await house.citizen();
  await recordAccess(house.db, ORIGIN, login(accountId), NOW);
  await t.throwsAsync(
    house.db.transaction(async () => {
      await recordAccess(house.db, ORIGIN, login(accountId), NOW);
      throw new Error('later');
    }),
  );
  await recordAccess(house.db, ORIGIN, login(accountId), NOW);
  const rows = await chainOf(accountId);
  t.is(rows.length, 2);
  t.notThrows(() => assertChain(rows));
});

test('several events of one transaction follow one another', async (t) => {
  const accountId = await house.citizen();
  await house.db.transaction(async () => {
    for (const kind of ['stepup.vneid', 'identity.bound', 'stepup.completed'] as const)
      await recordAccess(house.db, ORIGIN, { ...login(accountId), kind }, NOW);
  });
  const rows = await chainOf(accountId);
  t.notThrows(() => assertChain(rows));
  t.deepEqual(
    rows.map(({ entry }) => entrySchema.parse(JSON.parse(entry.toString())).k),
    ['stepup.vneid', 'identity.bound', 'stepup.completed'],
  );
});

test('an entry is one line with its time in UTC, and names its log by year', async (t) => {
  const accountId = await house.citizen();
  const newYear = new Date('2026-12-31T23:59:59.007Z');
  await recordAccess(house.db, ORIGIN, login(accountId), newYear);
  await recordAccess(house.db, ORIGIN, login(accountId), new Date('2027-01-01T00:00:00.000Z'));
  const [old, young] = await chainOf(accountId);
  t.is(old?.log_id, 'id.tayninh.gov.vn/access/2026');
  t.is(young?.log_id, 'id.tayninh.gov.vn/access/2027');
  t.is(entrySchema.parse(JSON.parse(old?.entry.toString() ?? '')).t, '2026-12-31T23:59:59.007Z');
  t.false(old?.entry.toString().includes('\n'));
});

test('an event about nobody we know has a stream of its own', async (t) => {
  const at = after(3_000_000);
  await recordAccess(house.db, ORIGIN, login(undefined), at);
  await recordAccess(house.db, ORIGIN, login(undefined), at);
  const rows = await house.db.rows<Row>(sql`
    select event_id, n, stream_id, log_id, entry, body, opening from access_event where event_time = ${at}`);
  t.is(rows.length, 2);
  t.not(rows[0]?.stream_id, rows[1]?.stream_id);
  for (const row of rows) t.notThrows(() => assertChain([row]));
});

test('entry and body name no account, and the same event commits differently each time', async (t) => {
  const accountId = await house.citizen();
  await recordAccess(house.db, ORIGIN, login(accountId, { account: 'known' }), NOW);
  await recordAccess(house.db, ORIGIN, login(accountId, { account: 'known' }), NOW);
  const rows = await chainOf(accountId);
  for (const { entry, body, stream_id: stream } of rows) {
    t.false(`${entry.toString()}${body.toString()}`.includes(accountId));
    t.not(stream, accountId);
    t.deepEqual(JSON.parse(body.toString()), { account: 'known', kind: 'login.zalo', outcome: 'ok' });
  }
  const commitments = rows.map(({ entry }) => entrySchema.parse(JSON.parse(entry.toString())).b);
  t.not(commitments[0], commitments[1]);
});

test('words of a caller inside details cannot break the entry', async (t) => {
  const accountId = await house.citizen();
  await recordAccess(house.db, ORIGIN, login(accountId, { reason: '"}\n{"v":1,"k":"forged"' }), NOW);
  const rows = await chainOf(accountId);
  t.notThrows(() => assertChain(rows));
});

test('nobody changes or removes an event', async (t) => {
  const accountId = await house.citizen();
  await recordAccess(house.db, ORIGIN, login(accountId), NOW);
  await t.throwsAsync(house.db.run(sql`update access_event set outcome = 'failed'`), {
    message: /insert only/,
  });
  await t.throwsAsync(house.db.run(sql`delete from access_event`), { message: /insert only/ });
});
