import test from 'ava';
import { sql } from '../../database.ts';
import { loadCatalogue } from '../../catalogue/load.ts';
import { tellServices } from '../../signals/tell.ts';
import { pairwiseSub } from '../../accounts/pairwise.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, DOSSIERS, INSURANCE, REPORTS } from '../support/rp.ts';
import { accountOf, LEVEL_ONE, meet, signIn } from '../support/visitor.ts';
import { openDoor } from './http.ts';
import type { Door } from './http.ts';
import { eventsOf } from './services.ts';

const PUSH = 'urn:ietf:rfc:8935';

let house: TestHouse;
let reports: Door;
let dossiers: Door;
let insurance: Door;
let accountId: string;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  reports = await openDoor(house, 'phananh', REPORTS);
  dossiers = await openDoor(house, 'hoso', DOSSIERS);
  insurance = await openDoor(house, 'bhyt', INSURANCE);
  const visitor = await meet(house);
  await signIn(await createPortal(house, 'cong-thu'), visitor, LEVEL_ONE);
  accountId = await accountOf(house, visitor);
  const { serviceById } = await loadCatalogue(new URL('../../policies/services', import.meta.url).pathname);
  for (const id of [DOSSIERS, INSURANCE]) await pairwiseSub(house.db, accountId, serviceById.get(id)?.sector ?? '');
}); // prettier-ignore
test.beforeEach(async () => {
  await house.db.run(sql`delete from signal_stream`);
  await house.db.run(sql`delete from signal_event`);
});
test.after.always(async () => {
  await house?.stop();
});

const create = (door: Door, body: object = {}) => door.call('POST', '/ssf/streams', body);
const tell = (count = 1) =>
  tellServices(house.db, { accountId, changes: Array.from({ length: count }, () => ({ kind: 'session-revoked', by: 'user', reason: 'signed_out' }) as const) }, new Date()); // prettier-ignore
const event = async (door: Door) => (await eventsOf(house.db, door.serviceId))[0];

test.serial('a poll hands out what waits, the acknowledgement ends it, an error is kept', async (t) => {
  await create(reports);
  await tell(3);
  const reply = await reports.call('POST', '/ssf/poll', { maxEvents: 2, returnImmediately: true });
  t.is(reply.body['moreAvailable'], true);
  const [first, second] = Object.keys(reply.body['sets'] as object); // two sets
  t.like(await event(reports), { outcome: null, acknowledged_at: null });
  t.truthy((await event(reports))?.delivered_at);

  const third = await reports.poll({ returnImmediately: true, ack: [first], setErrs: { [second ?? '']: { err: 'authentication_failed', description: 'khóa lạ' } } });
  t.is(third.length, 1);
  const [one, two, three] = await eventsOf(house.db, REPORTS);
  t.like(one, { jti: first, outcome: 'delivered' });
  t.truthy(one?.acknowledged_at);
  t.like(two, { jti: second, outcome: 'rejected', last_error: 'authentication_failed', last_error_text: 'khóa lạ' });
  t.is(three?.outcome, null);
  t.deepEqual((await reports.call('POST', '/ssf/poll', { maxEvents: 0, ack: [three?.jti] })).body, { sets: {}, moreAvailable: false });
  t.is((await eventsOf(house.db, REPORTS))[2]?.outcome, 'delivered');
}); // prettier-ignore

test.serial('what was not acknowledged comes again, with the same jti', async (t) => {
  await create(reports);
  await tell();
  const [set] = await reports.poll();
  t.deepEqual(await reports.poll(), [], 'not at once');
  await house.db.run(sql`update signal_event set next_try_at = now()`);
  t.is((await reports.poll())[0]?.jti, set?.jti);
});

test.serial(
  "an acknowledgement reaches no event of another service, and none that wasn't handed out",
  async (t) => {
    for (const door of [reports, dossiers]) t.is((await create(door)).status, 201);
    await tell();
    const [set] = await dossiers.poll();
    const own = (await event(reports))?.jti;
    await reports.poll({ returnImmediately: true, maxEvents: 0, ack: [set?.jti, own, 'khong-phai-id', ''], setErrs: { [set?.jti ?? '']: { err: 'x' } } }); // prettier-ignore
    t.is((await event(dossiers))?.outcome, null);
    t.is((await event(reports))?.outcome, null);
  },
);

test.serial('a long poll answers when something comes, and lets go when the receiver hangs up', async (t) => {
  await create(reports);
  const asked = Date.now();
  const waiting = reports.poll({});
  await new Promise((resolve) => setTimeout(resolve, 100)); // it has found nothing by now, or finds it at once
  await tell();
  t.is((await waiting).length, 1);
  t.true(Date.now() - asked < 3_000);
  const hangUp = new AbortController();
  const cut = reports.call('POST', '/ssf/poll', {}, hangUp.signal);
  setTimeout(() => hangUp.abort(), 100);
  await t.throwsAsync(cut, { name: 'AbortError' });
});

test.serial('a poll where there is no stream, or one that is pushed, finds nothing there', async (t) => {
  t.is((await insurance.call('POST', '/ssf/poll', {})).status, 404);
  await create(insurance, { delivery: { method: PUSH, endpoint_url: 'https://dichvu.example/su-kien' } });
  t.is((await insurance.call('POST', '/ssf/poll', {})).status, 404);
});

test.serial('a poll that is not as RFC 8936 wants it gets its error object', async (t) => {
  await create(reports);
  for (const wrong of ['', '[]', { maxEvents: -1 }, { maxEvents: 1.5 }, { maxEvents: '2' }, { returnImmediately: 'yes' }, { ack: 'x' }, { ack: [1] }, { setErrs: { a: 'b' } }, { setErrs: { a: { err: 'a b' } } }, { ack: Array.from({ length: 1_001 }, String) }]) {
    const reply = await reports.call('POST', '/ssf/poll', wrong);
    t.is(reply.status, 400, JSON.stringify(wrong));
    t.is(reply.body['err'], 'invalid_request');
  }
}); // prettier-ignore
