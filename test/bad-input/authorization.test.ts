import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { sql } from '../../database.ts';
import { ask, challengeOf, createPortal, newVerifier, REDIRECT } from '../support/rp.ts';
import type { Form, Rp } from '../support/rp.ts';
import { LEVEL_ONE } from '../support/visitor.ts';
import { judge, long } from './row.ts';
import type { Row } from './row.ts';

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

let house: TestHouse;
let rp: Rp;
let other: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, other] = await Promise.all([createPortal(house, 'cong-thu'), createPortal(house, 'cong-khac')]);
  await Promise.all([rp.begin('openid', undefined), other.begin('openid', undefined)]);
});
test.after.always(() => house?.stop());

const push = (over: Form) => async () => (await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, over)).answer;
const open =
  (query: string | Record<string, string>, method = 'GET') =>
  () =>
    ask(`${house.issuer}/auth${method === 'GET' ? `?${new URLSearchParams(query)}` : ''}`, {
      method,
      headers: { accept: 'text/html' },
      ...(method === 'GET' ? {} : { body: new URLSearchParams(query) }),
    });
const raw =
  (path: string, init: Init = {}) =>
  () =>
    ask(`${house.issuer}${path}`, { ...init, headers: { accept: 'text/html', ...init.headers } });

test.serial('/par', async (t) => {
  const rows: Row[] = [
    ['nothing', () => rp.post('/par', {}), 400, 'invalid_request'],
    ['GET', raw('/par'), [404, 405]],
    ['JSON', raw('/par', { method: 'POST', headers: { 'content-type': 'application/json', accept: '*/*' }, body: '{}' }), 400], // prettier-ignore
    ['an oversized body', push({ state: long(80_000) }), [400, 413]],
    ['no response_type', push({ response_type: undefined }), 400, 'invalid_request'],
    ['an odd response_type', push({ response_type: 'code code' }), [201, 400]],
    ['a response_mode nobody knows', push({ response_mode: 'x' }), 400],
    ['a response_mode in the fragment', push({ response_mode: 'fragment' }), [201, 400]],
    ['no redirect_uri and no scope', push({ redirect_uri: undefined, scope: undefined }), [201, 400]],
    ['a doubled redirect_uri', push({ redirect_uri: [REDIRECT, REDIRECT] }), 400, 'invalid_request'],
    ['a doubled scope', push({ scope: ['openid', 'openid'] }), 400, 'invalid_request'],
    ['a doubled state', push({ state: ['a', 'b'] }), 400, 'invalid_request'],
    ['a doubled challenge', push({ code_challenge: ['a', 'b'] }), 400, 'invalid_request'],
    ['a doubled acr_values', push({ acr_values: ['a', 'b'] }), 400, 'invalid_request'],
    ['a doubled max_age', push({ max_age: ['1', '2'] }), 400, 'invalid_request'],
    ['a prompt nobody knows', push({ prompt: 'x' }), 400],
    ['prompt none and login', push({ prompt: 'none login' }), 400, 'invalid_request'],
    ['a resource with a fragment', push({ resource: 'https://phananh.dichvu.tayninh.gov.vn#x' }), 400, 'invalid_target'],
    ['a resource of 5,000 letters', push({ resource: `https://${long(5_000)}` }), 400, 'invalid_target'],
    ['a client_id of somebody else', push({ client_id: other.clientId }), [400, 401]],
    ['a hint that is no token', push({ id_token_hint: 'x' }), 400],
    ['a registration', push({ registration: '{}' }), [201, 400]],
    ['a dpop_jkt that is not the proof\'s', push({ dpop_jkt: long(43) }), 400], // prettier-ignore
  ]; // prettier-ignore
  for (const [what, send, wanted, error] of rows) {
    // A request that is accepted with an ignored oddity is a row of its own and is taken away again.
    if (Array.isArray(wanted) && wanted.includes(201)) {
      t.true(wanted.includes((await send()).status), what);
      await house.db.run(sql`delete from oidc_artifact where kind = 5`);
    } else await judge(t, house, [error === undefined ? [what, send, wanted] : [what, send, wanted, error]]);
  }
});

