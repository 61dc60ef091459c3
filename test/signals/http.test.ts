import test from 'ava';
import { sql } from '../../database.ts';
import { tellServices } from '../../signals/tell.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal, DOSSIERS, REPORTS } from '../support/rp.ts';
import { accountOf, LEVEL_ONE, meet, signIn } from '../support/visitor.ts';
import { openDoor } from './http.ts';
import type { Door } from './http.ts';
import { CAEP, SSF, startReceiver } from './services.ts';
import type { TestReceiver } from './services.ts';

const PUSH = 'urn:ietf:rfc:8935';
const POLL = 'urn:ietf:rfc:8936';
const EVENTS = ['assurance-level-change', 'session-revoked', 'credential-change', 'token-claims-change'].map((name) => CAEP + name); // prettier-ignore

let house: TestHouse;
let reports: Door;
let dossiers: Door;
let receiver: TestReceiver;
let accountId: string;
test.before(async () => {
  receiver = await startReceiver();
  house = await startHouse((await useDatabase()).url, { environment: { TNID_INTRANET_HOSTS: receiver.host } });
  reports = await openDoor(house, 'phananh', REPORTS);
  dossiers = await openDoor(house, 'hoso', DOSSIERS);
  const visitor = await meet(house);
  await signIn(await createPortal(house, 'cong-thu'), visitor, LEVEL_ONE);
  accountId = await accountOf(house, visitor);
}); // prettier-ignore
test.beforeEach(async () => {
  await house.db.run(sql`delete from signal_stream`);
  await house.db.run(sql`delete from signal_event`);
});
test.after.always(async () => {
  await house?.stop();
  await receiver.close();
});

const create = (door: Door, body: object = {}) => door.call('POST', '/ssf/streams', body);
const idOf = (reply: { body: Readonly<Record<string, unknown>> }) => String(reply.body['stream_id']);
const tell = (count = 1) =>
  tellServices(house.db, { accountId, changes: Array.from({ length: count }, () => ({ kind: 'session-revoked', by: 'user', reason: 'signed_out' }) as const) }, new Date()); // prettier-ignore

test.serial('the configuration says what is there and leaves out what is not', async (t) => {
  const { status, headers, body } = await ask(`${house.issuer}/.well-known/ssf-configuration`);
  t.is(status, 200);
  t.regex(headers.get('content-type') ?? '', /^application\/json/);
  t.deepEqual(body, {
    spec_version: '1_0',
    issuer: house.issuer,
    jwks_uri: `${house.issuer}/ssf/jwks`,
    delivery_methods_supported: [PUSH, POLL],
    configuration_endpoint: `${house.issuer}/ssf/streams`,
    status_endpoint: `${house.issuer}/ssf/status`,
    verification_endpoint: `${house.issuer}/ssf/verify`,
    authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }, { spec_urn: 'urn:ietf:rfc:9449' }],
    default_subjects: 'ALL',
  });
});

test.serial('the keys of events are RSA of 2048 bits, apart from those of tokens', async (t) => {
  type Keys = { keys: { kty: string; alg: string; n?: string; kid: string; d?: string }[] };
  const events = (await ask(`${house.issuer}/ssf/jwks`)).body as Keys; // the assertions below look at it
  t.is(events.keys.length, 2, 'the next one is published before it signs');
  for (const { kty, alg, n, d } of events.keys) {
    t.deepEqual([kty, alg, d], ['RSA', 'RS256', undefined]);
    t.is(Buffer.from(n ?? '', 'base64url').length, 256);
  }
  const tokens = (await ask(`${house.issuer}/jwks`)).body as Keys; // as above
  t.deepEqual(tokens.keys.filter(({ alg }) => alg !== 'ES256'), []);
}); // prettier-ignore

test.serial('a stream is made, read, changed, replaced and deleted', async (t) => {
  t.deepEqual(JSON.parse((await reports.call('GET', '/ssf/streams')).text), []);
  const made = await create(reports, { delivery: { method: PUSH, endpoint_url: receiver.url, authorization_header: 'Bearer bi-mat' }, events_requested: [...EVENTS.slice(0, 2), 'urn:khong-biet'], description: 'thử' });
  t.is(made.status, 201, made.text);
  t.false(made.text.includes('bi-mat'));
  const id = idOf(made);
  const whole = {
    stream_id: id,
    iss: house.issuer,
    aud: REPORTS,
    delivery: { method: PUSH, endpoint_url: receiver.url },
    events_supported: [...EVENTS, `${house.issuer}/secevent/consent-withdrawn`],
    events_requested: [...EVENTS.slice(0, 2), 'urn:khong-biet'],
    events_delivered: EVENTS.slice(0, 2),
    min_verification_interval: 30,
    description: 'thử',
  };
  t.deepEqual(made.body, whole);
  t.deepEqual((await reports.call('GET', `/ssf/streams?stream_id=${id}`)).body, whole);
  t.deepEqual(JSON.parse((await reports.call('GET', '/ssf/streams')).text), [whole]);

  const patched = await reports.call('PATCH', '/ssf/streams', { stream_id: id, description: 'khác', events_delivered: whole.events_delivered, aud: REPORTS });
  t.deepEqual(patched.body, { ...whole, description: 'khác' });
  await tell();
  await receiver.arrived(1);
  t.is(receiver.got.at(-1)?.headers['authorization'], 'Bearer bi-mat', 'what was read and sent back keeps the secret');

  const put = await reports.call('PUT', '/ssf/streams', { stream_id: id });
  t.deepEqual(put.body['delivery'], { method: POLL, endpoint_url: `${house.issuer}/ssf/poll` });
  t.is(put.body['description'], undefined);
  t.deepEqual(put.body['events_delivered'], whole.events_supported, 'nothing asked for by name is everything');
  t.is((await reports.call('DELETE', `/ssf/streams?stream_id=${id}`)).status, 204);
  t.is((await reports.call('GET', `/ssf/streams?stream_id=${id}`)).status, 404);
}); // prettier-ignore

