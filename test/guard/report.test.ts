// Decision records on their way to the broker.

import test from 'ava';
import { z } from 'zod';
import { createReporter } from '../../packages/guard/sources/report.ts';
import type { DecisionRecord } from '../../packages/guard/guard.ts';
import { setUp } from './setting.ts';

const batch = z.strictObject({
  records: z.array(z.looseObject({ decision_id: z.string(), took_ms: z.number() })),
  dropped: z.int().optional(),
});
type Batch = z.infer<typeof batch>;

const recordWith = (id: string, more: Partial<DecisionRecord> = {}): DecisionRecord => ({
  decision_id: id,
  action: 'hoso.nop',
  allow: true,
  failed: [],
  ts: 1_795_366_800,
  took_ms: 0.25,
  ...more,
});

/** A broker that answers with the next status, and what it was sent. */
function brokerWith(statuses: (number | 'silent')[]) {
  const batches: Batch[] = [];
  const bodies: string[] = [];
  const urls: string[] = [];
  return {
    batches,
    bodies,
    urls,
    client: {
      assertion: async () => ({}),
      get: async () => ({ status: 500, headers: new Headers(), text: '' }),
      async post(url: string, json: string) {
        urls.push(url);
        bodies.push(json);
        batches.push(batch.parse(JSON.parse(json)));
        const status = statuses.shift() ?? 202;
        if (status === 'silent') throw new Error('timeout');
        return { status, headers: new Headers(), text: '' };
      },
    },
  };
}

// Only stop() sends: the interval is longer than any test.
const rules = { intervalMs: 3_600_000 };
const ids = ({ records }: Batch): string[] => records.map(({ decision_id: id }) => id);

test('records reach the broker when the guard stops, with the time the check took', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  const guard = await start();
  t.is(await ask(guard), 'allowed');
  t.is(await ask(guard, { purposes: [] }), '403 insufficient_scope');
  await guard.stop();
  const sent = issuer.requests.filter(({ path }) => path === '/decisions');
  t.is(sent.length, 1);
  t.is(sent[0]?.headers['content-type'], 'application/json');
  t.is(sent[0]?.headers.authorization, 'DPoP service-token');
  const { records } = batch.parse(JSON.parse(sent[0]?.body ?? ''));
  t.deepEqual(
    records.map(({ allow }) => allow),
    [true, false],
  );
  for (const { took_ms: tookMs } of records) {
    t.true(tookMs > 0 && tookMs < 10_000, String(tookMs));
    t.is(Math.round(tookMs * 1000) / 1000, tookMs, 'three decimals');
  }
  const written = sent[0]?.body ?? '';
  t.false(written.includes('pairwise-1'), 'no subject');
});

test('records reach the broker by themselves while the guard runs', async (t) => {
  t.timeout(20_000, 'no record reached the broker');
  const { start, ask, issuer } = await setUp(t);
  const arrived = new Promise<void>((resolve) => {
    issuer.overrides.set('/decisions', () => {
      resolve();
      return { status: 202 };
    });
  });
  const guard = await start({ reportIntervalMs: 10 });
  t.is(await ask(guard), 'allowed');
  await arrived;
  t.pass();
});

test('nothing is sent when reports are off, and by a guard without a client', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  const guard = await start({ report: 'off' });
  t.is(await ask(guard), 'allowed');
  await guard.stop();
  t.false(issuer.hits.includes('/decisions'));
});

test('a broker that takes no records neither fails nor delays a check', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  issuer.overrides.set('/decisions', () => ({ status: 500 }));
  const guard = await start({ reportIntervalMs: 1 });
  for (let i = 0; i < 5; i += 1) t.is(await ask(guard), 'allowed');
});

test('a record that the service could not write is reported as not given', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  const guard = await start({
    onDecision: () => {
      throw new Error('disk full');
    },
  });
  t.is(await ask(guard), '503');
  await guard.stop();
  const sent = issuer.requests.find(({ path }) => path === '/decisions');
  t.like(batch.parse(JSON.parse(sent?.body ?? '')).records[0], { allow: false, failed: ['unavailable'] });
});

test('a batch has at most 500 records and 256 KiB', async (t) => {
  const broker = brokerWith([]);
  const reporter = createReporter('https://id.example', broker.client, rules);
  reporter.start();
  for (let i = 0; i < 1001; i += 1) reporter.add(recordWith(`d_${i}`));
  await reporter.stop();
  t.deepEqual(
    broker.batches.map(({ records }) => records.length),
    [500, 500, 1],
  );
  t.deepEqual([...new Set(broker.urls)], ['https://id.example/decisions']);

  const long = brokerWith([]);
  const wide = createReporter('https://id.example', long.client, rules);
  wide.start();
  // Letters of three bytes: characters are not bytes.
  for (let i = 0; i < 300; i += 1) wide.add(recordWith(`d_${i}`, { action: 'ế'.repeat(1000) }));
  await wide.stop();
  t.true(long.bodies.length > 3);
  for (const body of long.bodies) t.true(Buffer.byteLength(body) <= 256 * 1024);
  t.is(long.batches.flatMap(ids).length, 300);
});

test('what the broker did not take is sent again in the same order and with the same ids', async (t) => {
  for (const failure of [503, 401, 429, 'silent'] as const) {
    const broker = brokerWith([failure]);
    const reporter = createReporter('https://id.example', broker.client, { intervalMs: 5 });
    reporter.add(recordWith('d_1'));
    reporter.add(recordWith('d_2'));
    reporter.start();
    while (broker.batches.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await reporter.stop();
    t.deepEqual(
      broker.batches.map(ids),
      [
        ['d_1', 'd_2'],
        ['d_1', 'd_2'],
      ],
      String(failure),
    );
  }
});

test('a batch that the broker will never take does not hold up the rest, and is counted', async (t) => {
  const broker = brokerWith([400]);
  const reporter = createReporter('https://id.example', broker.client, rules);
  reporter.start();
  for (let i = 0; i < 501; i += 1) reporter.add(recordWith(`d_${i}`));
  await reporter.stop();
  t.deepEqual(
    broker.batches.map(({ records, dropped }) => [records.length, dropped]),
    [
      [500, undefined],
      [1, 500],
    ],
  );
});

test('memory is bounded: the oldest records are dropped and counted once', async (t) => {
  const broker = brokerWith(['silent']);
  const reporter = createReporter('https://id.example', broker.client, { ...rules, maxHeld: 10 });
  reporter.start();
  for (let i = 0; i < 25; i += 1) reporter.add(recordWith(`d_${i}`));
  await reporter.stop();
  t.like(broker.batches[0], { dropped: 15 });
  t.deepEqual(ids(broker.batches[0] ?? { records: [] })[0], 'd_15');
  // Not taken, so the count is still owed.
  reporter.start();
  reporter.add(recordWith('d_25'));
  await reporter.stop();
  t.like(broker.batches[1], { dropped: 16 });
  reporter.start();
  reporter.add(recordWith('d_26'));
  await reporter.stop();
  t.is(broker.batches[2]?.dropped, undefined);
});
