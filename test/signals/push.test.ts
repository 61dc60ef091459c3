import test from 'ava';
import { sql } from '../../database.ts';
import { createPusher, GIVE_UP_MS } from '../../signals/push.ts';
import type { PushHouse } from '../../signals/push.ts';
import { retryStream, setStatus } from '../../signals/streams.ts';
import { tellServices } from '../../signals/tell.ts';
import { NOW, after, ORIGIN } from '../support/domain.ts';
import { ACR, CAEP, SSF, checkSet, eventsOf, openStreams, startReceiver } from './services.ts';
import type { Streams, TestReceiver } from './services.ts';

let streams: Streams;
const receivers: TestReceiver[] = [];
test.before(async () => {
  streams = await openStreams(() => receivers.map(({ host }) => host));
});
test.after.always(async () => {
  await Promise.all(receivers.map((receiver) => receiver.close()));
  await streams.close();
});

const logged: { event: string; facts: unknown }[] = [];
const houseAt = (now: Date, over: Partial<PushHouse> = {}): PushHouse => ({
  ...streams.house,
  acrBase: ACR,
  keys: streams.keys,
  clock: () => now,
  log: (_level, event, facts) => void logged.push({ event, facts }),
  ...over,
});
/** One worker looks once, and everything it starts ends. */
async function push(now: Date, over: Partial<PushHouse> = {}): Promise<void> {
  const pusher = createPusher(houseAt(now, over));
  await pusher.turn();
  await pusher.idle();
}

