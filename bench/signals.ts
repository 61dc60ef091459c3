// Events to a hundred services: what the outbox costs the change that fills it, and how soon a hundred
// push receivers know. bench/watermark.ts measures the feed.
// `node bench/signals.ts [--services 100] [--rounds 5]`

import { createServer } from 'node:http';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { createClientFetch } from '../adapters/client-calls/fetch.ts';
import { createPushReceiver } from '../adapters/client-calls/push.ts';
import { openDatabase, sql } from '../database.ts';
import { openEnvelope } from '../keys/envelope.ts';
import { loadSigningKeys } from '../keys/signing-keys.ts';
import { openVault } from '../keys/vault.ts';
import { migrate } from '../migrations/migrate.ts';
import { openFolder } from '../sandbox/postgres-binaries.ts';
import { startPostgres } from '../sandbox/postgres.ts';
import { openSignals } from '../signals/desk.ts';
import { createStream } from '../signals/streams.ts';
import { tellServices } from '../signals/tell.ts';
import { outdateAccount } from '../accounts/watermark.ts';

const { values } = parseArgs({ options: { services: { type: 'string', default: '100' }, rounds: { type: 'string', default: '5' } } }); // prettier-ignore
const serviceCount = Number(values.services);
const rounds = Number(values.rounds);
const ISSUER = 'https://id.tayninh.gov.vn';
const CHANGE = { kind: 'session-revoked', by: 'user', reason: 'signed_out' } as const;

const postgres = await startPostgres({ dataDir: join(openFolder(), `tnid-signals-${randomBytes(4).toString('hex')}`), durable: true, temporary: true }); // prettier-ignore
await migrate(postgres.url);
const db = openDatabase(postgres.url, { maxConnections: 10 });
const envelope = openEnvelope(randomBytes(32).toString('base64url'));
const vault = await openVault(db, envelope, new Date());
const services = Array.from({ length: serviceCount }, (_, index) => ({ id: `https://dv${index}.example`, sector: `dv${index}` })); // prettier-ignore
const accountId = await citizen();

console.log(`node ${process.version}, ${serviceCount} services, ${rounds} rounds`);
await measureCost('the change alone, nobody listens: tellServices in its transaction');
const told = await measurePush();
await measureCost(`the same with ${serviceCount} streams that know the person`);
report('commit → 202 of every push receiver', told);
await db.close();
await postgres.stop();

async function citizen(): Promise<string> {
  const id = randomUUID();
  await db.run(sql`insert into account (id, created_at) values (${id}, now())`);
  for (const { sector } of services)
    await db.run(sql`insert into pairwise_subject (account_id, sector, sub) values (${id}, ${sector}, ${randomUUID()})`); // prettier-ignore
  return id;
}

/** A transaction with one write, with and without the telling; one after the other, alternating. */
async function measureCost(title: string): Promise<void> {
  const change = () => outdateAccount(db, { accountId, clientId: 'bench' }, new Date());
  const tell = () => tellServices(db, { accountId, changes: [CHANGE] }, new Date());
  const bare: number[] = [];
  const telling: number[] = [];
  for (let turn = 0; turn < 400; turn += 1) {
    const at = performance.now();
    await db.transaction(change);
    const between = performance.now();
    await db.transaction(async () => {
      await change();
      await tell();
    });
    if (turn < 100) continue; // warming up
    bare.push(between - at);
    telling.push(performance.now() - between);
  }
  console.log(`${title}: p50 ${ms(at(bare, 0.5))} without, ${ms(at(telling, 0.5))} with`);
  await db.run(sql`delete from watermark`);
  await db.run(sql`update signal_event set done_at = now(), outcome = 'dropped' where done_at is null`);
}

async function measurePush(): Promise<number[]> {
  let round: { at: number; took: number[]; done: () => void } | undefined;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(202).end();
      if (round === undefined) return;
      round.took.push(performance.now() - round.at);
      if (round.took.length === serviceCount) round.done();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const host = `localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const receiver = createPushReceiver(createClientFetch([host]), { intranetHosts: [host] });
  const house = { db, vault, issuer: ISSUER, origin: 'id.tayninh.gov.vn', receiver };
  for (const service of services)
    await createStream(house, { clientId: 'may', service }, { delivery: { method: 'push', url: `http://${host}/${service.sector}` } }, new Date()); // prettier-ignore
  const desk = openSignals({ ...house, acrBase: `${ISSUER}/acr/`, clock: () => new Date(), log: () => {}, loadKeys: () => loadSigningKeys(db, envelope, 'signal', new Date()) }); // prettier-ignore
  await desk.keys();
  const silence = await db.listen(desk.worker.channel, () => void desk.worker.work());
  const tick = setInterval(() => void desk.worker.work(), desk.worker.everyMs); // as operations/workers.ts does
  const all: number[] = [];
  for (let count = 0; count < rounds; count += 1) {
    const took: number[] = [];
    // From just before the commit: what a receiver hears before it is counted as it is.
    const { promise, resolve } = Promise.withResolvers<void>();
    round = { at: performance.now(), took, done: resolve };
    await db.transaction(() => tellServices(db, { accountId, changes: [CHANGE] }, new Date()));
    await promise;
    all.push(...took);
    round = undefined;
  }
  clearInterval(tick);
  await silence();
  await desk.stop();
  server.close();
  return all;
}

function report(title: string, took: readonly number[]): void {
  console.log(`${title}: p50 ${ms(at(took, 0.5))}, p95 ${ms(at(took, 0.95))}, p100 ${ms(at(took, 1))}`);
}

function at(list: readonly number[], share: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}
