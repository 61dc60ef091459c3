import test from 'ava';
import { sql } from '../../database.ts';
import { setStatus } from '../../signals/streams.ts';
import { tellServices } from '../../signals/tell.ts';
import { NOW, after } from '../support/domain.ts';
import { eventsOf, openStreams } from './services.ts';
import type { Streams } from './services.ts';

let streams: Streams;
test.before(async () => {
  streams = await openStreams();
});
test.after.always(() => streams.close());

const LOGGED_OUT = { kind: 'session-revoked', by: 'user', reason: 'signed_out' } as const;
const POLL = { delivery: { method: 'poll' } } as const;
const kindsOf = async (serviceId: string) => (await eventsOf(streams.db, serviceId)).map(({ kind }) => kind);
const tell = (accountId: string, serviceId?: string) =>
  tellServices(streams.db, { accountId, ...(serviceId === undefined ? {} : { serviceId }), changes: [LOGGED_OUT] }, NOW); // prettier-ignore

test('a change reaches the outbox of every service that listens and knows the person, and of no other', async (t) => {
  const [first, second, stranger] = await Promise.all([streams.subscribe(POLL), streams.subscribe(POLL), streams.subscribe(POLL)]); // prettier-ignore
  const { accountId, subs } = await streams.knownTo(first, second);
  await tell(accountId);
  const rows = await streams.db.rows<{ service_id: string; sub: string }>(sql`
    select service_id, sub from signal_event where service_id = any(${[first, second, stranger].map(({ service }) => service.id)})`);
  t.deepEqual(
    Object.fromEntries(rows.map((row) => [row.service_id, row.sub])),
    Object.fromEntries([first, second].map(({ service }, n) => [service.id, subs[n]])),
  );
});

test('one service hears of one change under one txn, and another service under another', async (t) => {
  const [first, second] = await Promise.all([streams.subscribe(POLL), streams.subscribe(POLL)]);
  const { accountId } = await streams.knownTo(first, second);
  const changes = [LOGGED_OUT, { kind: 'assurance-level-change', by: 'user', level: 0 }] as const;
  await tellServices(streams.db, { accountId, changes }, NOW);
  const txns = async (id: string) =>
    (
      await streams.db.rows<{ txn: string }>(
        sql`select distinct txn from signal_event where service_id = ${id}`,
      )
    ).map(({ txn }) => txn);
  const [ours, theirs] = [await txns(first.service.id), await txns(second.service.id)];
  t.is(ours.length, 1);
  t.is(theirs.length, 1);
  t.not(ours[0], theirs[0], 'two services cannot join what they heard about one person');
  t.deepEqual(
    await kindsOf(first.service.id),
    ['session-revoked', 'assurance-level-change'],
    'in their order',
  );
});

test('only the named service hears of a withdrawal there', async (t) => {
  const [first, second] = await Promise.all([streams.subscribe(POLL), streams.subscribe(POLL)]);
  const { accountId } = await streams.knownTo(first, second);
  await tell(accountId, first.service.id);
  t.deepEqual(await kindsOf(first.service.id), ['session-revoked']);
  t.deepEqual(await kindsOf(second.service.id), []);
});

test('a kind that was not asked for is not queued', async (t) => {
  const one = await streams.subscribe({
    ...POLL,
    events: ['https://schemas.openid.net/secevent/caep/event-type/credential-change', 'urn:unknown'],
  });
  const { accountId } = await streams.knownTo(one);
  await tell(accountId);
  t.deepEqual(await kindsOf(one.service.id), []);
});

test('a paused stream holds, a disabled one does not', async (t) => {
  const one = await streams.subscribe(POLL);
  const { accountId } = await streams.knownTo(one);
  const status = (to: 'paused' | 'disabled', now: Date) =>
    setStatus(streams.house, one, { streamId: one.streamId, status: to, reason: undefined }, now);
  await status('paused', NOW);
  await tell(accountId);
  t.deepEqual(await kindsOf(one.service.id), ['session-revoked']);
  await status('disabled', after(1));
  t.is((await eventsOf(streams.db, one.service.id))[0]?.outcome, 'dropped');
  await tell(accountId);
  t.is((await kindsOf(one.service.id)).length, 1);
});

test('what rolls back is told to nobody', async (t) => {
  const one = await streams.subscribe(POLL);
  const { accountId } = await streams.knownTo(one);
  await t.throwsAsync(
    streams.db.transaction(async () => {
      await tell(accountId);
      throw new Error('no');
    }),
    { message: 'no' },
  );
  t.deepEqual(await kindsOf(one.service.id), []);
});

test('what is stored of an event names no person: an id of that service alone, and words of ours', async (t) => {
  const one = await streams.subscribe(POLL);
  const { accountId, subs } = await streams.knownTo(one);
  const change = { kind: 'consent-withdrawn', by: 'user', consentId: 'c_1', minVersion: 2, purposes: ['hoso.bao-tin'] } as const; // prettier-ignore
  await tellServices(streams.db, { accountId, changes: [change] }, NOW);
  const row = await streams.db.row(sql`select * from signal_event where service_id = ${one.service.id}`);
  t.deepEqual(row?.['facts'], change);
  t.is(row?.['sub'], subs[0]);
  t.false(JSON.stringify(row).includes(accountId));
});