async function listen(authorization?: string) {
  const receiver = await startReceiver();
  receivers.push(receiver);
  const one = await streams.subscribe({ delivery: { method: 'push', url: receiver.url, authorization } });
  const { accountId, subs } = await streams.knownTo(one);
  const tell = (now = NOW, count = 1) =>
    tellServices(streams.db, { accountId, changes: Array.from({ length: count }, () => ({ kind: 'session-revoked', by: 'user', reason: 'signed_out' }) as const) }, now); // prettier-ignore
  return {
    ...one,
    receiver,
    accountId,
    sub: subs[0],
    tell,
    events: () => eventsOf(streams.db, one.service.id),
  };
}
const jtiOf = (jws: string | undefined) =>
  (JSON.parse(Buffer.from(jws?.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }).jti; // a SET has one
const statusOf = (serviceId: string) =>
  streams.db.row<{ status: string; status_reason: string | null; failures: number; next_push_at: Date }>(sql`
    select status, status_reason, failures, next_push_at from signal_stream where service_id = ${serviceId}`);

test.serial(
  'a push is a signed event with its type, the secret of the stream, and 202 settles it',
  async (t) => {
    const one = await listen('Bearer mat-khau-cua-dich-vu');
    await one.tell();
    await push(after(1));
    const [request] = one.receiver.got;
    t.is(request?.headers['content-type'], 'application/secevent+jwt');
    t.is(request?.headers['authorization'], 'Bearer mat-khau-cua-dich-vu');
    const set = await checkSet(request?.jws ?? '', {
      audience: one.service.id,
      keys: await streams.keySet(),
    });
    t.like(set, { iat: NOW.getTime() / 1000, type: `${CAEP}session-revoked` });
    t.deepEqual(set.sub_id, { format: 'iss_sub', iss: streams.house.issuer, sub: one.sub });
    t.like(set.event, { initiating_entity: 'user', event_timestamp: NOW.getTime() / 1000 });
    t.like(await one.events().then(([row]) => row), { outcome: 'delivered', tries: 1, first_tried_at: after(1), delivered_at: after(1), acknowledged_at: after(1) }); // prettier-ignore
    await push(after(100));
    t.is(one.receiver.got.length, 1, 'and it is over');
    const row = await streams.db.row<{ sealed: Buffer }>(sql`select authorization_sealed as sealed from signal_stream where id = ${one.streamId}`); // prettier-ignore
    t.false(row?.sealed.toString('latin1').includes('mat-khau'), 'the secret is sealed at rest');
  },
);

test.serial('an error code of the receiver is final and kept, what it says besides without numbers or tokens', async (t) => {
  const one = await listen();
  one.receiver.answer = () => ({ status: 400, body: JSON.stringify({ err: 'invalid_audience', description: 'số 012345678901\n eyJhbGciOiJSUzI1NiJ9abcdef lạ' }) });
  await one.tell();
  await push(after(1));
  await push(after(100));
  t.is(one.receiver.got.length, 1);
  t.like((await one.events())[0], { outcome: 'rejected', last_error: 'invalid_audience', last_error_text: 'số …  … lạ', delivered_at: null });
}); // prettier-ignore

const troubles: [string, (receiver: TestReceiver) => void, string][] = [
  ['an error of the server', (r) => (r.answer = () => ({ status: 503 })), 'status_503'],
  ['a 200, which is not "accepted"', (r) => (r.answer = () => ({ status: 200 })), 'status_200'],
  ['a 400 without a code', (r) => (r.answer = () => ({ status: 400, body: '<html>' })), 'status_400'],
  ['a 400 with a code of no sane form', (r) => (r.answer = () => ({ status: 400, body: '{"err":"a b\\n"}' })), 'status_400'],
  ['a key that it has not fetched yet', (r) => (r.answer = () => ({ status: 400, body: '{"err":"invalid_key"}' })), 'invalid_key'],
  ['a secret that it does not take', (r) => (r.answer = () => ({ status: 401 })), 'status_401'],
  ['a redirect', (r) => (r.answer = () => ({ status: 307, headers: { location: 'http://169.254.169.254/' } })), 'redirect'],
  ['an answer that does not come', (r) => (r.answer = () => ({ status: 202, wait: new Promise((resolve) => setTimeout(resolve, 1_500).unref()) })), 'timeout'],
]; // prettier-ignore
for (const [title, break_, error] of troubles) {
  test.serial(`${title} is tried again, with the same jti`, async (t) => {
    const one = await listen();
    break_(one.receiver);
    await one.tell();
    await push(after(1));
    const [row] = await one.events();
    t.like(row, { outcome: null, tries: 1, last_error: error, delivered_at: null });
    t.true((row?.next_try_at ?? NOW) > after(1));
    await push(after(1));
    t.is(one.receiver.got.length, 1, 'not before its time');
    one.receiver.answer = () => ({ status: 202 });
    await push(after(10));
    t.like((await one.events())[0], { outcome: 'delivered', tries: 2, first_tried_at: after(1), last_error: null }); // prettier-ignore
    t.is(jtiOf(one.receiver.got[0]?.jws), jtiOf(one.receiver.got[1]?.jws));
  });
}

test.serial('a receiver that is not there is asked less and less often, and at once when it answers again', async (t) => {
  const one = await listen();
  one.receiver.answer = () => ({ status: 500 });
  await one.tell(NOW, 3);
  const waits: number[] = [];
  let now = after(1);
  for (let round = 0; round < 12; round += 1) {
    await push(now);
    const stream = await statusOf(one.service.id);
    waits.push(((stream?.next_push_at ?? now).getTime() - now.getTime()) / 1000);
    now = stream?.next_push_at ?? now;
  }
  t.is(one.receiver.got.length, 12, 'one request a round: the others wait with it');
  t.true(waits.every((seconds) => seconds <= 60));
  t.true((waits.at(-1) ?? 0) > (waits[0] ?? 0) * 4);
  one.receiver.answer = () => ({ status: 202 });
  await push(now);
  t.deepEqual((await one.events()).map(({ outcome }) => outcome), ['delivered', 'delivered', 'delivered']);
}); // prettier-ignore

test.serial('an event that one receiver cannot take does not keep the others back', async (t) => {
  const one = await listen();
  await one.tell(NOW, 3);
  const [bad] = await one.events();
  one.receiver.answer = (_count, jws) => ({ status: jtiOf(jws) === bad?.jti ? 500 : 202 });
  for (let seconds = 1; seconds < 40; seconds += 4) await push(after(seconds));
  t.deepEqual((await one.events()).map(({ outcome }) => outcome), [null, 'delivered', 'delivered']);
}); // prettier-ignore

test.serial('a slow receiver does not hold the others, and events of one service go in their order', async (t) => {
  const [slow, quick] = [await listen(), await listen()];
  let free: () => void = () => {};
  slow.receiver.answer = () => ({ status: 202, wait: new Promise<void>((resolve) => (free = resolve)) });
  await slow.tell();
  await quick.tell(NOW, 5);
  const pusher = createPusher(houseAt(after(1)));
  await pusher.turn();
  await quick.receiver.arrived(5);
  await slow.receiver.arrived(1);
  t.is((await slow.events())[0]?.outcome, null, 'still under way');
  free();
  await pusher.stop();
  t.deepEqual(quick.receiver.got.map(({ jws }) => jtiOf(jws)), (await quick.events()).map(({ jti }) => jti));
}); // prettier-ignore

test.serial('of four workers at two processes each event goes once', async (t) => {
  const one = await listen();
  await one.tell(NOW, 15);
  await Promise.all([0, 1, 2, 3].map((n) => push(after(1), n % 2 === 0 ? {} : { db: streams.second })));
  t.is(new Set(one.receiver.got.map(({ jws }) => jtiOf(jws))).size, 15);
  t.is(one.receiver.got.length, 15);
  t.true((await one.events()).every(({ outcome, tries }) => outcome === 'delivered' && tries === 1));
});

test.serial('what a worker sent before it died goes again from another, with the same jti', async (t) => {
  const one = await listen();
  await one.tell();
  const dying = { ...streams.house.receiver, push: async (where: Parameters<PushHouse['receiver']['push']>[0]) => { await streams.house.receiver.push(where); return new Promise<never>(() => {}); } }; // prettier-ignore
  await createPusher(houseAt(after(1), { receiver: dying })).turn();
  await one.receiver.arrived(1);
  await push(after(2));
  t.is(one.receiver.got.length, 1, 'it may still be at it');
  await push(after(12));
  t.is(one.receiver.got.length, 2);
  t.is(jtiOf(one.receiver.got[0]?.jws), jtiOf(one.receiver.got[1]?.jws));
  t.like((await one.events())[0], { outcome: 'delivered', tries: 2 });
});

test.serial('after a day of failures the stream is paused with an alarm, nothing is lost, and a retry brings it back', async (t) => {
  const one = await listen();
  one.receiver.answer = () => ({ status: 500 });
  await one.tell(NOW, 2);
  await push(after(1));
  const dayLater = after(GIVE_UP_MS / 1000 + 60);
  await push(dayLater);
  t.like(await statusOf(one.service.id), { status: 'paused', status_reason: 'delivery_failed' });
  t.like(logged.find(({ facts }) => JSON.stringify(facts).includes(one.service.id)), { event: 'signals.given_up' });
  t.deepEqual((await one.events()).map(({ kind, outcome }) => [kind, outcome]), [
    ['session-revoked', 'failed'],
    ['session-revoked', null],
    ['stream-updated', null],
  ]);
  const asked = one.receiver.got.length;
  const news = new Date(dayLater.getTime() + 120_000);
  await push(news);
  t.is(one.receiver.got.length, asked + 1, 'the receiver is told once, if it hears');
  const told = await checkSet(one.receiver.got.at(-1)?.jws ?? '', { audience: one.service.id, keys: await streams.keySet() });
  t.like(told, { type: `${SSF}stream-updated`, sub_id: { format: 'opaque', id: one.streamId }, event: { status: 'paused', reason: 'delivery_failed' } });
  await one.tell(news);
  await push(new Date(news.getTime() + 120_000));
  t.is(one.receiver.got.length, asked + 1, 'a paused stream holds');

  one.receiver.answer = () => ({ status: 202 });
  const back = new Date(news.getTime() + 600_000);
  t.is(await retryStream({ db: streams.db, origin: ORIGIN }, one.service.id, back), 4);
  await push(back);
  t.is((await statusOf(one.service.id))?.status, 'enabled');
  t.deepEqual((await one.events()).filter(({ kind }) => kind === 'session-revoked').map(({ outcome }) => outcome), ['delivered', 'delivered', 'delivered']);
}); // prettier-ignore

test.serial('the service itself may bring a paused stream back', async (t) => {
  const one = await listen();
  await setStatus(streams.house, one, { streamId: one.streamId, status: 'paused', reason: 'bảo trì' }, NOW);
  await one.tell();
  await push(after(1));
  t.is(one.receiver.got.length, 0);
  await setStatus(streams.house, one, { streamId: one.streamId, status: 'enabled', reason: undefined }, after(2)); // prettier-ignore
  await push(after(2));
  t.is(one.receiver.got.length, 1);
});

test.serial('a retry for a service without a stream says so', async (t) => {
  t.is(await retryStream({ db: streams.db, origin: ORIGIN }, 'https://khong-co.example', NOW), undefined);
});
