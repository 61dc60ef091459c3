import test from 'ava';
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { sql } from '../../database.ts';
import { lockAccountRow } from '../../accounts/store.ts';
import { useMiniApp } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import type { Reply, Rp } from '../support/rp.ts';
import { begin, meetCitizen, openDesk, poll, seenBy } from './desk.ts';
import type { Citizen } from './desk.ts';

// Whoever sits at a desk must not learn from the broker who is a citizen of ours.

let house: TestHouse;
let desk: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
  desk = await openDesk(house, 'tong-dai-1022');
});
test.after.always(() => house?.stop());

const strangersNumber = () => `tel:+8498${randomInt(1_000_000, 9_999_999)}`;
const shapeOf = ({ status, body, headers }: Reply) => ({
  status,
  members: Object.keys(body).toSorted(),
  expires: body['expires_in'],
  interval: body['interval'],
  idLength: String(body['auth_req_id']).length,
  headers: [...headers.keys()].filter((name) => name !== 'date').toSorted(),
});
async function disputed(): Promise<Citizen> {
  const [one, two] = [await meetCitizen(house), await meetCitizen(house)];
  // As after both answered our code at this number, before anybody settled whose it is.
  await house.db.run(sql`
    update phone set phone_key = (select phone_key from phone p join zalo_link l on l.account_id = p.account_id where l.zalo_id = ${one.person.zaloId} and p.ended_at is null)
    where ended_at is null and account_id = (select account_id from zalo_link where zalo_id = ${two.person.zaloId})`);
  return one;
}

async function contested(): Promise<Citizen> {
  const one = await meetCitizen(house);
  await house.db.run(sql`
    update phone set contested_at = now() where account_id = (select account_id from zalo_link where zalo_id = ${one.person.zaloId})`);
  return one;
}

async function locked(): Promise<Citizen> {
  const one = await meetCitizen(house);
  const row = await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${one.person.zaloId}`); // prettier-ignore
  await lockAccountRow(house.db, row?.account_id ?? '', 'lost_phone', new Date());
  return one;
}

test.serial(
  'a number nobody has, that two have, that is disputed, of a locked account, an id of nobody: the answer is the same',
  async (t) => {
    const known = await meetCitizen(house);
    const right = await begin(desk, known.tel);
    t.is(right.status, 200);
    const others = [
      strangersNumber(),
      (await disputed()).tel,
      (await contested()).tel,
      (await locked()).tel,
      'A'.repeat(43),
    ];
    for (const hint of others) {
      const reply = await begin(desk, hint);
      t.deepEqual(shapeOf(reply), shapeOf(right), hint.slice(0, 5));
      t.like((await poll(desk, reply)).body, { error: 'authorization_pending' });
    }
    const asked = await house.db.row<{ n: number }>(sql`select count(*) as n from assisted_request where account_id is null`); // prettier-ignore
    t.is(asked?.n, others.length, 'and nobody of ours was asked');
    t.is((await seenBy(house, known)).length, 1);
  },
);

test.serial('nor does the clock tell', async (t) => {
  const timed = async (hint: string) => {
    const startedAt = performance.now();
    await begin(desk, hint, { tn_operator: `Hoa, số ${randomInt(100, 999)}` });
    return performance.now() - startedAt;
  };
  const known = [await meetCitizen(house), await meetCitizen(house)];
  const times = { known: [] as number[], unknown: [] as number[] };
  for (const { tel } of known) {
    for (let turn = 0; turn < 3; turn += 1) {
      times.known.push(await timed(tel));
      times.unknown.push(await timed(strangersNumber()));
    }
  }
  for (const one of [...times.known, ...times.unknown]) t.true(one >= 250, String(one));
  const fastest = (all: number[]) => Math.min(...all);
  t.true(Math.abs(fastest(times.known) - fastest(times.unknown)) < 60, JSON.stringify(times));
});

test.serial(
  'the fourth request about a number in an hour is too many, known or not, and whichever way it is named',
  async (t) => {
    const known = await meetCitizen(house);
    for (const hint of [known.tel, strangersNumber()]) {
      for (let turn = 0; turn < 3; turn += 1) t.is((await begin(desk, hint)).status, 200);
      const fourth = await begin(desk, hint);
      t.is(fourth.status, 429, fourth.text);
      t.is(fourth.body['error'], 'slow_down');
      t.is(fourth.headers.get('retry-after'), '3600');
    }
    t.is((await seenBy(house, known)).length, 3);
  },
);

test.serial('however many desks ask about one number, the citizen is asked three times', async (t) => {
  const known = await meetCitizen(house);
  const desks = await Promise.all(['quay-1', 'quay-2', 'quay-3', 'quay-4'].map((id) => openDesk(house, id)));
  const replies = await Promise.all(desks.flatMap((one) => [begin(one, known.tel), begin(one, known.tel)]));
  t.is(replies.filter(({ status }) => status === 200).length, 3);
  t.is((await seenBy(house, known)).length, 3);
});

test.serial('one operator cannot try numbers all day', async (t) => {
  const one = await openDesk(house, 'quay-5');
  const statuses: number[] = [];
  for (let turn = 0; turn < 32; turn += 1)
    statuses.push((await begin(one, strangersNumber(), { tn_operator: 'Người dò số' })).status);
  t.deepEqual(statuses.filter((status) => status === 429).length, 2);
  t.is((await begin(one, strangersNumber(), { tn_operator: 'Người khác' })).status, 200);
});

test.serial('a request that is about nobody ends by itself, and the desk hears only that', async (t) => {
  const begun = await begin(desk, strangersNumber(), { requested_expiry: '1' });
  t.is(begun.body['expires_in'], 1);
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  t.like((await poll(desk, begun)).body, { error: 'expired_token' });
  const events = await house.db.rows<{ kind: string }>(sql`
    select e.kind from access_event e where e.kind like 'assisted.%' order by e.seq desc limit 1`);
  t.deepEqual(events, [{ kind: 'assisted.expired' }]);
});

test.serial('no request waits longer than ten minutes, whatever the desk wishes', async (t) => {
  t.is((await begin(desk, strangersNumber(), { requested_expiry: '3600' })).body['expires_in'], 600);
});