test.serial('a secret goes to the address it was given for and to no other', async (t) => {
  const id = idOf(await create(reports, { delivery: { method: PUSH, endpoint_url: receiver.url, authorization_header: 'Bearer cu' } })); // prettier-ignore
  const elsewhere = { method: PUSH, endpoint_url: `${receiver.url}/khac` };
  t.is((await reports.call('PATCH', '/ssf/streams', { stream_id: id, delivery: elsewhere })).status, 200);
  const row = await house.db.row(sql`select authorization_sealed from signal_stream`);
  t.is(row?.['authorization_sealed'], null);
});

test.serial('a service has one stream, and of twenty that are made at once one is there', async (t) => {
  const replies = await Promise.all(Array.from({ length: 20 }, () => create(reports)));
  t.is(replies.filter(({ status }) => status === 201).length, 1);
  t.is(replies.filter(({ status }) => status === 409).length, 19);
});

test.serial("another service's stream does not exist for a service", async (t) => {
  const id = idOf(await create(reports));
  await create(dossiers);
  const calls: [string, string, object?][] = [
    ['GET', `/ssf/streams?stream_id=${id}`],
    ['PATCH', '/ssf/streams', { stream_id: id, description: 'x' }],
    ['PUT', '/ssf/streams', { stream_id: id }],
    ['DELETE', `/ssf/streams?stream_id=${id}`],
    ['GET', `/ssf/status?stream_id=${id}`],
    ['POST', '/ssf/status', { stream_id: id, status: 'disabled' }],
    ['POST', '/ssf/verify', { stream_id: id }],
  ];
  for (const [method, path, body] of calls) {
    const reply = await dossiers.call(method, path, body);
    t.is(reply.status, 404, `${method} ${path}`);
    const invented = body === undefined ? path.replace(id, 'khong-co') : path;
    const never = await dossiers.call(method, invented, body && { ...body, stream_id: 'khong-co' });
    t.is(never.text, reply.text, 'one that never was is the same answer');
  }
  t.is((await reports.call('GET', `/ssf/status?stream_id=${id}`)).body['status'], 'enabled');
  for (const path of ['/ssf/status', '/ssf/streams?stream_id=a&stream_id=b'])
    t.is((await reports.call('GET', path)).status, 404, path);
  t.is((await reports.call('DELETE', '/ssf/streams')).status, 404);
});

const bad: [string, unknown][] = [
  ['no JSON', '{'],
  ['a list', []],
  ['an unknown way of delivery', { delivery: { method: 'urn:khac', endpoint_url: 'https://a.vn/' } }],
  ['a push without an address', { delivery: { method: PUSH } }],
  ['an address over http', { delivery: { method: PUSH, endpoint_url: 'http://a.vn/' } }],
  ['an address with a password', { delivery: { method: PUSH, endpoint_url: 'https://a:b@a.vn/' } }],
  ['an address with a fragment', { delivery: { method: PUSH, endpoint_url: 'https://a.vn/#x' } }],
  ['an address that is none', { delivery: { method: PUSH, endpoint_url: 'javascript:alert(1)' } }],
  ['a header with a line end', { delivery: { method: PUSH, endpoint_url: 'https://a.vn/', authorization_header: 'a\r\nx: y' } }],
  ['a poll at an address of its own', { delivery: { method: POLL, endpoint_url: 'https://a.vn/' } }],
  ['events that are no list', { events_requested: 'all' }],
  ['an empty list of events', { events_requested: [] }],
  ['a NUL in an event', { events_requested: ['urn:a\u0000'] }],
  ['a NUL in the description', { description: 'a\u0000b' }],
  ['null for a delivery', { delivery: null }],
  ['half a megabyte', { description: 'x'.repeat(500_000) }],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
]; // prettier-ignore
for (const [title, body] of bad) {
  test.serial(`a stream from ${title} is refused`, async (t) => {
    const reply = await reports.call('POST', '/ssf/streams', body);
    t.is(reply.status, 400, reply.text);
    t.regex(reply.headers.get('content-type') ?? '', /^application\/problem\+json/);
    t.notRegex(reply.text, /alert|a:b@|stack/);
  });
}

