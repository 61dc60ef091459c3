// Decision records: how many a second a database takes that commits to disk, what the row of an hour
// costs when everybody adds to it, and how fast a month of a busy service is on the page.
//     node bench/decisions.ts [--records 1000000] [--at-once 8]

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { takeDecisions, CAUSES, type Decided } from '../audit/decisions.ts';
import { countStepUps, countTokens, readFigures } from '../audit/service-figures.ts';
import { openDatabase, sql } from '../database.ts';
import { migrate } from '../migrations/migrate.ts';
import { openFolder } from '../sandbox/postgres-binaries.ts';
import { startPostgres } from '../sandbox/postgres.ts';
import { drawFigures } from '../web/service-owner-charts.ts';

const { values } = parseArgs({
  options: { records: { type: 'string', default: '1000000' }, 'at-once': { type: 'string', default: '8' } },
});
const [total, atOnce] = [Number(values.records), Number(values['at-once'])];
const BATCH = 500;
const HOUR_MS = 3_600_000;
const PAGE_TARGET_MS = 100;

const dataDir = join(openFolder(), `tnid-bench-${randomBytes(6).toString('hex')}`);
const postgres = await startPostgres({ dataDir, durable: true, temporary: true });
await migrate(postgres.url);
const db = openDatabase(postgres.url, { maxConnections: atOnce });
const now = new Date();
const actions = Array.from({ length: 12 }, (_, at) => `hoso.viec-${at}`);
const ownActions = new Set(actions);

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T; // never empty here
function record(at: Date): Decided {
  const allow = Math.random() < 0.85;
  return {
    decisionId: `d_${randomBytes(16).toString('hex')}`,
    at,
    action: pick(actions),
    allow,
    failed: allow ? [] : [pick(CAUSES)],
    subHash: randomBytes(16),
    clientId: 'portal',
    acr: 'https://id.tayninh.gov.vn/acr/2',
    ageSeconds: Math.floor(Math.random() * 900),
    catalogueVersion: 'cat-2026-11-22#9f3c',
    jtiHash: randomBytes(16),
    tookMs: 0.2 * 2 ** (Math.random() ** 3 * 9),
  };
}