test.serial('/auth', async (t) => {
  const fine = (await rp.begin('openid', undefined)).requestUri;
  const gone = (await rp.begin('openid', undefined)).requestUri;
  await house.db.run(sql`
    update oidc_artifact set expires_at = now() - interval '1 second'
    where kind = 5 and id = sha256(${gone.split(':').at(-1)}::text::bytea)`);
  const rows: Row[] = [
    ['nothing', open({}), 400],
    ['no client', open({ request_uri: fine }), 400],
    ['an unknown client', open({ client_id: 'khong-co', request_uri: fine }), 400],
    ['a client of 10,000 letters', open({ client_id: long(10_000) }), 400],
    ['a client with a NUL', open({ client_id: 'a\u0000' }), 400],
    ['two clients', open('client_id=cong-thu&client_id=cong-thu&request_uri=x'), 400],
    ['somebody else\'s pushed request', open({ client_id: other.clientId, request_uri: fine }), 400], // prettier-ignore
    ['an expired pushed request', open({ client_id: rp.clientId, request_uri: gone }), 400],
    ['a pushed request nobody made', open({ client_id: rp.clientId, request_uri: 'urn:ietf:params:oauth:request_uri:x' }), 400], // prettier-ignore
    [
      'a request_uri of the web',
      open({ client_id: rp.clientId, request_uri: 'https://evil.example/' }),
      [303, 400],
    ],
    ['two pushed requests', open(`client_id=cong-thu&request_uri=${fine}&request_uri=${fine}`), 400],
    ['everything in the open', open({ client_id: rp.clientId, response_type: 'code', redirect_uri: REDIRECT, scope: 'openid', code_challenge: challengeOf(newVerifier()), code_challenge_method: 'S256' }), [303, 400], 'invalid_request'], // prettier-ignore
    ['a foreign redirect_uri', open({ client_id: rp.clientId, response_type: 'code', redirect_uri: 'https://evil.example/', scope: 'openid' }), 400], // prettier-ignore
    ['POST', open({ client_id: rp.clientId, request_uri: 'x' }, 'POST'), [400, 404, 405]],
    ['PUT', raw('/auth', { method: 'PUT' }), [404, 405]],
    ['a resume without a cookie', raw('/auth/abcdefghijklmnop'), 400],
    ['a resume with a forged cookie', raw('/auth/abc', { headers: { cookie: '__Secure-tnid-r=abc; __Secure-tnid-r.sig=def' } }), 400], // prettier-ignore
    ['a broken percent sign', raw('/auth?client_id=%E0%A4%A'), 400],
    ['a very long address', raw(`/auth?client_id=${long(14_000)}`), [400, 414, 431]],
  ];
  await judge(t, house, rows);
});

test.serial('documents, health and pages for anybody', async (t) => {
  const rows: Row[] = [
    ['POST to the keys', raw('/jwks', { method: 'POST' }), [404, 405]],
    ['keys with a query', raw('/jwks?x=1'), 200],
    ['DELETE of discovery', raw('/.well-known/openid-configuration', { method: 'DELETE' }), [404, 405]],
    ['a document nobody wrote', raw('/.well-known/khong-co'), 404],
    ['POST of the catalogue', raw('/.well-known/tayninh-service-catalogue', { method: 'POST' }), [404, 405]],
    ['a catalogue with an odd ETag', raw('/.well-known/tayninh-service-catalogue', { headers: { 'if-none-match': '"x", *' } }), [200, 304]], // prettier-ignore
    ['POST of health', raw('/healthz', { method: 'POST' }), [404, 405]],
    ['health with a query', raw('/healthz?x'), [200, 404]],
    ['readiness', raw('/readyz'), 200],
    ['an unknown page', raw('/khong-co'), 404],
    ['a path that climbs', raw('/assets/..%2f..%2fpackage.json'), 404],
    ['a double slash', raw('//evil.example/'), 404],
    ['a backslash', raw('/%5cevil.example'), 404],
    ['a NUL', raw('/%00'), [400, 404]],
    ['a broken percent sign', raw('/%E0%A4%A'), [400, 404]],
    ['a language nobody speaks', raw('/?lang=xx&lang=yy'), 200],
    ['an enormous cookie', raw('/', { headers: { cookie: `__Host-tnid=${long(10_000)}` } }), 200],
    ['headers beyond all measure', raw('/', { headers: { cookie: long(20_000) } }), 431],
    ['TRACE-like methods', raw('/', { method: 'PROPFIND' }), [404, 405, 501]],
  ];
  await judge(t, house, rows);
});
