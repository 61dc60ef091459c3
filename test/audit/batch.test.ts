import test from 'ava';
import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createBatch } from '../../audit/batch.ts';
import type { AccessEvent } from '../../audit/record.ts';
import { openDatabase, sql } from '../../database.ts';
import { NOW, ORIGIN, openDomain } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

const issued = (accountId: string, i: number): AccessEvent => ({
  kind: 'token.issued',
  outcome: 'ok',
  actor: 'self',
  accountId,
  details: { i },
});
const written = async (accountId: string) =>
  (
    await house.db.rows<{ body: Buffer }>(sql`
    select body from access_event join audit_stream s using (stream_id) where s.account_id = ${accountId} order by access_event.n`)
  ).map(({ body }) => (JSON.parse(body.toString()) as { i: number }).i); // prettier-ignore -- written by `issued`
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

test('events gathered are written a moment later, each account in its order', async (t) => {
  const accounts = [await house.citizen(), await house.citizen(), await house.citizen()];
  const batch = createBatch(house.db, ORIGIN, () => t.fail());
  for (const i of numbers(60)) batch.add(issued(accounts[i % 3] ?? '', Math.floor(i / 3)), NOW);
  for (let waits = 0; waits < 40 && (await written(accounts[2] ?? '')).length < 20; waits += 1)
    await pause(100);
  for (const accountId of accounts) t.deepEqual(await written(accountId), numbers(20));
  await batch.stop();
});

test('stopping writes what is waiting', async (t) => {
  const accountId = await house.citizen();
  const batch = createBatch(house.db, ORIGIN, () => t.fail());
  batch.add(issued(accountId, 0), NOW);
  await batch.stop();
  t.deepEqual(await written(accountId), [0]);
});

test('two brokers that write the same accounts at once neither lose nor block', async (t) => {
  const accounts = [await house.citizen(), await house.citizen(), await house.citizen()];
  const batches = [
    createBatch(house.db, ORIGIN, () => t.fail()),
    createBatch(house.second, ORIGIN, () => t.fail()),
  ];
  for (const i of numbers(60))
    for (const batch of batches) batch.add(issued(accounts[(i * 7) % 3] ?? '', i), NOW);
  await Promise.all(batches.map((batch) => batch.stop()));
  const counts = await Promise.all(accounts.map(async (accountId) => (await written(accountId)).length));
  t.is(
    counts.reduce((all, one) => all + one, 0),
    120,
  );
});

test('a database outage delays events and keeps their order', async (t) => {
  const accountId = await house.citizen();
  const line = await openLine(house.url);
  const db = openDatabase(line.url, { maxConnections: 2 });
  const batch = createBatch(db, ORIGIN, () => t.fail());
  batch.add(issued(accountId, 0), NOW);
  await batch.flush();
  line.cut();
  for (const i of [1, 2, 3]) batch.add(issued(accountId, i), NOW);
  await batch.flush();
  batch.add(issued(accountId, 4), NOW);
  await pause(300);
  t.deepEqual(await written(accountId), [0]);
  line.mend();
  for (let waits = 0; waits < 40 && (await written(accountId)).length < 5; waits += 1) await pause(100);
  t.deepEqual(await written(accountId), numbers(5));
  await batch.stop();
  await db.close();
  line.close();
});

test('what cannot be written before the stop is counted as lost', async (t) => {
  const accountId = await house.citizen();
  const line = await openLine(house.url);
  line.cut();
  const db = openDatabase(line.url, { maxConnections: 2 });
  let lost = 0;
  const batch = createBatch(db, ORIGIN, (count) => (lost += count));
  batch.add(issued(accountId, 0), NOW);
  batch.add(issued(accountId, 1), NOW);
  await batch.stop();
  t.is(lost, 2);
  await db.close();
  line.close();
});

test('one event that cannot be written does not hold up the others, and is told', async (t) => {
  const accountId = await house.citizen();
  let lost = 0;
  const batch = createBatch(house.db, ORIGIN, (count) => (lost += count));
  batch.add(issued(accountId, 0), NOW);
  batch.add(issued('00000000-0000-7000-8000-000000000000', 1), NOW); // no such account
  batch.add(issued(accountId, 2), NOW);
  await batch.stop();
  t.deepEqual(await written(accountId), [0, 2]);
  t.is(lost, 1);
});

/** A TCP line to PostgreSQL that the test can cut and mend. */
async function openLine(databaseUrl: string) {
  const to = new URL(databaseUrl);
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    if (isCut) return void socket.destroy();
    const far = connect(Number(to.port), to.hostname);
    for (const one of [socket, far]) {
      open.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        socket.destroy();
        far.destroy();
      });
    }
    socket.pipe(far).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  const url = Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(port) }).href;
  return {
    url,
    cut() {
      isCut = true;
      for (const socket of open) socket.destroy();
      open.clear();
    },
    mend() {
      isCut = false;
    },
    close: () => server.close(),
  };
}
