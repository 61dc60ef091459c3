import { request } from 'node:http';
import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createEvaluator } from '../support/evaluator.ts';
import type { Evaluator } from '../support/evaluator.ts';
import { ask, createPortal, REPORTS } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let reports: Evaluator;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  reports = await createEvaluator(house, 'phananh', REPORTS);
});
test.after.always(() => house?.stop());

const subject = { type: 'citizen', id: 'bi-mat-072190000011' };
const action = { name: 'phananh.gui' };
const resource = { type: 'service', id: REPORTS };
const good = { subject, action, resource };

// Protocol 13: 400 for bad JSON and for a missing or mistyped subject, action or resource.
const bodies: readonly (readonly [title: string, body: unknown])[] = [
  ['no JSON', '{"subject":'],
  ['nothing', ''],
  ['a list', []],
  ['a word', '"subject"'],
  ['null', 'null'],
  ['no subject', { action, resource }],
  ['no action', { subject, resource }],
  ['no resource', { subject, action }],
  ['a subject that is a word', { ...good, subject: 'alice' }],
  ['a subject without type', { ...good, subject: { id: 'a' } }],
  ['a subject without id', { ...good, subject: { type: 'citizen' } }],
  ['an id that is a number', { ...good, subject: { type: 'citizen', id: 7 } }],
  ['an empty id', { ...good, subject: { type: 'citizen', id: '' } }],
  ['properties that are a list', { ...good, subject: { ...subject, properties: [] } }],
  ['an action that is a list', { ...good, action: [action] }],
  ['an action without name', { ...good, action: {} }],
  ['a name that is an object', { ...good, action: { name: {} } }],
  ['a resource without type', { ...good, resource: { id: REPORTS } }],
  ['a context that is a word', { ...good, context: 'now' }],
  ['a token that is no text', { ...good, context: { access_token: 1 } }],
];
test('what is not a question is 400 with a message, on both addresses', async (t) => {
  for (const path of ['evaluation', 'evaluations'] as const) {
    for (const [title, body] of bodies) {
      const reply = await reports.post(path, body);
      t.is(reply.status, 400, `${path}: ${title}`);
      t.regex(reply.headers.get('content-type') ?? '', /^text\/plain/);
      t.regex(reply.text, /^[ -~]{1,200}$/);
      t.notRegex(reply.text, /072190000011|alice|at |\.ts/);
    }
  }
});

test('members nobody here knows change nothing', async (t) => {
  const reply = await reports.post('evaluation', { ...good, extra: 1, subject: { ...subject, extra: {} }, context: { anything: [1] } }); // prettier-ignore
  t.is(reply.status, 200);
});

test('a body of another kind, another charset or too large is refused before it is read', async (t) => {
  t.is((await reports.post('evaluation', good, { 'content-type': 'text/plain' })).status, 415);
  const large = { ...good, context: { filler: 'x'.repeat(65 * 1024) } };
  t.is((await reports.post('evaluation', large)).status, 413);
  const deep = `{"subject":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
  t.is((await reports.post('evaluation', deep)).status, 400);
});

test('a request id comes back as it was, on every answer', async (t) => {
  const id = 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716';
  for (const [path, body, status] of [['evaluation', good, 200], ['evaluation', '{', 400], ['evaluations', { ...good, evaluations: [{}] }, 200]] as const) {
    const reply = await reports.post(path, body, { 'x-request-id': id });
    t.is(reply.status, status);
    t.is(reply.headers.get('x-request-id'), id);
  } // prettier-ignore
  const stranger = await ask(`${house.issuer}/access/v1/evaluation`, { method: 'POST', headers: { 'x-request-id': id } }); // prettier-ignore
  t.is(stranger.headers.get('x-request-id'), id);
});

test('a request id that could be more than an id does not come back', async (t) => {
  for (const id of ['a, b', '<script>', 'x'.repeat(201), 'a"b', 'a;b']) {
    const reply = await reports.post('evaluation', good, { 'x-request-id': id });
    t.is(reply.status, 200);
    t.regex(reply.headers.get('x-request-id') ?? '', /^[A-Z0-9]{8}$/, 'ours, as on every answer');
  }
});

test('who asks without a token, or with another kind of token, is told so and nothing else', async (t) => {
  const address = `${house.issuer}/access/v1/evaluation`;
  const json = { 'content-type': 'application/json' };
  const bare = await ask(address, { method: 'POST', headers: json, body: JSON.stringify(good) });
  t.is(bare.status, 401);
  t.is(bare.headers.get('www-authenticate')?.includes('error='), false);

  const rp = await createPortal(house, 'cong-thu');
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  const citizen = String(tokens.body['access_token']);
  const proof = await rp.proof({ method: 'POST', path: '/access/v1/evaluation', accessToken: citizen });
  const theirs = await ask(address, { method: 'POST', headers: { ...json, authorization: `DPoP ${citizen}`, dpop: proof }, body: JSON.stringify(good) }); // prettier-ignore
  t.is(theirs.status, 401, 'a citizen’s token is for a service, not for us');

  const { body } = await reports.client.credentials({ scope: 'tn:revocations' });
  const feed = String(body['access_token']);
  const other = await reports.client.proof({ method: 'POST', path: '/access/v1/evaluation', accessToken: feed }); // prettier-ignore
  const scopeless = await ask(address, { method: 'POST', headers: { ...json, authorization: `DPoP ${feed}`, dpop: other }, body: JSON.stringify(good) }); // prettier-ignore
  t.is(scopeless.status, 403);

  const plain = await ask(address, { method: 'POST', headers: { ...json, authorization: `Bearer ${feed}` }, body: JSON.stringify(good) }); // prettier-ignore
  t.is(plain.status, 401);
});

test('other methods find nothing here', async (t) => {
  for (const method of ['GET', 'PUT', 'DELETE'])
    t.is((await ask(`${house.issuer}/access/v1/evaluation`, { method })).status, 404, method);
});

test('a body that stops half way leaves no error behind', async (t) => {
  const before = house.logged.filter((line) => line.includes('server_error')).length;
  const { client } = reports;
  const { body } = await client.credentials({ scope: 'tn:evaluate' });
  const token = String(body['access_token']);
  const dpop = await client.proof({ method: 'POST', path: '/access/v1/evaluation', accessToken: token });
  await new Promise<void>((resolve) => {
    const half = request(`${house.issuer}/access/v1/evaluation`, {
      method: 'POST',
      headers: {
        authorization: `DPoP ${token}`,
        dpop,
        'content-type': 'application/json',
        'content-length': '5000',
      },
    });
    half.on('error', () => resolve());
    half.write('{"subject":', () => half.destroy());
    half.on('close', () => resolve());
  });
  t.is((await reports.post('evaluation', good)).status, 200);
  t.is(house.logged.filter((line) => line.includes('server_error')).length, before);
});