test.serial('members nobody knows are passed over, however deep', async (t) => {
  const reply = await reports.call(
    'POST',
    '/ssf/streams',
    `{"x":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
  );
  t.is(reply.status, 201);
});

test.serial('what is ours to say may come back only as it stands', async (t) => {
  const id = idOf(await create(reports));
  for (const [name, value] of Object.entries({ iss: 'https://khac', aud: DOSSIERS, events_delivered: [], events_supported: ['x'], min_verification_interval: 1, inactivity_timeout: 5 })) {
    const reply = await reports.call('PATCH', '/ssf/streams', { stream_id: id, [name]: value });
    t.is(reply.status, 400, name);
    t.is(reply.body['detail'], name);
  }
  t.is((await reports.call('PATCH', '/ssf/streams', { description: 'x' })).status, 400, 'without a stream_id');
}); // prettier-ignore

test.serial('without a token, without the scope or with a token alone nobody is let in', async (t) => {
  for (const path of ['/ssf/streams', '/ssf/status', '/ssf/verify', '/ssf/poll'])
    t.is((await ask(`${house.issuer}${path}`, { method: 'POST', body: '{}' })).status, 401, path);
  const token = String((await reports.rp.credentials()).body['access_token']);
  const proof = await reports.rp.proof({ method: 'GET', path: '/ssf/streams', accessToken: token });
  const reply = await ask(`${house.issuer}/ssf/streams`, { headers: { authorization: `DPoP ${token}`, dpop: proof } }); // prettier-ignore
  t.is(reply.status, 403, 'tn:revocations is another scope');
  t.regex(reply.headers.get('www-authenticate') ?? '', /insufficient_scope/);
  t.is(
    (await ask(`${house.issuer}/ssf/streams`, { headers: { authorization: `Bearer ${token}` } })).status,
    401,
  );
});

test.serial('a refusal points to where the scopes of the door are written', async (t) => {
  const refused = await ask(`${house.issuer}/ssf/streams`);
  const [, place = ''] = /resource_metadata="([^"]*)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? [];
  const { status, headers, body } = await ask(place);
  t.is(status, 200);
  t.regex(headers.get('content-type') ?? '', /^application\/json/);
  t.like(body, { resource: `${house.issuer}/api`, authorization_servers: [house.issuer], dpop_bound_access_tokens_required: true });
  t.deepEqual(body['scopes_supported'], ['tn:revocations', 'tn:evaluate', 'tn:signals', 'tn:decisions']);
}); // prettier-ignore

test.serial('the status is read and set, and a paused stream hands nothing out', async (t) => {
  const id = idOf(await create(reports));
  t.deepEqual((await reports.call('GET', `/ssf/status?stream_id=${id}`)).body, { stream_id: id, status: 'enabled' }); // prettier-ignore
  const paused = { stream_id: id, status: 'paused', reason: 'bảo trì' };
  t.deepEqual((await reports.call('POST', '/ssf/status', paused)).body, paused);
  t.deepEqual((await reports.call('GET', `/ssf/status?stream_id=${id}`)).body, paused);
  await tell();
  t.deepEqual(await reports.poll(), []);
  await reports.call('POST', '/ssf/status', { stream_id: id, status: 'enabled' });
  t.is((await reports.poll()).length, 1, 'what was held comes');
  for (const wrong of [
    { stream_id: id },
    { stream_id: id, status: 'off' },
    { status: 'paused' },
    { stream_id: id, status: 'paused', reason: 'a\nb' },
  ])
    // prettier-ignore
    t.is((await reports.call('POST', '/ssf/status', wrong)).status, 400, JSON.stringify(wrong));
});

test.serial('a verification event carries the state it was asked with, once in thirty seconds', async (t) => {
  const id = idOf(await create(reports, { events_requested: [EVENTS[0]] }));
  const replies = await Promise.all(Array.from({ length: 5 }, () => reports.call('POST', '/ssf/verify', { stream_id: id, state: 'trạng thái \u0000' }))); // prettier-ignore
  t.deepEqual(
    replies.map(({ status }) => status).toSorted((a, b) => a - b),
    [204, 429, 429, 429, 429],
  );
  t.is(replies.find(({ status }) => status === 429)?.headers.get('retry-after'), '30');
  const sets = await reports.poll();
  t.is(sets.length, 1);
  t.like(sets[0], { type: `${SSF}verification`, sub_id: { format: 'opaque', id }, event: { state: 'trạng thái \u0000' } }); // prettier-ignore
});
