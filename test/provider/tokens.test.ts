import test from 'ava';
import { compactVerify, createRemoteJWKSet } from 'jose';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import {
  claimsOf,
  createPortal,
  createService,
  DOSSIERS,
  headerOf,
  newProofKey,
  REPORTS,
} from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, LEVEL_ONE, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let other: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, other] = await Promise.all([createPortal(house, 'cong-thu'), createPortal(house, 'cong-khac')]);
});
test.after.always(() => house?.stop());

test('a level 2 access token carries what services decide by, and nothing personal', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_TWO);
  t.is(tokens.status, 200, tokens.text);
  const token = String(tokens.body['access_token']);
  const header = headerOf(token);
  t.deepEqual(Object.keys(header).toSorted(), ['alg', 'kid', 'typ']);
  t.like(header, { alg: 'ES256', typ: 'at+jwt' });
  await t.notThrowsAsync(compactVerify(token, createRemoteJWKSet(new URL(`${house.issuer}/jwks`))));

  const claims = claimsOf(token);
  const known = ['acr', 'amr', 'aud', 'auth_time', 'client_class', 'client_id', 'cnf', 'consent_id', 'consent_ver', 'exp', 'iat', 'identity_source', 'iss', 'jti', 'pol', 'purposes', 'scope', 'sub']; // prettier-ignore
  t.deepEqual(Object.keys(claims).toSorted(), known);
  t.like(claims, {
    iss: house.issuer,
    aud: DOSSIERS,
    client_id: 'cong-thu',
    client_class: 'gov_portal',
    scope: 'svc:hoso:nop',
    acr: `${house.issuer}/acr/2`,
    identity_source: 'vneid',
    cnf: { jkt: rp.proofKey.jkt },
  });
  t.deepEqual([...(claims['amr'] as string[])].toSorted(), ['mfa', 'otp', 'sms', 'vneid', 'zalo']);
  t.deepEqual([...(claims['purposes'] as string[])].toSorted(), ['hoso.bao-tin', 'hoso.xu-ly']);
  t.true(Number(claims['consent_ver']) >= 1);
  t.is(Number(claims['exp']) - Number(claims['iat']), 300);
  t.is(tokens.body['expires_in'], 300);
  t.is(tokens.body['token_type'], 'DPoP');
  t.true(String(claims['jti']).length >= 20);
  t.true(Math.abs(Number(claims['auth_time']) - Number(claims['iat'])) < 30);
  const opened = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  for (const personal of [visitor.person.personalNumber, visitor.person.name, visitor.person.phone.slice(1), visitor.person.zaloId]) {
    t.false(opened.includes(personal), 'something personal is in the token');
  } // prettier-ignore
});

test('a level 1 token lives ten minutes and names its own level', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  const claims = claimsOf(tokens.body['access_token']);
  t.is(Number(claims['exp']) - Number(claims['iat']), 600);
  t.like(claims, { acr: `${house.issuer}/acr/1`, amr: ['zalo'], aud: REPORTS });
  t.false('identity_source' in claims);
});

test('the ID token says level, time and methods, for this client', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, { ...LEVEL_ONE, over: { nonce: 'mot-lan' } });
  const claims = claimsOf(tokens.body['id_token']);
  t.like(claims, {
    iss: house.issuer,
    aud: 'cong-thu',
    nonce: 'mot-lan',
    acr: `${house.issuer}/acr/1`,
    amr: ['zalo'],
  });
  t.is(headerOf(tokens.body['id_token'])['alg'], 'ES256');
  t.not(claims['sub'], claimsOf(tokens.body['access_token'])['sub'], 'client and service know different ids');
});

