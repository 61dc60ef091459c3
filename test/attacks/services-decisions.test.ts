// A service that hands in decisions to spoil its own figures, another's, or the house.

import { randomBytes } from 'node:crypto';
import test from 'ava';
import { sql } from '../../database.ts';
import { DOSSIERS, REPORTS } from '../support/rp.ts';
import { startHouse, type TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createSender, nowSeconds, record, type Sender } from '../web/decisions-sender.ts';

let house: TestHouse;
let hoso: Sender;
let phananh: Sender;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  hoso = await createSender(house, 'hoso', DOSSIERS);
  phananh = await createSender(house, 'phananh', REPORTS);
});
test.after.always(() => house?.stop());

const counts = () => house.db.rows(sql`select service_id, kind, name, n from service_hour order by 1, 2, 3`);
const shut = async (
  t: { is(a: unknown, b: unknown, what?: string): unknown },
  body: unknown,
  what: string,
) => {
  const reply = await hoso.send(body);
  t.is(reply.status, 400, `${what}: ${reply.text.slice(0, 200)}`);
};

test.serial('no text in any member is an error of ours, and none is kept', async (t) => {
  const odd = ['\u0000', '\ud800', '\u202e', 'é', '', ' ', '%00', "'||pg_sleep(9)||'", '<b>', '{}', 'x'.repeat(100_000)];
  for (const text of odd)
    for (const member of ['decision_id', 'failed', 'sub_hash', 'client', 'acr', 'pol', 'jti_hash', 'ts', 'took_ms', 'age', 'allow', 'khac']) {
      // The printable ones are names a client or a level could have.
      if (['client', 'acr', 'pol'].includes(member) && /^[\x21-\x7e]{1,100}$/.test(text)) continue;
      const value = member === 'failed' ? [text] : text;
      await shut(t, { records: [record({ allow: member !== 'failed', [member]: value })] }, `${member} ${JSON.stringify(text.slice(0, 20))}`);
    }
  for (const number of ['-1', '1e400', 'NaN', '1e308', '-0.5', '9007199254740993', '1'.repeat(400)])
    for (const member of ['ts', 'age', 'took_ms'])
      await shut(t, JSON.stringify({ records: [record({ [member]: '§' })] }).replace('"§"', number), `${member} ${number}`);
  for (const body of ['', '[]', 'null', '{}', '{"records":{}}', '{"records":[[]]}', '{"records":[null]}', `{"records":${'['.repeat(100_000)}`, `${'{"records":'.repeat(10_000)}`, '{"records":[],"dropped":-1}', '{"records":[],"dropped":1e99}', '{"records":[],"__proto__":{"dropped":1}}'])
    await shut(t, body, body.slice(0, 40));
  t.is((await hoso.send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('latin1'))).status, 400);
  t.is((await hoso.send(`{"records":[]}${' '.repeat(270_000)}`)).status, 413);
  t.is((await hoso.send('records=', { type: 'application/x-www-form-urlencoded' })).status, 415);
  t.deepEqual(await counts(), []);
  t.is((await house.db.rows(sql`select 1 from decision_record`)).length, 0);
}); // prettier-ignore

test.serial('an id another service used is free for this one, and one that comes twice with two answers is one', async (t) => {
  const one = record({ action: 'hoso.xem' });
  t.is((await hoso.send({ records: [one] })).body['accepted'], 1);
  const twin = { ...one, action: 'phananh.khong-co', allow: false, failed: ['action'] };
  t.is((await phananh.send({ records: [twin] })).body['accepted'], 1);
  t.is((await hoso.send({ records: [{ ...one, allow: false, failed: ['level'] }] })).body['accepted'], 0, 'what was said stands');
  const id = `d_${randomBytes(16).toString('hex')}`;
  const both = [record({ decision_id: id }), record({ decision_id: id, allow: false, failed: ['level'] })];
  t.is((await hoso.send({ records: both })).status, 202);
  const rows = await house.db.rows<{ n: number }>(sql`select sum(n)::int as n from service_hour where service_id = ${DOSSIERS} and kind in ('allowed', 'refused')`);
  t.is(rows[0]?.n, 2);
  const kept = await house.db.rows<{ n: number }>(sql`select count(*)::int as n from decision_record where service_id = ${DOSSIERS}`);
  t.is(kept[0]?.n, 2);
}); // prettier-ignore

test.serial('times at the edge of what is taken make no more hours than there are', async (t) => {
  const hours = async () => (await house.db.rows(sql`select distinct hour from service_hour where service_id = ${DOSSIERS}`)).length; // prettier-ignore
  const spread = Array.from({ length: 500 }, (_, at) => record({ ts: nowSeconds() - at * 345 }));
  t.is((await hoso.send({ records: spread })).status, 202);
  t.true((await hours()) <= 50);
  const names = Array.from({ length: 500 }, (_, at) => record({ action: `ten-la.${at}`, allow: false, failed: ['khac-la'] })); // prettier-ignore
  t.is((await hoso.send({ records: names })).status, 202);
  const kinds = await house.db.rows(sql`select distinct kind, name from service_hour where service_id = ${DOSSIERS} and kind in ('action_refused', 'cause')`); // prettier-ignore
  t.true(kinds.length <= 6, 'names that are not the catalogue’s are one');
});
