// POST /decisions: what a service's guard decided (protocol §10.9).

import test from 'ava';
import { sql } from '../../database.ts';
import { startTwoBrokers, type TwoBrokers } from '../support/two-brokers.ts';
import { ask, DOSSIERS, REPORTS } from '../support/rp.ts';
import { createSender, nowSeconds, record, type Sender } from './decisions-sender.ts';

let brokers: TwoBrokers;
let hoso: Sender;
let phananh: Sender;
test.before(async () => {
  brokers = await startTwoBrokers();
  hoso = await createSender(brokers.house, 'hoso', DOSSIERS);
  phananh = await createSender(brokers.house, 'phananh', REPORTS);
});
test.after.always(() => brokers?.stop());

const rowsOf = async (serviceId: string): Promise<number> =>
  (await brokers.house.db.row<{ n: number }>(sql`select count(*) as n from decision_record where service_id = ${serviceId}`))?.n ?? 0; // prettier-ignore
const sumOf = async (serviceId: string, kind: string): Promise<number> =>
  (await brokers.house.db.row<{ n: number }>(sql`select coalesce(sum(n), 0)::bigint as n from service_hour where service_id = ${serviceId} and kind = ${kind}`))?.n ?? 0; // prettier-ignore

test.serial('a batch is taken with 202, and sent again it is known', async (t) => {
  const records = [record(), record({ allow: false, failed: ['level'], took_ms: undefined })];
  const first = await hoso.send({ records, dropped: 3 });
  t.is(first.status, 202);
  t.deepEqual(first.body, { accepted: 2, known: 0 });
  t.is(first.headers.get('cache-control'), 'no-store');
  t.deepEqual((await hoso.send({ records, dropped: 3 })).body, { accepted: 0, known: 2 });
  t.is(await sumOf(DOSSIERS, 'dropped'), 3);
});

test.serial('the same batch at two brokers at once counts once', async (t) => {
  const before = [await rowsOf(DOSSIERS), await sumOf(DOSSIERS, 'allowed')];
  const records = Array.from({ length: 200 }, () => record());
  const replies = await brokers.race(10, (at, turn) => hoso.send({ records: turn % 3 === 0 ? records.toReversed() : records }, { at })); // prettier-ignore
  t.deepEqual(new Set(replies.map(({ status }) => status)), new Set([202]));
  t.is(replies.reduce((sum, { body }) => sum + Number(body['accepted']), 0), 200); // prettier-ignore
  t.deepEqual([await rowsOf(DOSSIERS), await sumOf(DOSSIERS, 'allowed')], before.map((n) => n + 200)); // prettier-ignore
});

test.serial('500 records are taken in one go, 501 are not', async (t) => {
  const many = Array.from({ length: 501 }, () => record());
  const before = await rowsOf(DOSSIERS);
  t.is((await hoso.send({ records: many })).status, 400);
  t.is(await rowsOf(DOSSIERS), before);
  t.deepEqual((await hoso.send({ records: many.slice(1) })).body, { accepted: 500, known: 0 });
});

test.serial('a service writes about itself only, whatever it names', async (t) => {
  const before = await rowsOf(DOSSIERS);
  const foreign = await phananh.send({ records: [record({ action: 'hoso.nop' })] });
  t.is(foreign.status, 400);
  t.is(foreign.body['detail'], 'records[0].action');
  // A guard asked about an action that is not its service's refuses it; that refusal is the service's own.
  t.is((await phananh.send({ records: [record({ action: 'hoso.nop', allow: false, failed: ['action'] })] })).status, 202); // prettier-ignore
  t.is(await rowsOf(DOSSIERS), before);
  t.is(await rowsOf(REPORTS), 1);
  const row = await brokers.house.db.row(sql`select name, n from service_hour where service_id = ${REPORTS} and kind = 'action_refused'`); // prettier-ignore
  t.deepEqual(row, { name: '*', n: 1 });
  for (const member of ['service', 'service_id', 'aud'])
    t.is(
      (await phananh.send({ records: [record({ action: 'phananh.gui', [member]: DOSSIERS })] })).status,
      400,
    );
  t.is((await phananh.send({ records: [], service_id: DOSSIERS, dropped: 1 })).status, 400);
});

