import test from 'ava';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sql } from '../../database.ts';
import { rotateSigningKey, loadSigningKeys } from '../../keys/signing-keys.ts';
import { removeExpired } from '../../operations/clean-up.ts';
import { deliveriesOverdue, signalDelivery } from '../../signals/delivery.ts';
import { cleanWords } from '../../signals/receiver-words.ts';
import { refreshSectors } from '../../signals/stream-store.ts';
import { acknowledge, takeMany } from '../../signals/store.ts';
import { tellServices } from '../../signals/tell.ts';
import { NOW, after } from '../support/domain.ts';
import { eventsOf, openStreams } from './services.ts';
import type { Streams } from './services.ts';

let streams: Streams;
test.before(async () => {
  streams = await openStreams();
});
test.after.always(() => streams.close());

const POLL = { delivery: { method: 'poll' } } as const;
const CHANGES = [
  { kind: 'session-revoked', by: 'user', reason: 'signed_out' },
  { kind: 'consent-withdrawn', by: 'user', consentId: 'c_1', minVersion: 2, purposes: ['hoso.bao-tin'] },
] as const;

async function told(now: Date) {
  const one = await streams.subscribe(POLL, now);
  const { accountId } = await streams.knownTo(one);
  await tellServices(streams.db, { accountId, changes: CHANGES }, now);
  return one;
}
const take = (streamId: string, most: number, now: Date) => takeMany(streams.db, { streamId, most, again: after(60, now) }, now); // prettier-ignore

test('how a service is told is counted: what waits, what is overdue, how long it took', async (t) => {
  const one = await told(NOW);
  const delivery = (now: Date) => signalDelivery(streams.db, one.service.id, NOW, now);
  t.deepEqual(await delivery(after(60)), { pending: 2, overdue: 0, delivered: 0, medianMs: undefined, p95Ms: undefined }); // prettier-ignore
  t.like(await delivery(after(901)), { pending: 2, overdue: 2 });
  const [first] = await take(one.streamId, 1, after(3));
  t.is(await acknowledge(streams.db, one.streamId, [first?.jti ?? ''], after(4)), 1);
  t.is(await acknowledge(streams.db, one.streamId, [first?.jti ?? ''], after(9)), 0, 'once');
  t.deepEqual(await delivery(after(901)), {
    pending: 1,
    overdue: 1,
    delivered: 1,
    medianMs: 4_000,
    p95Ms: 4_000,
  });
  t.like((await eventsOf(streams.db, one.service.id))[0], { first_tried_at: after(3), delivered_at: after(3), acknowledged_at: after(4) }); // prettier-ignore
  const overdue = await deliveriesOverdue(streams.db, one.service.id, after(901));
  t.deepEqual(overdue, [{ service_id: one.service.id, overdue: 1, oldest_at: NOW }]);
  t.true((await deliveriesOverdue(streams.db, undefined, after(901))).length >= 1);
  t.deepEqual(await signalDelivery(streams.db, 'https://khong-co.example', NOW, NOW), { pending: 0, overdue: 0, delivered: 0, medianMs: undefined, p95Ms: undefined }); // prettier-ignore
});

test('of parallel acknowledgements one counts', async (t) => {
  const one = await told(NOW);
  const rows = await take(one.streamId, 5, after(1));
  const jtis = rows.map(({ jti }) => jti);
  const counts = await Promise.all(Array.from({ length: 10 }, (_, i) => acknowledge(i % 2 === 0 ? streams.db : streams.second, one.streamId, jtis, after(2)))); // prettier-ignore
  t.is(counts.reduce((sum, count) => sum + count, 0), 2);
}); // prettier-ignore

test('clean-up ends what nobody takes, forgets the person, and keeps who was told of a withdrawal for a year', async (t) => {
  const days = (count: number) => new Date(Date.now() - count * 86_400_000);
  const [kept, stale, ancient, orphan] = [await told(days(45)), await told(days(31)), await told(days(400)), await told(days(1))]; // prettier-ignore
  const rows = await take(kept.streamId, 5, days(45));
  await acknowledge(
    streams.db,
    kept.streamId,
    rows.map(({ jti }) => jti),
    days(44),
  );
  await streams.db.run(sql`delete from signal_stream where id = ${orphan.streamId}`);
  while ((await removeExpired(streams.db)) >= 2_000);
  const left = (id: string) =>
    streams.db.rows<{ kind: string; sub: string | null; outcome: string | null }>(sql`select kind, sub, outcome from signal_event where service_id = ${id} order by seq`); // prettier-ignore
  const [session, consent] = await left(kept.service.id);
  t.like(session, { kind: 'session-revoked', sub: null, outcome: 'delivered' });
  t.like(consent, { kind: 'consent-withdrawn', outcome: 'delivered' });
  t.truthy(consent?.sub);
  t.deepEqual(
    (await left(stale.service.id)).map(({ outcome }) => outcome),
    ['dropped', 'dropped'],
  );
  t.deepEqual(await left(ancient.service.id), []);
  t.deepEqual(
    (await left(orphan.service.id)).map(({ outcome }) => outcome),
    ['dropped', 'dropped'],
  );
});

test('a service whose sector changed is known by other ids from then on', async (t) => {
  const one = await streams.subscribe(POLL);
  t.is(await refreshSectors(streams.db, [{ id: one.service.id, sector: 'moi' }]), 1);
  t.is(await refreshSectors(streams.db, [{ id: one.service.id, sector: 'moi' }]), 0);
});

test('a retired key of events stays published for a week', async (t) => {
  const { db, envelope } = streams;
  const [old] = await loadSigningKeys(db, envelope, 'signal', NOW);
  await rotateSigningKey(db, envelope, 'signal', after(1));
  const kids = async (days: number) =>
    (await loadSigningKeys(db, envelope, 'signal', after(days * 86_400))).map(({ kid }) => kid);
  t.true((await kids(6)).includes(old?.kid ?? ''));
  t.false((await kids(8)).includes(old?.kid ?? ''));
  t.is(old?.publicKey.asymmetricKeyDetails?.modulusLength, 2048);
});

test('words of a receiver are short and hold no number and no token', (t) => {
  t.is(cleanWords('sai khóa  kid=abc'), 'sai khóa  kid=abc');
  t.is(cleanWords('gọi 0912 345 678 ngay\u202e'), 'gọi … ngay');
  t.is(cleanWords(`${'x '.repeat(500)}`)?.length, 200);
  t.is(cleanWords(''), undefined);
});

test('the command line lists streams, sends again, and says when there is nothing to send to', async (t) => {
  const one = await told(NOW);
  const tnid = (...words: string[]) =>
    promisify(execFile)(process.execPath, ['bin/tnid.ts', 'signals', ...words], {
      env: { PATH: process.env['PATH'], TNID_DATABASE_URL: streams.url, TNID_KEK: streams.kek, TNID_ISSUER: streams.house.issuer }, // prettier-ignore
    });
  const { stdout } = await tnid('list');
  t.regex(stdout, new RegExp(`${one.service.id} +poll +enabled +2 +0 `));
  t.is((await tnid('retry', one.service.id)).stdout, '2 events due now\n');
  await t.throwsAsync(tnid('retry', 'https://khong-co.example'), { code: 1, message: /has no stream/ });
});
