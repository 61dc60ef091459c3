import test from 'ava';
import { randomUUID } from 'node:crypto';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal, createService, INSURANCE, REDIRECT, REPORTS } from '../support/rp.ts';
import type { AuthRequest, Form, Reply, Rp, Sending } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';
import { settle } from './counts.ts';
import { judge, long } from './row.ts';
import type { Row } from './row.ts';

let house: TestHouse;
let rp: Rp;
let other: Rp;
let service: Rp;
let request: AuthRequest;
let callback: URL;
let tokens: Reply;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, other, service] = await Promise.all([
    createPortal(house, 'cong-thu'),
    createPortal(house, 'cong-khac'),
    createService(house, 'bhyt', INSURANCE),
  ]);
  await Promise.all([service.credentials(), other.begin('openid', undefined)]); // a nonce for each
  const visitor = await meet(house);
  tokens = (await signIn(rp, visitor, LEVEL_ONE)).tokens;
  request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  callback = (await visitor.go(request)).callback;
  await settle(house.db); // events of issued tokens are gathered
});
test.after.always(() => house?.stop());

const redeem = (over: Form, sending: Sending = {}, by: () => Rp = () => rp) => () => by().redeem(request, callback, over, sending); // prettier-ignore
const refresh = (over: Form, sending: Sending = {}, by: () => Rp = () => rp) => () => by().refresh(tokens, over, sending); // prettier-ignore
const proofWith = (claims: object, header: object = {}, path = '/token', method = 'POST') => () => rp.proof({ method, path }, { ...claims }, { ...header }); // prettier-ignore
const refreshWith = (make: () => Promise<string>) => async () =>
  rp.refresh(tokens, {}, { proof: await make() });
const raw = (path: string, init: RequestInit) => () => ask(`${house.issuer}${path}`, init);

