// The FastCGI Authorizer for Apache, spoken to byte by byte: whatever is not exactly the protocol ends
// the connection, and nothing but a good question is ever answered with 200.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import test from 'ava';
import { fcgi, readPairs, readRecords, record } from '../../packages/guard/forward-auth/fastcgi-records.ts';
import { citizenOf, startForwardAuth, type Running } from './forward-auth-setting.ts';

let guard: Running;
const undos: (() => Promise<void>)[] = [];
test.before(async () => {
  guard = await startForwardAuth((undo) => undos.push(undo), { proxy: 'apache' });
});
test.after.always(async () => {
  for (const undo of undos.toReversed()) await undo();
});

const begin = (role: number = fcgi.authorizer, flags = 0, id = 1): Buffer =>
  record(fcgi.beginRequest, id, Buffer.from([0, role, flags, 0, 0, 0, 0, 0]));
const end = (id = 1): Buffer => record(fcgi.params, id, Buffer.alloc(0));
const size = (length: number): Buffer => {
  if (length < 128) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length + 0x80000000);
  return bytes;
};
const pair = (name: string, value: string): Buffer =>
  Buffer.concat([size(name.length), size(value.length), Buffer.from(name), Buffer.from(value)]);
const params = (environment: Record<string, string>, id = 1): Buffer =>
  record(
    fcgi.params,
    id,
    Buffer.concat(Object.entries(environment).map(([name, value]) => pair(name, value))),
  );

const home = { REQUEST_METHOD: 'GET', REQUEST_URI: '/' };

async function open(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: guard.address.port });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes back until the connection ends, as output and protocol status. */
async function speak(...parts: readonly Buffer[]): Promise<{ out: string; ends: number[] }> {
  const socket = await open();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
  const closed = once(socket, 'close');
  for (const part of parts) socket.write(part);
  await closed;
  const { records } = readRecords(Buffer.concat(chunks));
  const out = records
    .filter(({ type }) => type === fcgi.stdout)
    .map(({ content }) => content.toString('utf8'));
  const ends = records.filter(({ type }) => type === fcgi.endRequest).map(({ content }) => content[4] ?? -1);
  return { out: out.join(''), ends };
}

test('a public route: 200 with empty variables, then the end', async (t) => {
  const { out, ends } = await speak(begin(), params(home), end());
  t.is(out, 'Status: 200\r\nVariable-TN_SUB: \r\nVariable-TN_ACR: \r\nVariable-TN_LEVEL: \r\nVariable-TN_SCOPE: \r\nVariable-TN_CLIENT: \r\nVariable-TN_DECISION: public\r\n\r\n'); // prettier-ignore
  t.deepEqual(ends, [fcgi.requestComplete]);
});

test('a good call over records cut at every byte', async (t) => {
  const citizen = await citizenOf(guard.issuer);
  const [authorization = ['', ''], dpop = ['', '']] = await citizen.headers();
  const environment = { REQUEST_METHOD: 'POST', REQUEST_URI: '/ho-so', HTTP_AUTHORIZATION: authorization[1], HTTP_DPOP: dpop[1] }; // prettier-ignore
  const bytes = Buffer.concat([begin(), params(environment), end()]);
  const { out } = await speak(...Array.from(bytes, (one) => Buffer.from([one])));
  t.regex(out, /^Status: 200\r\n[^]*Variable-TN_SUB: pairwise-1\r\n/);
});

