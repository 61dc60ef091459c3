import { randomBytes, randomUUID } from 'node:crypto';
import test from 'ava';
import { createBatch } from '../../audit/batch.ts';
import { takeDecisions } from '../../audit/decisions.ts';
import type { Decided, Handed } from '../../audit/decisions.ts';
import { countStepUps, readFigures } from '../../audit/service-figures.ts';
import { openTransaction } from '../../assurance/transaction.ts';
import { insertLevelFact } from '../../assurance/store.ts';
import { sql } from '../../database.ts';
import { removeExpired } from '../../operations/clean-up.ts';
import { after, NOW, openDomain, ORIGIN, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain?.close());

let services = 0;
const newService = () => `https://thu-${(services += 1)}.dichvu.tayninh.gov.vn`;

const decided = (over: Partial<Decided> = {}): Decided => ({
  decisionId: `d_${randomBytes(16).toString('hex')}`,
  at: NOW,
  action: 'hoso.xem',
  allow: (over.failed ?? []).length === 0,
  failed: [],
  subHash: randomBytes(16),
  clientId: 'portal',
  acr: undefined,
  ageSeconds: undefined,
  catalogueVersion: 'cat-2026-11-22#0000',
  jtiHash: undefined,
  tookMs: undefined,
  ...over,
});
const handed = (serviceId: string, records: readonly Decided[], dropped = 0): Handed => ({
  serviceId,
  ownActions: new Set(['hoso.xem', 'hoso.nop']),
  records,
  dropped,
});
const figuresOf = (serviceId: string, now = NOW) => readFigures(domain.db, { serviceId, period: '24h' }, now);
const kept = async (serviceId: string) =>
  (await domain.db.row<{ n: number }>(sql`select count(*) as n from decision_record where service_id = ${serviceId}`))?.n; // prettier-ignore

test('a batch that is sent twenty times at once to two brokers counts once', async (t) => {
  const serviceId = newService();
  const records = Array.from({ length: 300 }, (_, at) => decided(at % 3 === 0 ? { failed: ['level'] } : {}));
  const accepted = await times(20, (turn) =>
    // Each in an order of its own: two batches that insert in opposite orders would wait in a circle.
    takeDecisions(
      turn % 2 === 0 ? domain.db : domain.second,
      handed(serviceId, turn % 4 < 2 ? records : records.toReversed(), 7),
      NOW,
    ),
  );
  t.is(accepted.reduce((sum, n) => sum + n, 0), 300); // prettier-ignore
  t.is(await kept(serviceId), 300);
  t.like(await figuresOf(serviceId), {
    allowed: 200,
    refused: 100,
    dropped: 7,
    causes: [{ cause: 'level', n: 100 }],
  });
});

test('batches that overlap lose nothing and count nothing twice', async (t) => {
  const serviceId = newService();
  const records = Array.from({ length: 100 }, () => decided());
  const accepted = await times(
    10,
    (turn) =>
    takeDecisions(turn % 2 === 0 ? domain.db : domain.second, handed(serviceId, records.slice(turn * 10 - 5 < 0 ? 0 : turn * 10 - 5, turn * 10 + 10)), NOW), // prettier-ignore
  );
  t.is(accepted.reduce((sum, n) => sum + n, 0), 100); // prettier-ignore
  t.is((await figuresOf(serviceId)).allowed, 100);
});

test('an id twice in one batch is one record', async (t) => {
  const serviceId = newService();
  const record = decided({ tookMs: 1 });
  t.is(await takeDecisions(domain.db, handed(serviceId, [record, record]), NOW), 1);
  t.like(await figuresOf(serviceId), { allowed: 1, refused: 0 });
});

test('two services may use the same id, and each has its own counts', async (t) => {
  const [one, other] = [newService(), newService()];
  const record = decided();
  t.is(await takeDecisions(domain.db, handed(one, [record]), NOW), 1);
  t.is(
    await takeDecisions(domain.db, handed(other, [{ ...record, allow: false, failed: ['scope'] }]), NOW),
    1,
  );
  t.like(await figuresOf(one), { allowed: 1, refused: 0 });
  t.like(await figuresOf(other), { allowed: 0, refused: 1 });
});

test('the row that answered is the cause, and causes add up to refusals', async (t) => {
  const serviceId = newService();
  const reasons = [
    ['level', 'scope', 'consent'],
    ['scope'],
    ['no-token'],
    ['brand-new-reason'],
    ['unavailable'],
  ];
  await takeDecisions(domain.db, handed(serviceId, reasons.map((failed) => decided({ failed }))), NOW); // prettier-ignore
  const { causes, refused } = await figuresOf(serviceId);
  t.deepEqual(causes.map(({ cause, n }) => `${cause} ${n}`).toSorted(), ['level 1', 'no-token 1', 'other 1', 'scope 1', 'unavailable 1']); // prettier-ignore
  t.is(causes.reduce((sum, { n }) => sum + n, 0), refused); // prettier-ignore
  const rows = await domain.db.rows<{ failed: string[] }>(sql`select failed from decision_record where service_id = ${serviceId}`); // prettier-ignore
  t.deepEqual(
    rows.map(({ failed }) => failed.length).toSorted((a, b) => a - b),
    [1, 1, 1, 1, 3],
    'the record keeps them all',
  );
});

test('names that are not the service’s own are one line, however many are invented', async (t) => {
  const serviceId = newService();
  const invented = Array.from({ length: 50 }, (_, at) =>
    decided({ action: `ten-la-${at}`, failed: ['action'] }),
  );
  await takeDecisions(domain.db, handed(serviceId, [...invented, decided()]), NOW);
  t.deepEqual((await figuresOf(serviceId)).actions, [
    { action: 'hoso.xem', allowed: 1, refused: 0 },
    { action: '*', allowed: 0, refused: 50 },
  ]);
});

