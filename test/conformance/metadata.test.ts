// RFC 8414, OpenID Connect Discovery 1.0 and what other RFCs add to the metadata: each member is
// compared with what its endpoint does.

import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal, createService, REPORTS } from '../support/rp.ts';
import type { Reply, Rp } from '../support/rp.ts';

let house: TestHouse;
let rp: Rp;
let service: Rp;
let found: Readonly<Record<string, unknown>>;
let answer: Reply;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
  service = await createService(house, 'dich-vu', REPORTS);
  answer = await ask(`${house.issuer}/.well-known/oauth-authorization-server`);
  found = answer.body;
});
test.after.always(() => house?.stop());

const listOf = (name: string): string[] => {
  const value = found[name];
  return Array.isArray(value) ? value.map(String) : [];
};

test('the metadata is JSON, served with 200, and its issuer is the address it was asked at', (t) => {
  t.is(answer.status, 200);
  t.regex(answer.headers.get('content-type') ?? '', /^application\/json\b/);
  t.is(found['issuer'], house.issuer);
  const { search, hash, protocol, hostname } = new URL(house.issuer);
  t.is(search + hash, '');
  t.true(protocol === 'https:' || hostname === 'localhost', 'https everywhere but in tests');
});

test('every required member is there, and no list is empty', (t) => {
  const required = ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri', 'response_types_supported', 'subject_types_supported', 'id_token_signing_alg_values_supported', 'token_endpoint_auth_signing_alg_values_supported']; // prettier-ignore
  for (const name of required) t.true(name in found, name);
  for (const [name, value] of Object.entries(found)) {
    t.not(value, null, name);
    if (Array.isArray(value)) t.true(value.length > 0, name);
  }
  t.true(listOf('scopes_supported').includes('openid'));
  for (const algorithms of Object.keys(found).filter((name) => name.endsWith('alg_values_supported')))
    t.false(listOf(algorithms).includes('none'), algorithms);
});

test('every endpoint that is named is there, and says which methods it takes', async (t) => {
  const endpoints = Object.entries(found).filter(
    ([name]) => name.endsWith('_endpoint') || name === 'jwks_uri',
  );
  t.true(endpoints.length >= 8);
  for (const [name, url] of endpoints) {
    if (name === 'authorization_challenge_endpoint') continue; // has a page of its own in the protocol
    t.true(String(url).startsWith(`${house.issuer}/`), name);
    const reply = await ask(String(url), { method: 'PATCH' });
    t.is(reply.status, 405, name);
    t.regex(reply.headers.get('allow') ?? '', /^(GET|POST)/, name);
    t.is(reply.body['error'], 'invalid_request', name);
  }
});

test('a grant type that is listed is known, any other is unsupported_grant_type', async (t) => {
  for (const grantType of listOf('grant_types_supported')) {
    const reply = await rp.post('/token', { grant_type: grantType });
    t.not(reply.body['error'], 'unsupported_grant_type', grantType);
  }
  for (const grantType of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code', 'x']) {
    const reply = await rp.post('/token', { grant_type: grantType });
    t.is(reply.status, 400);
    t.is(reply.body['error'], 'unsupported_grant_type', grantType);
  }
});

test('a response mode that is listed works, any other is refused', async (t) => {
  for (const mode of [...listOf('response_modes_supported'), 'query.jwt', 'web_message']) {
    const listed = listOf('response_modes_supported').includes(mode);
    const { answer: pushed } = await rp.begin('openid', undefined, { response_mode: mode });
    t.is(pushed.status, listed ? 201 : 400, `${mode} ${pushed.text}`);
  }
});

test('what the metadata says is off is refused', async (t) => {
  t.is(found['claims_parameter_supported'], false);
  t.is(found['request_uri_parameter_supported'], false);
  t.false('request_parameter_supported' in found && found['request_parameter_supported'] === true);
  const request = await rp.begin('openid', undefined, { request: 'eyJhbGciOiJub25lIn0.e30.' });
  t.is(request.answer.body['error'], 'request_not_supported');
  const byAddress = await rp.begin('openid', undefined, { request_uri: 'https://client.example/r' });
  t.is(byAddress.answer.body['error'], 'request_uri_not_supported');
});

test('algorithms of proofs and assertions that are not listed are refused', async (t) => {
  t.deepEqual(listOf('dpop_signing_alg_values_supported'), ['ES256']);
  t.deepEqual(listOf('id_token_signing_alg_values_supported'), ['ES256']);
  t.deepEqual(listOf('code_challenge_methods_supported'), ['S256']);
  for (const alg of ['ES384', 'HS256', 'none']) {
    const proof = `${Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg, jwk: rp.proofKey.publicJwk })).toString('base64url')}.e30.AAAA`; // prettier-ignore
    const reply = await service.credentials({}, { proof });
    t.is(reply.body['error'], 'invalid_dpop_proof', alg);
  }
});

test('the metadata announces pushed requests, iss, DPoP, acr values and both logouts', (t) => {
  t.like(found, {
    pushed_authorization_request_endpoint: `${house.issuer}/par`,
    authorization_response_iss_parameter_supported: true,
    acr_values_supported: [`${house.config.TNID_ACR_BASE}1`, `${house.config.TNID_ACR_BASE}2`],
    end_session_endpoint: `${house.issuer}/session/end`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    subject_types_supported: ['pairwise'],
  });
  t.true(listOf('claims_supported').includes('acr'));
});