test.serial('/token', async (t) => {
  const rows: Row[] = [
    ['no body', () => rp.post('/token', {}), 400, 'invalid_request'],
    ['GET', raw('/token', {}), [404, 405]],
    ['JSON', raw('/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }), 400, 'invalid_request'], // prettier-ignore
    ['no content type', raw('/token', { method: 'POST', body: Buffer.from('grant_type=refresh_token') }), 400, 'invalid_request'], // prettier-ignore
    ['an oversized body', () => rp.post('/token', { grant_type: 'refresh_token', refresh_token: long(80_000) }), [400, 413]], // prettier-ignore
    [
      'an unknown grant type',
      () => rp.post('/token', { grant_type: 'password' }),
      400,
      'unsupported_grant_type',
    ],
    ['a doubled grant type', () => rp.post('/token', { grant_type: ['refresh_token', 'refresh_token'] }), 400, 'invalid_request'], // prettier-ignore
    ['no code', redeem({ code: undefined }), 400, 'invalid_request'],
    ['an empty code', redeem({ code: '' }), 400, 'invalid_request'],
    ['a code nobody gave', redeem({ code: randomUUID() }), 400, 'invalid_grant'],
    ['a code with a NUL', redeem({ code: 'a\u0000b' }), 400, 'invalid_grant'],
    ['a very long code', redeem({ code: long(5_000) }), 400, 'invalid_grant'],
    ['a doubled code', redeem({ code: ['a', 'b'] }), 400, 'invalid_request'],
    ['no verifier', redeem({ code_verifier: undefined }), 400, 'invalid_grant'],
    ['another verifier', redeem({ code_verifier: 'x'.repeat(43) }), 400, 'invalid_grant'],
    ['a short verifier', redeem({ code_verifier: 'x' }), 400, 'invalid_request'],
    ['another redirect_uri', redeem({ redirect_uri: `${REDIRECT}/` }), 400, 'invalid_grant'],
    ['somebody else\'s code', redeem({}, {}, () => other), 400, 'invalid_grant'], // prettier-ignore
    ['somebody else\'s refresh token', refresh({}, {}, () => other), 400, 'invalid_grant'], // prettier-ignore
    ['no refresh token', refresh({ refresh_token: undefined }), 400, 'invalid_request'],
    ['an access token as refresh token', refresh({ refresh_token: 'eyJ.a.b' }), 400, 'invalid_grant'],
    ['a scope beyond the grant', refresh({ scope: 'openid svc:hoso:nop' }), 400, 'invalid_scope'],
    ['another audience', refresh({ resource: INSURANCE }), 400, 'invalid_target'],
    ['an audience that is no address', refresh({ resource: 'x' }), 400, 'invalid_target'],
    ['an audience with a fragment', refresh({ resource: `${REPORTS}#x` }), 400, 'invalid_target'],
    ['no client', () => rp.refresh(tokens, {}, { assertion: null }), 400, 'invalid_request'],
    ['a client nobody knows', () => rp.post('/token', { grant_type: 'refresh_token', client_id: 'khong-co', refresh_token: 'x' }, { assertion: null }), 401, 'invalid_client'], // prettier-ignore
    ['an assertion that is no JWT', refresh({}, { assertion: 'x.y.z' }), [400, 401]],
    ['an empty assertion', refresh({}, { assertion: '' }), [400, 401]],
    ['an enormous assertion', refresh({}, { assertion: `${long(40_000)}.a.b` }), [400, 401]],
    ['a basic header', refresh({}, { headers: { authorization: 'Basic eDp5' } }), [400, 401]],
    ['an assertion of yesterday', async () => rp.refresh(tokens, {}, { assertion: await rp.assertion({ iat: 1, exp: 2 }) }), 401, 'invalid_client'], // prettier-ignore
    ['an assertion without an end', async () => rp.refresh(tokens, {}, { assertion: await rp.assertion({ exp: undefined as never }) }), 401, 'invalid_client'], // prettier-ignore
    ['no proof', refresh({}, { proof: null }), 400, 'invalid_grant'],
    ['an empty proof', refresh({}, { proof: '' }), 400, 'invalid_grant'],
    ['a proof that is no JWT', refresh({}, { proof: 'x' }), 400, 'invalid_dpop_proof'],
    ['two proofs', refresh({}, { proof: 'eyJ.a.b, eyJ.a.b' }), 400, 'invalid_dpop_proof'],
    ['a proof for another method', refreshWith(proofWith({ htm: 'GET' })), 400, 'invalid_dpop_proof'],
    ['a proof for another address', refreshWith(proofWith({ htu: 'https://evil.example/token' })), 400, 'invalid_dpop_proof'], // prettier-ignore
    ['a proof for another path', refreshWith(proofWith({}, {}, '/par')), 400, 'invalid_dpop_proof'],
    ['a proof with a foreign nonce', refreshWith(proofWith({ nonce: 'x' })), 400, 'use_dpop_nonce'],
    ['a proof without an id', refreshWith(proofWith({ jti: undefined })), 400, 'invalid_dpop_proof'],
    ['a proof of the wrong type', refreshWith(proofWith({}, { typ: 'JWT' })), 400, 'invalid_dpop_proof'],
    ['a proof without a key', refreshWith(proofWith({}, { jwk: undefined })), 400, 'invalid_dpop_proof'],
    ["a service asking for a citizen's scope", () => service.credentials({ scope: 'svc:bhyt:xem' }), 200], // a token without any scope: see below, prettier-ignore
    ['a service asking for another audience', () => service.credentials({ resource: INSURANCE }), 400, 'invalid_target'], // prettier-ignore
    ['a service redeeming a code', redeem({}, {}, () => service), 400, 'unauthorized_client'],
  ];
  await judge(t, house, rows);
  t.is((await service.credentials({ scope: 'svc:bhyt:xem' })).body['scope'], undefined);
  const good = await rp.redeem(request, callback);
  t.is(good.status, 200, `after all of this the code is still good: ${good.text}`);
  await settle(house.db); // its event is gathered
});

test.serial('/introspect and /revoke', async (t) => {
  const refreshToken = String(tokens.body['refresh_token']);
  const rows: Row[] = [
    ['introspect nothing', () => service.introspect('', { token: undefined }), 400, 'invalid_request'],
    ['introspect by GET', raw('/introspect?token=x', {}), [404, 405]],
    ['introspect two tokens', () => service.introspect('', { token: ['a', 'b'] }), 400, 'invalid_request'],
    ['introspect a very long token', () => service.introspect(long(30_000)), 200],
    ['introspect with a NUL', () => service.introspect('a\u0000'), 200],
    [
      'introspect without a client',
      () => service.introspect('x', {}, { assertion: null }),
      400,
      'invalid_request',
    ],
    ['introspect as an unknown client', () => service.introspect('x', { client_id: 'khong-co' }, { assertion: null }), 401, 'invalid_client'], // prettier-ignore
    ['introspect as a portal', () => rp.introspect(refreshToken), 200],
    ['introspect as JSON', raw('/introspect', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"token":"x"}' }), 400], // prettier-ignore
    ['revoke nothing', () => rp.revoke('', { token: undefined }), 400, 'invalid_request'],
    ['revoke by GET', raw('/revoke?token=x', {}), [404, 405]],
    ['revoke two', () => rp.revoke('', { token: ['a', 'b'] }), 400, 'invalid_request'],
    ['revoke without a client', () => rp.revoke('x', {}, { assertion: null }), 400, 'invalid_request'],
    ['revoke somebody else\'s', () => other.revoke(refreshToken), [200, 400]], // prettier-ignore
    ['revoke what never was', () => rp.revoke(randomUUID()), 200],
    ['revoke a very long one', () => rp.revoke(long(30_000)), 200],
  ];
  await judge(t, house, rows);
  t.is((await rp.refresh(tokens)).status, 200);
});

test.serial('/userinfo and /revocations', async (t) => {
  await settle(house.db); // the event of the refresh above
  const bearer = (value: string) => ({ headers: { authorization: value } });
  const rows: Row[] = ['/userinfo', '/revocations'].flatMap((path): Row[] => [
    [`${path} without a token`, raw(path, {}), [400, 401]],
    [`${path} with an empty header`, raw(path, bearer('')), [400, 401]],
    [`${path} with half a header`, raw(path, bearer('DPoP')), [400, 401]],
    [`${path} as Bearer`, raw(path, bearer('Bearer x')), [400, 401]],
    [`${path} with Basic`, raw(path, bearer('Basic eDp5')), [400, 401]],
    [`${path} with an unknown token`, () => rp.withToken(path, 'x'.repeat(43)), 401],
    [`${path} with an ID token`, () => rp.withToken(path, String(tokens.body['id_token'])), 401],
    [
      `${path} with the token of a service`,
      () => rp.withToken(path, String(tokens.body['access_token'])),
      401,
    ],
    [`${path} with a refresh token`, () => rp.withToken(path, String(tokens.body['refresh_token'])), 401],
    [`${path} with a token in the address`, raw(`${path}?access_token=x`, {}), [400, 401]],
    [`${path} with a token of 9,000 letters`, () => rp.withToken(path, long(9_000)), [400, 401]],
    [`${path} with no proof`, () => rp.withToken(path, 'x'.repeat(43), { proof: null }), [400, 401]],
    [`${path} by DELETE`, raw(path, { method: 'DELETE' }), [404, 405]],
  ]);
  await judge(t, house, rows);
});