const wrong: readonly [string, Record<string, unknown>, string][] = [
  ['from the day before yesterday', { ts: nowSeconds() - 49 * 3_600 }, 'ts'],
  ['from the future', { ts: nowSeconds() + 120 }, 'ts'],
  ['from the year 40000', { ts: 1.2e12 }, 'ts'],
  ['at no time', { ts: null }, 'ts'],
  ['at half a second', { ts: nowSeconds() + 0.5 }, 'ts'],
  ['that took less than nothing', { took_ms: -1 }, 'took_ms'],
  ['that took the number as text', { took_ms: '1' }, 'took_ms'],
  ['with an age beyond an integer', { age: 3e9 }, 'age'],
  ['of nobody’s id', { decision_id: 'd_' }, 'decision_id'],
  [
    'with an id that closes a string',
    { decision_id: "d_1111111111111111'); drop table service_hour;--" },
    'decision_id',
  ],
  ['with SQL for an action', { action: "x'); drop table decision_record;--" }, 'action'],
  ['with HTML for an action', { action: '<script>alert(1)</script>' }, 'action'],
  ['with a NUL in it', { action: 'hoso.\u0000xem' }, 'action'],
  ['with a very long action', { action: 'a'.repeat(101) }, 'action'],
  ['with the person’s own id', { sub_hash: '079090012345' }, 'sub_hash'],
  ['with a name for a client', { client: 'Nguyễn Văn An' }, 'client'],
  ['allowed and failed', { failed: ['level'] }, 'allow'],
  ['refused for nothing', { allow: false }, 'allow'],
  ['with a reason in free text', { allow: false, failed: ['Người dân 079090012345'] }, 'failed[0]'],
  ['without an id', { decision_id: undefined }, 'decision_id'],
];

test.serial(
  'records of a wrong shape are refused whole, with their place and without their value',
  async (t) => {
    const before = await rowsOf(DOSSIERS);
    for (const [what, over, place] of wrong) {
      const reply = await hoso.send({ records: [record(), record(over)] });
      t.is(reply.status, 400, what);
      t.is(reply.headers.get('content-type'), 'application/problem+json', what);
      t.deepEqual(Object.keys(reply.body), ['type', 'title', 'status', 'detail'], what);
      t.is(reply.body['detail'], `records[1].${place}`, what);
    }
    t.is(await rowsOf(DOSSIERS), before);
    const log = brokers.house.logged.join('\n');
    for (const secret of ['drop table', '<script>', '079090012345', 'Nguyễn Văn An'])
      t.false(log.includes(secret));
  },
);

test.serial('a refused record under a name no catalogue has is kept, without the name', async (t) => {
  const names = [
    "x'); drop table decision_record;--",
    '<script>alert(2)</script>',
    'hoso.Nộp',
    'hồ sơ 079090012345',
  ];
  const records = names.map((action) => record({ action, allow: false, failed: ['action'] }));
  t.deepEqual((await hoso.send({ records })).body, { accepted: 4, known: 0 });
  const ids = records.map((one) => String(one['decision_id']));
  const rows = await brokers.house.db.rows(sql`select distinct action from decision_record where decision_id = any(${ids})`); // prettier-ignore
  t.deepEqual(rows, [{ action: '*' }]);
});

test.serial('bodies that are no batch are refused', async (t) => {
  const bodies = ['', 'null', '[]', '{}', '{"records":NaN}', '{"records":[{"ts":NaN}]}', '{"records":{}}', '{"records":[null]}', '{"records":[[]]}', '{"records":[],"dropped":-1}', '{"records":[],"dropped":1e400}', '{"records":[],"__proto__":{"x":1}}', '[' .repeat(50_000)]; // prettier-ignore
  for (const body of bodies) t.is((await hoso.send(body)).status, 400, body.slice(0, 40));
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json-seq', ''])
    t.is((await hoso.send({ records: [] }, { type })).status, 415, type);
  t.is((await hoso.send({ records: [] })).status, 202, 'nothing to say is a batch');
});

test.serial('10 MB are refused unread, announced or not', async (t) => {
  const body = `{"records":[],"x":"${'a'.repeat(10_000_000)}"}`;
  // fetch may notice that the connection closes while it still sends, before it reads the answer.
  const announced = await hoso.send(body).catch((error: unknown) => error);
  t.true(announced instanceof TypeError || Reflect.get(Object(announced), 'status') === 413);
  const exact = await hoso.send(`{"records":[],"x":"${'a'.repeat(256 * 1024)}"}`);
  t.is(exact.status, 413);
  t.is((await hoso.send({ records: [record()] })).status, 202, 'and the next batch is taken');
});

test.serial('who has no token, another scope, or another’s proof gets nothing in', async (t) => {
  const { house } = brokers;
  const bare = await ask(`${house.issuer}/decisions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ records: [record()] }) }); // prettier-ignore
  t.is(bare.status, 401);
  const reader = await createSender(house, 'hoso-reader', DOSSIERS, 'tn:revocations');
  const reply = await reader.send({ records: [record()] });
  t.is(reply.status, 403);
  t.regex(reply.headers.get('www-authenticate') ?? '', /insufficient_scope/);
  t.is((await hoso.send({ records: [record()] }, { headers: { dpop: 'x.y.z' } })).status, 401);
  for (const method of ['GET', 'PUT', 'DELETE'])
    t.is((await ask(`${house.issuer}/decisions`, { method })).status, 404);
});
