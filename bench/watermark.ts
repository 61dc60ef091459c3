// How soon a hundred services know of a watermark: real guards, each with a client of its own, polling a
// real broker every five seconds over HTTP. Guards and broker share this process, so it is an upper bound.
// `node bench/watermark.ts [--guards 100] [--rounds 3]`

import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { saveClient } from '../adapters/oidc-storage/clients.ts';
import { outdateAccount } from '../accounts/watermark.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import { sql } from '../database.ts';
import { migrate } from '../migrations/migrate.ts';
import { createGuard } from '../packages/guard/guard.ts';
import { openFolder } from '../sandbox/postgres-binaries.ts';
import { startPostgres } from '../sandbox/postgres.ts';
import { clientKey, serviceClient, startHouse } from '../test/support/broker.ts';

const { values } = parseArgs({ options: { guards: { type: 'string', default: '100' }, rounds: { type: 'string', default: '3' } } }); // prettier-ignore
const guardCount = Number(values.guards);
const rounds = Number(values.rounds);

const postgres = await startPostgres({ dataDir: join(openFolder(), `tnid-feed-${randomBytes(4).toString('hex')}`), durable: true, temporary: true }); // prettier-ignore
await migrate(postgres.url);
const house = await startHouse(postgres.url);
const { services } = await loadCatalogue(new URL('../policies/services', import.meta.url).pathname);
const key = await clientKey();

// Who heard which person's id when: read from the answers on their way into each guard.
const heard = new Map<string, number[]>();
const listening: typeof globalThis.fetch = async (input, init) => {
  const response = await fetch(input, init);
  const { url } = response;
  if (!url.endsWith('/revocations') || response.status !== 200) return response;
  const text = await response.text();
  for (const [sub, times] of heard) if (text.includes(sub)) times.push(performance.now());
  return new Response(text, { status: 200, headers: response.headers });
};

const guards = [];
for (let index = 0; index < guardCount; index += 1) {
  const service = services[index % services.length];
  if (service === undefined) throw new Error('the catalogue is empty');
  await saveClient(house.db, serviceClient(`may-${index}`, service.id, key), new Date());
  const client = { clientId: `may-${index}`, privateKey: key.privateJwk };
  guards.push({ sector: service.sector, guard: createGuard({ issuer: house.issuer, audience: service.id, baseUrl: service.id, client, fetch: listening, report: 'off' }) }); // prettier-ignore
}
for (const { guard } of guards) await guard.start();
console.log(`node ${process.version}: ${guardCount} guards poll, ${rounds} rounds`);

const all: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const accountId = randomUUID();
  await house.db.run(sql`insert into account (id, created_at) values (${accountId}, now())`);
  // The same id everywhere here, so that one look at an answer finds it.
  const subs = new Map<string, string>();
  for (const sector of new Set(guards.map((one) => one.sector))) {
    const sub = randomUUID();
    subs.set(sector, sub);
    heard.set(sub, []);
    await house.db.run(sql`insert into pairwise_subject (account_id, sector, sub) values (${accountId}, ${sector}, ${sub})`); // prettier-ignore
  }
  await house.db.transaction(() => outdateAccount(house.db, { accountId }, new Date()));
  const committed = performance.now();
  const perSector = Map.groupBy(guards, ({ sector }) => sector);
  // Each guard's first answer that names the person; a guard that asks twice counts once at most.
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  for (const [sector, members] of perSector) {
    const times = (heard.get(subs.get(sector) ?? '') ?? []).slice(0, members.length);
    if (times.length < members.length) throw new Error('a guard heard nothing');
    all.push(...times.map((time) => time - committed));
  }
  heard.clear();
}
const sorted = all.toSorted((a, b) => a - b);
const atShare = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0); // prettier-ignore
console.log(`commit → heard by a guard: p50 ${atShare(0.5)} ms, p95 ${atShare(0.95)} ms, p100 ${atShare(1)} ms of ${sorted.length}`); // prettier-ignore
for (const { guard } of guards) await guard.stop();
await house.stop();
await postgres.stop();