test('percentiles are within a tenth of the truth over four orders of magnitude', async (t) => {
  const serviceId = newService();
  const took = Array.from({ length: 500 }, (_, at) => 0.1 * 10_000 ** (at / 499));
  await takeDecisions(domain.db, handed(serviceId, took.map((tookMs) => decided({ tookMs }))), NOW); // prettier-ignore
  const { latency, slots } = await figuresOf(serviceId);
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const) {
    // prettier-ignore
    const truth = 0.1 * 10_000 ** share;
    t.true(
      Math.abs((latency?.[name] ?? 0) / truth - 1) < 0.1,
      `${name} ${latency?.[name]} is about ${truth}`,
    );
  }
  t.deepEqual(slots.at(-1)?.latency, latency);
});

test('late records go to the hour in which they happened, and the last one is the newest', async (t) => {
  const serviceId = newService();
  const [now, before] = [decided({ at: after(-60) }), decided({ at: after(-3 * 3_600) })];
  await takeDecisions(domain.db, handed(serviceId, [now]), NOW);
  await takeDecisions(domain.db, handed(serviceId, [before]), after(30));
  const { slots, lastRecordAt } = await figuresOf(serviceId);
  t.deepEqual(slots.map(({ allowed }) => allowed).slice(-5), [0, 1, 0, 1, 0]);
  t.deepEqual(lastRecordAt, after(-60));
});

test('a month is counted in days of Việt Nam', async (t) => {
  const serviceId = newService();
  // 16:59 and 17:00 UTC are the two sides of midnight.
  const records = ['2026-11-20T16:59:00Z', '2026-11-20T17:00:00Z'].map((at) => decided({ at: new Date(at) }));
  await takeDecisions(domain.db, handed(serviceId, records), NOW);
  const { slots } = await readFigures(domain.db, { serviceId, period: '30d' }, NOW);
  t.is(slots.length, 30);
  t.deepEqual(slots.filter(({ allowed }) => allowed > 0).map(({ from }) => from.toISOString()), ['2026-11-19T17:00:00.000Z', '2026-11-20T17:00:00.000Z']); // prettier-ignore
});

test('a record is never changed, and is kept for its year', async (t) => {
  const serviceId = newService();
  const [recent, old] = [
    decided({ at: new Date() }),
    decided({ at: new Date(Date.now() - 367 * 86_400_000) }),
  ];
  await takeDecisions(domain.db, handed(serviceId, [recent, old]), NOW);
  await t.throwsAsync(domain.db.run(sql`update decision_record set allow = false, failed = '{x}' where service_id = ${serviceId}`)); // prettier-ignore
  await t.throwsAsync(
    domain.db.run(sql`delete from decision_record where decision_id = ${recent.decisionId}`),
  );
  await removeExpired(domain.db);
  t.is(await kept(serviceId), 1);
});

async function begin(accountId: string, scopes: readonly string[], at: Date, level: 1 | 2 = 2) {
  const wanted = { interactionUid: randomUUID(), clientId: 'portal', accountId, level, maxAgeSeconds: undefined, scopes }; // prettier-ignore
  return openTransaction(domain.db, wanted, at);
}

const reach = (tx: { id: string }, accountId: string, at: Date) =>
  insertLevelFact(domain.db, { id: randomUUID(), sessionUid: undefined, transactionId: tx.id, accountId, level: 2, amr: ['vneid'], identitySource: 'vneid' }, at); // prettier-ignore

test('step-ups count at each service whose scopes they are for, and reaching level 2 counts once', async (t) => {
  const [one, other] = [newService(), newService()];
  const known = [
    { id: one, scopes: ['svc:mot:a', 'svc:mot:b'] },
    { id: other, scopes: ['svc:hai:a'] },
  ];
  const accountId = await domain.citizen();
  const tx = await begin(accountId, ['openid', 'svc:mot:a', 'svc:mot:b'], after(-60));
  await begin(accountId, ['svc:mot:a', 'svc:hai:a'], after(-50));
  await begin(accountId, ['svc:mot:a'], after(-40), 1);
  await begin(accountId, ['svc:mot:a'], after(-30 * 3_600));
  await countStepUps(domain.db, known, NOW);
  t.like(await figuresOf(one), { started: 2, reached: 0 });
  await reach(tx, accountId, after(-10));
  await times(10, (turn) => countStepUps(turn % 2 === 0 ? domain.db : domain.second, known, NOW));
  t.like(await figuresOf(one), { started: 2, reached: 1 });
  t.like(await figuresOf(other), { started: 1, reached: 0 });
});

test('tokens for people are counted with their events, by service', async (t) => {
  const [one, other] = [newService(), newService()];
  const accountId = await domain.citizen();
  const lost: number[] = [];
  const batches = [domain.db, domain.second].map((db) => createBatch(db, ORIGIN, (n) => lost.push(n)));
  for (const [turn, batch] of batches.entries())
    for (let n = 0; n < 40; n += 1) {
      const serviceId = n % 4 === turn ? other : one;
      batch.add(
        { kind: 'token.issued', outcome: 'ok', actor: 'self', accountId, clientId: 'portal', serviceId },
        NOW,
      );
    }
  await Promise.all(batches.map((batch) => batch.stop()));
  t.deepEqual(lost, []);
  t.is((await figuresOf(one)).tokens, 60);
  t.is((await figuresOf(other)).tokens, 20);
});
