import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import {
  ask,
  challengeOf,
  createPortal,
  createService,
  newVerifier,
  REDIRECT,
  REPORTS,
} from '../support/rp.ts';
import type { Form, Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const refusedAtPush: [string, Form, string][] = [
  ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
  ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['a challenge without its method', { code_challenge_method: undefined }, 'invalid_request'],
  ['a challenge of the wrong shape', { code_challenge: 'short' }, 'invalid_request'],
  ['the implicit flow', { response_type: 'id_token' }, 'unsupported_response_type'],
  ['a token in the answer', { response_type: 'token' }, 'unsupported_response_type'],
  ['the hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type'],
  ['an unregistered address', { redirect_uri: 'http://localhost:9/khac' }, 'invalid_request'],
  ['a service nobody knows', { resource: 'https://khac.dichvu.tayninh.gov.vn' }, 'invalid_target'],
  ['an audience that is no address', { resource: 'phananh' }, 'invalid_target'],
  ['a claims parameter', { claims: '{"id_token":{"acr":{"essential":true}}}' }, 'ignored'],
  ['a request object by address', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
  ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
];

for (const [what, over, error] of refusedAtPush) {
  test(`a pushed request with ${what}: ${error}`, async (t) => {
    const { answer } = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, over);
    if (error === 'ignored') return t.is(answer.status, 201);
    t.is(answer.status, 400, answer.text);
    t.is(answer.body['error'], error);
    return t.falsy(answer.body['request_uri']);
  });
}

test('a pushed request lives a minute', async (t) => {
  const { answer } = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  t.is(answer.status, 201);
  t.is(answer.body['expires_in'], 60);
});

test('a portal may not send its request through the browser', async (t) => {
  const query = new URLSearchParams({
    client_id: rp.clientId,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid',
    code_challenge: challengeOf(newVerifier()),
    code_challenge_method: 'S256',
    state: 'x',
  });
  const reply = await ask(`${house.issuer}/auth?${query}`, { headers: { accept: 'text/html' } });
  const location = new URL(reply.headers.get('location') ?? 'http://nowhere', house.issuer);
  t.not(location.pathname.split('/')[1], 'interaction');
  t.true(reply.status === 400 || location.searchParams.get('error') === 'invalid_request');
});

test('a pushed request is of use to its own client only', async (t) => {
  const other = await createPortal(house, 'cong-khac');
  const { requestUri } = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const query = new URLSearchParams({ client_id: other.clientId, request_uri: requestUri });
  const reply = await ask(`${house.issuer}/auth?${query}`, { headers: { accept: 'text/html' } });
  t.is(reply.status, 400);
  t.is(reply.headers.get('location'), null);
});

test('the answer names the issuer and carries the state', async (t) => {
  const visitor = await meet(house);
  const { walk } = await signIn(rp, visitor, { ...LEVEL_ONE, over: { state: 'cua-toi' } });
  t.is(walk.callback.searchParams.get('iss'), house.issuer);
  t.is(walk.callback.searchParams.get('state'), 'cua-toi');
  t.is(walk.callback.hash, '');
});

const assertions: [string, Parameters<Rp['assertion']>, number][] = [
  ['its own address as audience', [{ aud: 'TOKEN' }], 401],
  ['a list as audience', [{ aud: ['ISSUER'] }], 401],
  ['another issuer', [{ iss: 'cong-khac' }], 401],
  ['another subject', [{ sub: 'cong-khac' }], 400],
  ['an end long ago', [{ exp: 1_700_000_000 }], 401],
  ['no id', [{ jti: '' }], 401],
  ['an algorithm that is none of ours', [{}, { alg: 'none' }], 401],
];
for (const [what, [claims = {}, header = {}], status] of assertions) {
  test(`a client assertion with ${what} is refused`, async (t) => {
    const aud =
      claims.aud === 'TOKEN'
        ? `${house.issuer}/token`
        : Array.isArray(claims.aud)
          ? [house.issuer]
          : house.issuer;
    const assertion =
      header['alg'] === 'none'
        ? `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ iss: rp.clientId, sub: rp.clientId, aud, exp: 4e9, jti: 'x' })).toString('base64url')}.`
        : await rp.assertion({ ...claims, aud }, header);
    const reply = await rp.post('/par', { response_type: 'code' }, { assertion, proof: null });
    t.is(reply.status, status, reply.text);
    t.is(reply.body['error'], status === 401 ? 'invalid_client' : 'invalid_request');
  });
}

test('no client comes in with a secret or without anything', async (t) => {
  for (const form of [{ client_id: rp.clientId }, { client_id: rp.clientId, client_secret: 'x' }]) {
    const reply = await rp.post('/par', { ...form, response_type: 'code' }, { assertion: null, proof: null });
    t.is(reply.status, 401, reply.text);
    t.is(reply.body['error'], 'invalid_client');
  }
});

test('a proof without our nonce is answered with one', async (t) => {
  const service = await createService(house, 'dich-vu', REPORTS);
  const proof = await service.proof({ method: 'POST', path: '/token' });
  const first = await service.credentials({}, { proof });
  t.is(first.status, 400);
  t.is(first.body['error'], 'use_dpop_nonce');
  t.truthy(first.headers.get('dpop-nonce'));
  const second = await service.credentials();
  t.is(second.status, 200, second.text);
  t.is(second.body['token_type'], 'DPoP');
});

test('an address that is no page of ours gives no token by being guessed', async (t) => {
  for (const path of ['/reg', '/device', '/challenge', '/credential', '/nonce', '/auth/khong-co', '/.well-known/openid-credential-issuer']) {
    const reply = await ask(`${house.issuer}${path}`, { headers: { accept: 'application/json' } });
    t.true([400, 404].includes(reply.status), `${path} ${reply.status}`);
  } // prettier-ignore
});