test('every service and every client knows the citizen by another id, the same one each time', async (t) => {
  const visitor = await meet(house);
  const atReports = await signIn(rp, visitor, LEVEL_ONE);
  const atReportsAgain = await signIn(other, visitor, LEVEL_ONE);
  const atDossiers = await signIn(rp, visitor, LEVEL_TWO);
  const sub = (one: typeof atReports, token: 'access_token' | 'id_token') =>
    claimsOf(one.tokens.body[token])['sub'];
  t.is(sub(atReports, 'access_token'), sub(atReportsAgain, 'access_token'));
  t.not(sub(atReports, 'access_token'), sub(atDossiers, 'access_token'));
  t.is(sub(atReports, 'id_token'), sub(atDossiers, 'id_token'));
  // Portals at one host are one sector (OpenID Connect Core 8.1).
  t.is(typeof sub(atReportsAgain, 'id_token'), 'string');
  const stranger = await signIn(rp, await meet(house), LEVEL_ONE);
  t.not(sub(stranger, 'access_token'), sub(atReports, 'access_token'));
});

test('a code asked for one service gives no token for another', async (t) => {
  const visitor = await meet(house);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const { callback } = await visitor.go(request);
  const reply = await rp.redeem(request, callback, { resource: DOSSIERS });
  t.is(reply.status, 400);
  t.is(reply.body['error'], 'invalid_target');
});

test('a token has one audience: two services in one request are refused', async (t) => {
  const request = await rp.begin(LEVEL_ONE.scope, undefined, { resource: [REPORTS, DOSSIERS] });
  const { callback } = await (await meet(house)).go(request);
  const both = await rp.redeem(request, callback, { resource: [REPORTS, DOSSIERS] });
  t.is(both.status, 400, both.text);
  t.is(both.body['error'], 'invalid_target');
});

test('without a resource the audience of the code is used', async (t) => {
  const visitor = await meet(house);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const { callback } = await visitor.go(request);
  const reply = await rp.redeem(request, callback, { resource: undefined });
  t.is(reply.status, 200);
  t.is(claimsOf(reply.body['access_token'])['aud'], REPORTS);
});

test('a service token is for our own endpoints and says what kind of client holds it', async (t) => {
  const service = await createService(house, 'dich-vu', REPORTS);
  const { body } = await service.credentials();
  t.like(claimsOf(body['access_token']), {
    aud: `${house.issuer}/api`,
    client_id: 'dich-vu',
    sub: 'dich-vu',
    client_class: 'service',
    scope: 'tn:revocations',
    cnf: { jkt: service.proofKey.jkt },
  });
  t.is((await service.credentials({ resource: REPORTS })).body['error'], 'invalid_target');
  t.is((await rp.credentials()).status, 400, 'a portal acts for people only');
});

test('every token is bound to a key: a request without a proof gets none', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, LEVEL_ONE);
  const bare = await rp.refresh(tokens, {}, { proof: null });
  t.is(bare.status, 400);
  t.is(bare.body['error'], 'invalid_grant');
  const key = await newProofKey();
  const moved = await rp.refresh(tokens, {}, { key });
  t.is(moved.status, 200, 'the client is known by its own key, so it may change the proof key (FAPI 2.0)');
  t.like(claimsOf(moved.body['access_token']), { cnf: { jkt: key.jkt } });
});

test('a refresh token is not rotated and ends a day after the code', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  const again = await rp.refresh(tokens);
  t.is(again.status, 200);
  t.true(
    again.body['refresh_token'] === undefined || again.body['refresh_token'] === tokens.body['refresh_token'],
  );
});

test('a portal that does not ask for openid gets no refresh token', async (t) => {
  const visitor = await meet(house);
  const { tokens } = await signIn(rp, visitor, {
    scope: 'svc:phananh:gui',
    resource: REPORTS,
    over: { nonce: undefined },
  });
  t.is(tokens.status, 200, tokens.text);
  t.is(tokens.body['refresh_token'], undefined);
  t.is(tokens.body['id_token'], undefined);
});

test('a grant outlives every refresh token under it', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_ONE);
  const rows = await house.db.rows<{ outlives: boolean }>(sql`
    select g.expires_at > a.expires_at as outlives from oidc_artifact a join oidc_grant g on g.id = a.grant_id
    where g.account_id = ${await accountOf(house, visitor)}`);
  t.true(rows.length >= 2, 'the code and the refresh token');
  t.true(rows.every(({ outlives }) => outlives));
});
