// A service that uses the signals' door against the house or against another service.

import { randomUUID } from 'node:crypto';
import test from 'ava';
import { sql } from '../../database.ts';
import { tellServices } from '../../signals/tell.ts';
import { openDoor, type Door } from '../signals/http.ts';
import { startReceiver, type TestReceiver } from '../signals/services.ts';
import { startHouse, type TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal, DOSSIERS, REPORTS } from '../support/rp.ts';
import { tally } from '../support/two-brokers.ts';
import { accountOf, LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

const PUSH = 'urn:ietf:rfc:8935';

let house: TestHouse;
let reports: Door;
let dossiers: Door;
let receiver: TestReceiver;
let second: TestReceiver;
let accountId: string;
test.before(async () => {
  [receiver, second] = await Promise.all([startReceiver(), startReceiver()]);
  house = await startHouse((await useDatabase()).url, {
    environment: { TNID_INTRANET_HOSTS: `${receiver.host},${second.host}` },
  });
  reports = await openDoor(house, 'phananh', REPORTS);
  dossiers = await openDoor(house, 'hoso', DOSSIERS);
  const visitor = await meet(house);
  await signIn(await createPortal(house, 'cong-thu'), visitor, LEVEL_ONE);
  accountId = await accountOf(house, visitor);
});
test.beforeEach(async () => {
  await house.db.run(sql`delete from signal_stream`);
  await house.db.run(sql`delete from signal_event`);
});
test.after.always(async () => {
  await house?.stop();
  await Promise.all([receiver.close(), second.close()]);
});

const create = async (door: Door, body: object = {}): Promise<string> => {
  const reply = await door.call('POST', '/ssf/streams', body);
  if (reply.status !== 201) throw new Error(reply.text);
  return String(reply.body['stream_id']);
};
const tell = () =>
  tellServices(house.db, { accountId, changes: [{ kind: 'session-revoked', by: 'user', reason: 'signed_out' }] }, new Date()); // prettier-ignore

test.serial('an address that a database or a log would stumble over is refused, not an error', async (t) => {
  for (const url of [
    'https://hook.example/\u0000', '\u0000https://hook.example/', 'https://hook.example/\n', 'https://hook.\texample/', ' https://hook.example/',
    'https://hook.example/\ud800', 'https://hook.example/đ', 'https:hook.example', 'https:\\\\hook.example/', 'https:/\\/hook.example',
  ]) {
    const reply = await reports.call('POST', '/ssf/streams', { delivery: { method: PUSH, endpoint_url: url } });
    t.is(reply.status, 400, `${JSON.stringify(url)} ${reply.text}`);
  }
  t.is((await house.db.rows(sql`select 1 from signal_stream`)).length, 0);
}); // prettier-ignore

test.serial('an address of our own network is refused in every spelling', async (t) => {
  for (const host of [
    '127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.0.0.1.', '0', '10.0.0.1', '169.254.169.254', '192.168.1.1:8443', '100.64.0.1',
    '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[fe80::1]', '[fd00::1]', '[ff02::1]',
    'localhost', 'LOCALHOST', 'localhost.', 'x.localhost', 'db.internal', 'db.local', '１２７.0.0.1', '127。0。0。1', '①②⑦.0.0.1', 'user@hook.example', 'user:x@hook.example',
  ]) {
    const reply = await reports.call('POST', '/ssf/streams', { delivery: { method: PUSH, endpoint_url: `https://${host}/x` } });
    t.is(reply.status, 400, host);
  }
  for (const url of ['http://hook.example/', 'ftp://hook.example/', 'file:///etc/passwd', 'javascript:alert(1)', 'data:,x', `https://hook.example/${'x'.repeat(3000)}`, 'https://hook.example/#x', '//hook.example/', ''])
    t.is((await reports.call('POST', '/ssf/streams', { delivery: { method: PUSH, endpoint_url: url } })).status, 400, url.slice(0, 30));
}); // prettier-ignore

test.serial('a secret for pushing cannot begin a second header, and is never read back', async (t) => {
  for (const secret of ['Bearer x\r\nX-Forwarded-For: 1', 'Bearer x\n', 'Bearer \u0000', 'Bearer đ', ' Bearer x', 'x'.repeat(4097)]) {
    const delivery = { method: PUSH, endpoint_url: receiver.url, authorization_header: secret };
    t.is((await reports.call('POST', '/ssf/streams', { delivery })).status, 400, JSON.stringify(secret.slice(0, 20)));
  }
  const id = await create(reports, { delivery: { method: PUSH, endpoint_url: receiver.url, authorization_header: 'Bearer bi-mat-day' } });
  for (const path of ['/ssf/streams', `/ssf/streams?stream_id=${id}`, `/ssf/status?stream_id=${id}`])
    t.notRegex((await reports.call('GET', path)).text, /bi-mat-day/);
  const changed = await reports.call('PATCH', '/ssf/streams', { stream_id: id, description: 'x' });
  t.notRegex(changed.text, /bi-mat-day/);
  t.notRegex(house.logged.join('\n'), /bi-mat-day/);
}); // prettier-ignore

test.serial('nothing of another service’s stream can be read, changed, told or taken', async (t) => {
  const id = await create(reports);
  await create(dossiers);
  await tell();
  const before = await house.db.rows(sql`select * from signal_stream order by service_id`);
  t.is((await dossiers.call('GET', `/ssf/streams?stream_id=${id}`)).status, 404);
  t.is((await dossiers.call('GET', `/ssf/status?stream_id=${id}`)).status, 404);
  t.is((await dossiers.call('DELETE', `/ssf/streams?stream_id=${id}`)).status, 404);
  const delivery = { method: PUSH, endpoint_url: receiver.url };
  t.is((await dossiers.call('PATCH', '/ssf/streams', { stream_id: id, delivery })).status, 404);
  t.is((await dossiers.call('PUT', '/ssf/streams', { stream_id: id, delivery })).status, 404);
  t.is((await dossiers.call('POST', '/ssf/status', { stream_id: id, status: 'disabled' })).status, 404);
  t.is((await dossiers.call('POST', '/ssf/verify', { stream_id: id })).status, 404);
  t.deepEqual(await house.db.rows(sql`select * from signal_stream order by service_id`), before);
  // Its events: by their ids as well, which nobody can guess.
  const own = await house.db.rows<{ jti: string }>(sql`select jti from signal_event where service_id = ${REPORTS}`);
  const jtis = own.map(({ jti }) => jti);
  const setErrs = Object.fromEntries(jtis.map((jti) => [jti, { err: 'invalid_request' }]));
  await dossiers.call('POST', '/ssf/poll', { maxEvents: 0, ack: jtis, setErrs });
  t.is((await house.db.rows(sql`select 1 from signal_event where service_id = ${REPORTS} and done_at is not null`)).length, 0);
  for (const set of await dossiers.poll()) t.is(set.aud, DOSSIERS);
}); // prettier-ignore

test.serial('what a receiver sends is text of a stranger: odd texts are kept or refused, never an error', async (t) => {
  const id = await create(reports);
  for (const state of ['\u0000', '\ud800', '\u202e', "'); drop table signal_event;--", '{"a":1}', '\\u0000', '']) {
    await house.db.run(sql`update signal_stream set verified_at = null`);
    t.is((await reports.call('POST', '/ssf/verify', { stream_id: id, state })).status, 204, JSON.stringify(state));
  }
  t.is((await reports.poll({ returnImmediately: true, maxEvents: 100 })).length, 7);
  const odd: readonly [string, string, object][] = [
    ['POST', '/ssf/poll', { ack: ['x', '\u0000', "' or 1=1", randomUUID().toUpperCase()], setErrs: { __proto__: { err: 'x' }, '\u0000': { err: 'x' } }, returnImmediately: true }],
    ['POST', '/ssf/poll', { setErrs: { [randomUUID()]: { err: 'x', description: '\u0000\ud800' } }, returnImmediately: true }],
    ['POST', '/ssf/poll', { maxEvents: 9e15, returnImmediately: true }],
    ['PATCH', '/ssf/streams', { stream_id: id, description: '\ud800'.repeat(300) }],
    ['PATCH', '/ssf/streams', { stream_id: id, description: '😀'.repeat(300) }],
    ['POST', '/ssf/status', { stream_id: id, status: 'enabled', reason: '\ud800' }],
  ];
  for (const [method, path, body] of odd) t.is((await reports.call(method, path, body)).status, 200, JSON.stringify(body).slice(0, 80));
  for (const [method, path, body] of [
    ['POST', '/ssf/status', { stream_id: '\u0000', status: 'enabled' }],
    ['POST', '/ssf/verify', { stream_id: '\u0000' }],
    ['PATCH', '/ssf/streams', { stream_id: '\u0000' }],
  ] as const) t.is((await reports.call(method, path, body)).status, 404);
  for (const body of ['{"a":', '[]', 'null', '"x"', '1', '', '{"maxEvents":-1}', '{"maxEvents":1e400}', '{"maxEvents":1.5}', '{"ack":"x"}', '{"ack":[1]}', '{"setErrs":[]}', `{"ack":${'['.repeat(50_000)}`])
    t.is((await reports.call('POST', '/ssf/poll', body)).status, 400, body.slice(0, 30));
  t.is((await reports.call('GET', '/ssf/streams?stream_id=%00')).status, 404);
}); // prettier-ignore

test.serial('a service in a loop fills neither the audit log nor the outbox', async (t) => {
  await house.db.run(sql`delete from rate_limit`);
  const id = await create(reports);
  const verified = await Promise.all(Array.from({ length: 10 }, () => reports.call('POST', '/ssf/verify', { stream_id: id })));
  t.is(verified.filter(({ status }) => status === 204).length, 1);
  await house.db.run(sql`update rate_limit set points = 195 where key like 'signals-change:%'`);
  const changes: readonly [string, string, object][] = [
    ['PATCH', '/ssf/streams', { stream_id: id, description: 'x' }],
    ['PUT', '/ssf/streams', { stream_id: id }],
    ['POST', '/ssf/status', { stream_id: id, status: 'paused' }],
  ];
  const replies = await Promise.all([1, 2, 3, 4].flatMap(() => changes.map(async ([method, path, body]) => reports.call(method, path, body))));
  t.deepEqual(tally(replies), { 200: 5, 429: 7 });
  t.is((await reports.call('DELETE', `/ssf/streams?stream_id=${id}`)).status, 429);
  t.is((await reports.call('POST', '/ssf/streams', {})).status, 429);
  // Taking events goes on.
  await reports.poll();
  await create(dossiers);
}); // prettier-ignore

test.serial('an address that was left hears nothing more, also of what was under way', async (t) => {
  await house.db.run(sql`delete from rate_limit`);
  const answer = Promise.withResolvers<void>();
  receiver.answer = () => ({ status: 202, wait: answer.promise });
  const id = await create(reports, { delivery: { method: PUSH, endpoint_url: receiver.url, authorization_header: 'Bearer cu' } });
  for (let count = 0; count < 4; count += 1) await tell();
  await receiver.arrived(1);
  const delivery = { method: PUSH, endpoint_url: second.url, authorization_header: 'Bearer moi' };
  t.is((await reports.call('PATCH', '/ssf/streams', { stream_id: id, delivery })).status, 200);
  answer.resolve();
  await second.arrived(3);
  t.is(receiver.got.length, 1);
  t.true(second.got.every(({ headers }) => headers.authorization === 'Bearer moi'));
}); // prettier-ignore
