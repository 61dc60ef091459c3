import test from 'ava';
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { importJWK, SignJWT } from 'jose';
import type { JWTHeaderParameters } from 'jose';
import { openEnvelope } from '../../keys/envelope.ts';
import { loadSigningKeys } from '../../keys/signing-keys.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, claimsOf, createPortal, createService, headerOf, newProofKey, REPORTS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

// Case 14 at the broker's own doors; the services' doors are in test/guard/token-tricks.test.ts.
let house: TestHouse;
let service: Rp;
let good: string;
const calls: string[] = [];
const trap = createServer((request, response) => {
  calls.push(request.url ?? '');
  response.end('{}');
});
let trapUrl = '';

test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  service = await createService(house, 'phananh', REPORTS);
  good = String((await service.credentials()).body['access_token']);
  trap.listen(0, '127.0.0.1');
  await once(trap, 'listening');
  const address = trap.address();
  trapUrl = `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
test.after.always(async () => {
  trap.close();
  await house?.stop();
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const feed = (token: string) => service.withToken('/revocations', token);

/** Signed with the broker's real key: everything about it is right but what is laid over it. */
async function signed(claims: object = {}, header: object = {}): Promise<string> {
  const envelope = openEnvelope(house.config.TNID_KEK, house.config.TNID_KEK_PREVIOUS);
  const [key] = await loadSigningKeys(house.db, envelope, 'token', new Date());
  if (key === undefined) throw new Error('no key');
  const heading = { ...headerOf(good), ...header } as JWTHeaderParameters; // a copy of a header this broker wrote
  return new SignJWT({ ...claimsOf(good), jti: randomUUID(), ...claims }).setProtectedHeader(heading).sign(await importJWK({ ...key.privateJwk }, 'ES256')); // prettier-ignore
}

test('the right token opens the feed', async (t) => {
  t.is((await feed(good)).status, 200);
  t.is((await feed(await signed())).status, 200, 'a token signed here by hand is as good: the refusals below are about their difference');
}); // prettier-ignore

const wrong: [string, () => Promise<string>][] = [
  ['alg none', async () => `${encode({ ...headerOf(good), alg: 'none' })}.${encode(claimsOf(good))}.`],
  ['HS256 with the public key', async () => {
    const { keys } = (await ask(`${house.issuer}/jwks`)).body as { keys: { kid: string }[] };
    const body = `${encode({ ...headerOf(good), alg: 'HS256' })}.${encode(claimsOf(good))}`;
    return `${body}.${createHmac('sha256', JSON.stringify(keys[0])).update(body).digest('base64url')}`;
  }],
  ['another signature', async () => `${good.split('.').slice(0, 2).join('.')}.${'A'.repeat(86)}`],
  ['changed claims', async () => `${good.split('.')[0]}.${encode({ ...claimsOf(good), client_id: 'khac' })}.${good.split('.')[2]}`],
  ['type JWT', () => signed({}, { typ: 'JWT' })],
  ['type of a logout token', () => signed({}, { typ: 'logout+jwt' })],
  ['an unknown kid', () => signed({}, { kid: 'khac' })],
  ['a kid that is a path', () => signed({}, { kid: '../../etc/passwd' })],
  ['no kid', () => signed({}, { kid: undefined })],
  ['the audience of a service', () => signed({ aud: REPORTS })],
  ['two audiences', () => signed({ aud: [`${house.issuer}/api`, REPORTS] })],
  ['no audience', () => signed({ aud: undefined })],
  ['another issuer', () => signed({ iss: 'https://evil.example' })],
  ['no end', () => signed({ exp: undefined })],
  ['an end that has passed', () => signed({ exp: Math.floor(Date.now() / 1000) - 60 })],
  ['a life of a year', () => signed({ exp: Math.floor(Date.now() / 1000) + 31_536_000 })],
  ['a beginning in the future', () => signed({ nbf: Math.floor(Date.now() / 1000) + 3_600 })],
  ['no bound key', () => signed({ cnf: undefined })],
  ['a key set of its own', () => signed({}, { jku: `${trapUrl}/jku`, kid: 'khac' })],
  ['a certificate of its own', () => signed({}, { x5u: `${trapUrl}/x5u`, kid: 'khac' })],
]; // prettier-ignore
for (const [what, make] of wrong) {
  test(`a token with ${what} is invalid_token, and says nothing of our rules`, async (t) => {
    const reply = await feed(await make());
    t.is(reply.status, 401, reply.text);
    const challenge = reply.headers.get('www-authenticate') ?? '';
    t.regex(challenge, /error="invalid_token"/);
    t.notRegex(challenge, /acr_values|scope=/);
    t.deepEqual(calls, [], 'no address in a token is ever called');
  });
}

test('a token bound to another key is refused for its proof', async (t) => {
  const reply = await feed(await signed({ cnf: { jkt: (await newProofKey()).jkt } }));
  t.is(reply.status, 401);
  t.regex(reply.headers.get('www-authenticate') ?? '', /error="invalid_dpop_proof"/);
});

test('a citizen\'s tokens open nothing here', async (t) => {
  const rp = await createPortal(house, 'cong-thu');
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  for (const name of ['access_token', 'id_token', 'refresh_token']) {
    for (const path of ['/revocations', '/userinfo']) {
      t.is((await rp.withToken(path, String(tokens.body[name]))).status, 401, `${name} at ${path}`);
    }
  }
}); // prettier-ignore

test('the token of one service shows only its own entries', async (t) => {
  const rp = await createPortal(house, 'cong-hai');
  const { walk, request, tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  await rp.redeem(request, walk.callback);
  const elsewhere = await createService(house, 'hoso', 'https://hoso.dichvu.tayninh.gov.vn');
  const { body } = await elsewhere.credentials();
  const seen = await elsewhere.withToken('/revocations', String(body['access_token']));
  t.false(seen.text.includes(String(claimsOf(tokens.body['access_token'])['sub'])));
  t.true((await feed(good)).text.includes(String(claimsOf(tokens.body['access_token'])['sub'])));
});
