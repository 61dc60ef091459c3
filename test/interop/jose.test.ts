// jose alone: whatever we sign can be verified with the key set and nothing else.

import test from 'ava';
import * as jose from 'jose';
import { createPortal, DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { meet, signIn } from '../support/visitor.ts';
import { useGround } from './ground.ts';

const ground = useGround();
let tokens: { access: string; id: string };
let rp: Rp;
let keys: ReturnType<typeof jose.createRemoteJWKSet>;
test.serial.before('a citizen has signed in', async () => {
  const { house } = ground.current();
  rp = await createPortal(house, 'cong-jose');
  const wanted = { scope: 'openid tn.level svc:hoso:chuan-bi', resource: DOSSIERS };
  const { body } = (await signIn(rp, await meet(house), wanted)).tokens;
  tokens = { access: String(body['access_token']), id: String(body['id_token']) };
  keys = jose.createRemoteJWKSet(new URL(`${house.issuer}/jwks`));
});

test('jose verifies an access token: issuer, audience, type, algorithm', async (t) => {
  const { issuer } = ground.current().house;
  const wanted = { issuer, audience: DOSSIERS, typ: 'at+jwt', algorithms: ['ES256'] };
  const { payload, protectedHeader } = await jose.jwtVerify(tokens.access, keys, wanted);
  t.is(protectedHeader.typ, 'at+jwt');
  t.is(payload['client_id'], 'cong-jose');
  t.deepEqual(payload['cnf'], { jkt: rp.proofKey.jkt });
});

test('jose verifies an ID token, and an access token is none', async (t) => {
  const { issuer } = ground.current().house;
  const wanted = { issuer, audience: 'cong-jose', algorithms: ['ES256'] };
  const { payload } = await jose.jwtVerify(tokens.id, keys, { ...wanted, requiredClaims: ['exp', 'iat', 'nonce', 'sub'] }); // prettier-ignore
  t.is(typeof payload.sub, 'string');
  await t.throwsAsync(jose.jwtVerify(tokens.access, keys, wanted), {
    code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
  });
  await t.throwsAsync(jose.jwtVerify(tokens.id, keys, { ...wanted, typ: 'at+jwt' }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' }); // prettier-ignore
});

test('jose verifies the catalogue', async (t) => {
  const { issuer } = ground.current().house;
  const text = await fetch(`${issuer}/.well-known/tayninh-service-catalogue`).then((reply) => reply.text());
  const { payload, protectedHeader } = await jose.compactVerify(text, keys, { algorithms: ['ES256'] });
  t.is(protectedHeader.typ, 'tn-catalogue+jwt');
  t.true(Array.isArray(JSON.parse(new TextDecoder().decode(payload)).services));
});

test('a token with one letter changed, and one of another algorithm, verify nowhere', async (t) => {
  const [header = '', payload = '', signature = ''] = tokens.access.split('.');
  const other = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  await t.throwsAsync(jose.jwtVerify(other, keys), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
  const unsigned = new jose.UnsecuredJWT(jose.decodeJwt(tokens.access)).encode();
  await t.throwsAsync(jose.jwtVerify(unsigned, keys));
});