async function batches(count: number, what: (turn: number) => { serviceId: string; at: () => Date }) {
  // Made before the clock starts: random bytes are not what is measured.
  const chunk = 200;
  let seconds = 0;
  for (let from = 0; from < count; from += chunk) {
    const turns = Array.from({ length: Math.min(chunk, count - from) }, (_, at) => from + at);
    const made = turns.map((turn) => {
      const { serviceId, at } = what(turn);
      return {
        serviceId,
        ownActions,
        dropped: 0,
        records: Array.from({ length: BATCH }, () => record(at())),
      };
    });
    const startedAt = performance.now();
    let next = 0;
    const lane = async () => {
      for (let handed = made[next++]; handed !== undefined; handed = made[next++])
        await takeDecisions(db, handed, now);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    seconds += (performance.now() - startedAt) / 1000;
  }
  return seconds;
}

async function median(times: number, work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const startedAt = performance.now();
    await work();
    took.push(performance.now() - startedAt);
  }
  return took.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;
const busy = 'https://hoso.dichvu.tayninh.gov.vn';
const say = (what: string, result: string) => console.log(`${what.padEnd(58)} ${result}`);

// 1. A month of one service.
const monthAgo = now.getTime() - 29 * 24 * HOUR_MS;
const spread = () => new Date(monthAgo + Math.random() * (now.getTime() - monthAgo));
const fill = await batches(total / BATCH, () => ({ serviceId: busy, at: spread }));
say(`records taken, one service, over 700 hours, ${atOnce} at once`, `${Math.round(total / fill)}/s`);

// 2. Everybody adds to the same hour, and nobody does.
const inNow = () => now;
const [one, many] = [
  await batches(400, () => ({ serviceId: 'https://mot', at: inNow })),
  await batches(400, (turn) => ({ serviceId: `https://nhieu-${turn % atOnce}`, at: inNow })),
];
say('batches of 500 into one hour of one service', `${Math.round(400 / one)}/s`);
say('the same into one hour of a service each', `${Math.round(400 / many)}/s`);
const single = await median(40, () => takeDecisions(db, { serviceId: 'https://le', ownActions, dropped: 0, records: Array.from({ length: 20 }, () => record(now)) }, now)); // prettier-ignore
say('one batch of 20 alone', ms(single));

// 3. What the broker's own paths pay.
const issued = (serviceId: string, n: number) =>
  Array.from({ length: n }, () => ({ event: { kind: 'token.issued', outcome: 'ok', actor: 'self', serviceId } as const, now })); // prettier-ignore
say('tokens of a flush counted (100 tokens of 3 services)', ms(await median(100, () => countTokens(db, ['a', 'b', 'c'].flatMap((name) => issued(`https://${name}`, 33)))))); // prettier-ignore
const shared = issued('https://chung', 100);
const flushes = 800;
const startedAt = performance.now();
await Promise.all(Array.from({ length: atOnce }, async () => {
  for (let n = 0; n < flushes / atOnce; n += 1) await countTokens(db, shared); // prettier-ignore
})); // prettier-ignore
say(`flushes of ${atOnce} processes into one row`, `${Math.round(flushes / ((performance.now() - startedAt) / 1000))}/s (${atOnce * 10}/s is the most they make)`); // prettier-ignore

const begun = async (count: number) => {
  await db.run(sql`
    insert into authn_tx (id, kind, interaction_key, client_id, want_level, scopes, display_code, state, created_at, expires_at)
    select gen_random_uuid(), 'web', decode(md5(n::text || ${randomBytes(8).toString('hex')}::text), 'hex'), 'portal', 2, array['openid', 'svc:hoso:nop'], 'TN-10', 'evidence',
      ${now}::timestamptz - (n % 7200) * interval '1 second', ${now}
    from generate_series(1, ${count}::int) n`);
};
await begun(50_000);
say('step-ups counted again (50 000 in the last two hours)', ms(await median(10, () => countStepUps(db, [{ id: busy, scopes: ['svc:hoso:nop', 'svc:hoso:xem'] }], now)))); // prettier-ignore

// 4. The page.
await db.run(sql`analyze service_hour`);
const rows = await db.row<{ n: number }>(
  sql`select count(*) as n from service_hour where service_id = ${busy}`,
);
// One connection, so that the server's part can be read off its process. On a busy machine only the CPU says something.
const reader = openDatabase(postgres.url, { maxConnections: 1 });
const backend = (await reader.row<{ pid: number }>(sql`select pg_backend_pid() as pid`))?.pid ?? 0;
async function page(period: '24h' | '30d'): Promise<string> {
  const work = () => readFigures(reader, { serviceId: busy, period }, now);
  await median(5, work);
  const [server, own] = [await backendCpuMs(), process.cpuUsage()];
  const wall = await median(30, work);
  const used = process.cpuUsage(own);
  const cpu = ((await backendCpuMs()) - server + (used.user + used.system) / 1000) / 30;
  return `${ms(wall)}, CPU ${ms(cpu)}`;
}
async function backendCpuMs(): Promise<number> {
  const stat = await readFile(`/proc/${backend}/stat`, 'utf8').catch(() => '');
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(ticks[11] ?? 0) + Number(ticks[12] ?? 0)) * 10; // a tick is 10 ms
}
say(`figures of 24 hours (${total} records, ${rows?.n ?? 0} rows of counts)`, await page('24h'));
say(`figures of 30 days (target ≤ ${PAGE_TARGET_MS} ms)`, await page('30d'));
const figures = await readFigures(db, { serviceId: busy, period: '30d' }, now);
const sample = {
  slots: figures.slots.map((slot) => ({ ...slot, label: '22/11', name: '22/11/2026' })),
  causes: figures.causes,
  actions: figures.actions.map(({ action, allowed, refused }) => ({ title: action, allowed, refused })),
};
await drawFigures(sample, 'vi');
say('ten drawings of the page', ms(await median(10, () => drawFigures(sample, 'vi'))));
const size = await db.row<{ heap: number; all: number }>(sql`
  select pg_relation_size('decision_record') as heap, pg_total_relation_size('decision_record') as all`);
const kept = await db.row<{ n: number }>(sql`select count(*) as n from decision_record`);
say('bytes a record on disk, with its index', String(Math.round((size?.all ?? 0) / (kept?.n ?? 1))));

await Promise.all([db.close(), reader.close()]);
await postgres.stop();
