// RFC 9449 at the token endpoint, and the clocks of FAPI 2.0 5.3.2.1. At UserInfo: userinfo.test.ts;
// at services: test/guard/proof.test.ts.

import test from 'ava';
import { exportJWK, generateKeyPair } from 'jose';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal, createService, newProofKey, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let service: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
  service = await createService(house, 'phananh', REPORTS);
  await service.credentials(); // the newest nonce is known
});
test.after.always(() => house?.stop());

const seconds = () => Math.floor(Date.now() / 1000);
const about = { method: 'POST', path: '/token' };

const wrong: [string, () => Promise<string>][] = [
  ['another method', () => service.proof({ ...about, method: 'GET' })],
  ['another endpoint', () => service.proof({ ...about, path: '/par' })],
  ['another host', () => service.proof(about, { htu: 'https://evil.example/token' })],
  ['no method', () => service.proof(about, { htm: undefined })],
  ['no address', () => service.proof(about, { htu: undefined })],
  ['no id', () => service.proof(about, { jti: '' })],
  ['no time', () => service.proof(about, { iat: undefined as never })],
  ['another type', () => service.proof(about, {}, { typ: 'JWT' })],
  ['no key', () => service.proof(about, {}, { jwk: undefined })],
  ['a key that did not sign', async () => service.proof(about, {}, { jwk: (await newProofKey()).publicJwk })],
  ['a private key', async () => service.proof(about, {}, { jwk: { ...service.proofKey.publicJwk, d: 'AA' } })],
  ['a symmetric key', async () => service.proof(about, {}, { jwk: { kty: 'oct', k: 'AA' } })],
  ['an unknown critical header', () => service.proof(about, {}, { crit: ['x'], x: 1 })],
  ['a key of another curve', async () => service.proof(about, {}, { jwk: await exportJWK((await generateKeyPair('ES384', { extractable: true })).publicKey) })],
]; // prettier-ignore
for (const [what, make] of wrong) {
  test(`a token request whose proof has ${what} is 400 invalid_dpop_proof`, async (t) => {
    const made = await make().catch(() => undefined);
    if (made === undefined) return t.pass('the library that signs refuses it already');
    const reply = await service.credentials({}, { proof: made });
    t.is(reply.status, 400, reply.text);
    t.is(reply.body['error'], 'invalid_dpop_proof');
    return t.is(reply.headers.get('cache-control'), 'no-store');
  });
}

test('two proofs in one request are refused', async (t) => {
  const both = `${await service.proof(about)}, ${await service.proof(about)}`;
  const reply = await service.credentials({}, { proof: both });
  t.is(reply.body['error'], 'invalid_dpop_proof');
});

test('a query or fragment in the address of a proof does not matter', async (t) => {
  const proof = await service.proof(about, { htu: `${house.issuer}/token?x=1#y` });
  t.is((await service.credentials({}, { proof })).status, 200);
});

test('without our nonce, or with a foreign one, the answer gives one to use', async (t) => {
  for (const nonce of [undefined, 'la']) {
    const reply = await service.credentials({}, { proof: await service.proof(about, { nonce }) });
    t.is(reply.status, 400);
    t.is(reply.body['error'], 'use_dpop_nonce');
    t.regex(reply.headers.get('dpop-nonce') ?? '', /^[\x21\x23-\x5B\x5D-\x7E]+$/);
  }
});

test('a token is bound to the key of its proof by cnf.jkt, and a client cannot go without', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  t.is(tokens.body['token_type'], 'DPoP');
  t.deepEqual(claimsOf(tokens.body['access_token'])['cnf'], { jkt: rp.proofKey.jkt });
  const bare = await rp.refresh(tokens, {}, { proof: null });
  t.is(bare.status, 400);
  t.false('access_token' in bare.body);
});

test('a confidential client may renew with another key: its refresh token is bound to the client', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  const key = await newProofKey();
  const renewed = await rp.refresh(tokens, {}, { key });
  t.is(renewed.status, 200, renewed.text);
  t.deepEqual(claimsOf(renewed.body['access_token'])['cnf'], { jkt: key.jkt });
});

test('an assertion from a clock ten seconds ahead is taken, from one a minute ahead it is not', async (t) => {
  const ask = async (ahead: number) => {
    const at = seconds() + ahead;
    const assertion = await service.assertion({ iat: at, nbf: at, exp: at + 60 });
    return service.introspect('x', {}, { assertion });
  };
  t.is((await ask(9)).status, 200);
  const far = await ask(65);
  t.is(far.status, 401);
  t.is(far.body['error'], 'invalid_client');
});