test('a refusal has the status, the challenge and the problem', async (t) => {
  const { out } = await speak(begin(), params({ ...home, REQUEST_URI: '/ho-so' }), end());
  t.regex(out, /^Status: 401\r\n[^]*WWW-Authenticate: DPoP algs="ES256"[^]*\r\n\r\n\{"type":/);
});

test('headers that Apache joined are refused', async (t) => {
  const environment = {
    REQUEST_METHOD: 'POST',
    REQUEST_URI: '/ho-so',
    HTTP_AUTHORIZATION: 'DPoP a.b.c, DPoP a.b.c',
  };
  t.regex((await speak(begin(), params(environment), end())).out, /^Status: 400\r\n/);
});

test('a connection that is kept answers one question after the other', async (t) => {
  const socket = await open();
  let bytes: Buffer = Buffer.alloc(0);
  for (const id of [1, 7]) {
    socket.write(Buffer.concat([begin(fcgi.authorizer, fcgi.keepConnection, id), params(home, id), end(id)]));
    while (readRecords(bytes).records.every((one) => one.id !== id || one.type !== fcgi.endRequest)) {
      const [chunk]: unknown[] = await once(socket, 'data');
      // A socket without an encoding emits buffers.
      bytes = Buffer.concat([bytes, chunk as Buffer]);
    }
  }
  t.is(bytes.toString().split('Status: 200').length, 3);
  socket.destroy();
});

const nothing: readonly (readonly [string, readonly Buffer[]])[] = [
  ['no FastCGI at all', [Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
  ['version 2', [Buffer.from([2, 1, 0, 1, 0, 8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0])]],
  ['parameters before the beginning', [params(home), end()]],
  ['parameters of another request', [begin(), params(home, 2), end(2)]],
  ['a beginning that is too short', [record(fcgi.beginRequest, 1, Buffer.from([0, 2]))]],
  ['the management id', [begin(fcgi.authorizer, 0, 0)]],
  ['a body', [begin(), record(fcgi.stdin, 1, Buffer.from('x')), params(home), end()]],
  ['an unknown record', [begin(), record(77, 1, Buffer.alloc(0)), params(home), end()]],
  ['a pair that is cut off', [begin(), record(fcgi.params, 1, Buffer.from([14, 3, 65])), end()]],
  ['a length beyond everything', [begin(), record(fcgi.params, 1, Buffer.from([0xff, 0xff, 0xff, 0xff, 1])), end()]],
  ['a name that comes twice', [begin(), params(home), params({ REQUEST_URI: '/' }), end()]],
  ['a name that is empty', [begin(), params({ ...home, '': 'x' }), end()]],
  ['too many pairs', [begin(), params({ ...home, ...Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`N${i}`, 'x'])) }), end()]],
  ['too many bytes', [begin(), ...Array.from({ length: 5 }, () => record(fcgi.params, 1, Buffer.alloc(60_000, 65)))]],
]; // prettier-ignore
for (const [title, parts] of nothing)
  test(`${title}: the connection ends without an answer`, async (t) => {
    t.deepEqual(await speak(...parts), { out: '', ends: [] });
  });

test('another role than Authorizer is told that it is unknown', async (t) => {
  for (const role of [1, 3, 9]) t.deepEqual(await speak(begin(role)), { out: '', ends: [fcgi.unknownRole] });
});

test('a second request on the same connection is told that it cannot be', async (t) => {
  const { out, ends } = await speak(begin(), begin(fcgi.authorizer, 0, 2), params(home), end());
  t.regex(out, /^Status: 200/);
  t.deepEqual(ends, [fcgi.cannotMultiplex, fcgi.requestComplete]);
});

test('an aborted request ends without an answer', async (t) => {
  t.deepEqual(await speak(begin(), record(fcgi.abortRequest, 1, Buffer.alloc(0))), {
    out: '',
    ends: [fcgi.requestComplete],
  });
});

test('without method or address the answer is 500', async (t) => {
  for (const environment of [{ X: 'y' }, { REQUEST_METHOD: 'GET' }, { REQUEST_URI: '/' }])
    t.regex((await speak(begin(), params(environment), end())).out, /^Status: 500\r\n/);
});

test('ten thousand random questions crash nothing and are never answered 200', async (t) => {
  let state = 42;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
  for (let i = 0; i < 10_000; i += 1) {
    const bytes = Buffer.from(Array.from({ length: random(60) }, () => random(256)));
    try {
      readRecords(bytes);
      readPairs(bytes, 100);
    } catch (error) {
      t.true(error instanceof Error);
    }
  }
  const answers = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const bytes = Buffer.from(Array.from({ length: 40 }, () => random(256)));
      return speak(begin(), record(fcgi.params, 1, bytes), end());
    }),
  );
  t.true(answers.every(({ out }) => !out.startsWith('Status: 200')));
});

test('stopping closes the connections that ask nothing', async (t) => {
  t.timeout(20_000, 'a connection stayed open');
  const own = await startForwardAuth((undo) => t.teardown(undo), { proxy: 'apache' });
  const socket = connect({ host: '127.0.0.1', port: own.address.port });
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  socket.resume();
  await own.stop();
  await closed;
  t.pass();
});
