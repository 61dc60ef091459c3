// The DPoP proof (protocol §10.6, RFC 9449 §4.3).

import test from 'ava';
import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import {
  createGuard,
  createMemoryReplayStore,
  type CheckResult,
  type Guard,
  type GuardOptions,
} from '../../packages/guard/guard.ts';
import { audience, createApp, startIssuer, type Issuer } from './issuer.ts';

const baseUrl = 'https://hoso.example';
let issuer: Issuer;
let guard: Guard;
let app: Awaited<ReturnType<typeof createApp>>;
let token: string;

test.before(async () => {
  issuer = await startIssuer();
  app = await createApp(issuer);
  guard = await startGuard();
  token = await app.token();
});

test.after.always(async () => {
  await guard.stop();
  await issuer.stop();
});

async function startGuard(options: Partial<GuardOptions> = {}): Promise<Guard> {
  const made = createGuard({ ...issuer.options, audience, baseUrl, ...options });
  await made.start();
  return made;
}

function answerOf(result: CheckResult): string {
  if (result.ok) return 'allowed';
  const error = /error="([^"]*)"/.exec(result.headers['WWW-Authenticate'] ?? '')?.[1] ?? '';
  return `${result.status} ${error}`.trim();
}

async function tryProof(dpop: string | string[] | undefined, by = guard): Promise<string> {
  return answerOf(
    await by.check(
      { method: 'POST', url: '/ho-so', headers: { authorization: `DPoP ${token}`, dpop } },
      'hoso.nop',
    ),
  );
}

const refused = '401 invalid_dpop_proof';
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

test('a proof for another method, address, token or time is refused', async (t) => {
  for (const claims of [
    { htm: 'GET' },
    { htm: 'post' },
    { htm: undefined },
    { htu: 'https://hoso.example/phan-anh' },
    { htu: 'https://evil.example/ho-so' },
    { htu: 'http://hoso.example/ho-so' },
    { htu: '/ho-so' },
    { htu: 'https://me@hoso.example/ho-so' },
    { htu: undefined },
    { htu: 5 },
    { ath: undefined },
    { ath: 'x' },
    { iat: nowSeconds() - 90 },
    { iat: nowSeconds() + 90 },
    { iat: undefined },
    { iat: 'now' },
    { jti: undefined },
    { jti: '' },
    { jti: 7 },
    { jti: 'x'.repeat(300) },
  ]) {
    t.is(await tryProof(await app.proof(token, claims)), refused, JSON.stringify(claims));
  }
});

test('clocks that differ by less than a minute are tolerated', async (t) => {
  t.is(await tryProof(await app.proof(token, { iat: nowSeconds() - 50 })), 'allowed');
  t.is(await tryProof(await app.proof(token, { iat: nowSeconds() + 50 })), 'allowed');
});

test('the address is compared without query and with the configured base, not with the Host header', async (t) => {
  const headers = { authorization: `DPoP ${token}`, dpop: await app.proof(token), host: 'evil.example' };
  t.is(
    answerOf(await guard.check({ method: 'POST', url: '/ho-so?trang=2', headers }, 'hoso.nop')),
    'allowed',
  );
  const forHost = {
    authorization: `DPoP ${token}`,
    dpop: await app.proof(token, { htu: 'https://evil.example/ho-so' }),
    host: 'evil.example',
  };
  t.is(answerOf(await guard.check({ method: 'POST', url: '/ho-so', headers: forHost }, 'hoso.nop')), refused);
});

test('a proof of another key, type or algorithm is refused', async (t) => {
  const thief = await createApp(issuer);
  t.is(await tryProof(await thief.proof(token)), refused);
  t.is(await tryProof(await app.proof(token, {}, { typ: 'JWT' })), refused);
  t.is(await tryProof(await app.proof(token, {}, { typ: undefined })), refused);
  t.is(await tryProof(await app.proof(token, {}, { jwk: undefined })), refused);
  const { d, ...publicPart } = app.pair.privateJwk;
  t.is(
    await tryProof(await app.proof(token, {}, { jwk: { ...publicPart, d } })),
    refused,
    'private key in the header',
  );
  const secret = randomBytes(32);
  const symmetric = await new SignJWT({ htm: 'POST' })
    .setProtectedHeader({
      typ: 'dpop+jwt',
      alg: 'HS256',
      jwk: { kty: 'oct', k: secret.toString('base64url') } as never,
    })
    .sign(secret);
  t.is(await tryProof(symmetric), refused);
});

test('no proof, two proofs, an endless proof or rubbish is refused', async (t) => {
  t.is(await tryProof(undefined), refused);
  t.is(await tryProof([await app.proof(token), await app.proof(token)]), refused);
  t.is(await tryProof(`${await app.proof(token)}, ${await app.proof(token)}`), refused);
  t.is(await tryProof('x'.repeat(9000)), refused);
  for (const rubbish of ['', 'a.b.c', 'e30.e30.e30', 'null']) t.is(await tryProof(rubbish), refused);
});

test('a proof sent twenty times at once is good exactly once', async (t) => {
  const proof = await app.proof(token);
  const answers = await Promise.all(Array.from({ length: 20 }, () => tryProof(proof)));
  t.is(answers.filter((answer) => answer === 'allowed').length, 1);
  t.is(answers.filter((answer) => answer === refused).length, 19);
});

test('a broken proof does not use up the identifier of a good one', async (t) => {
  const claims = { jti: 'same-identifier' };
  t.is(await tryProof(await app.proof(token, { ...claims, ath: 'x' })), refused);
  t.is(await tryProof(await app.proof(token, claims)), 'allowed');
  t.is(await tryProof(await app.proof(token, claims)), refused);
});

test('a replay store that is full or gone refuses instead of forgetting', async (t) => {
  const full = await startGuard({ replay: createMemoryReplayStore(1) });
  t.is(await tryProof(await app.proof(token), full), 'allowed');
  t.is(await tryProof(await app.proof(token), full), '503');
  const gone = await startGuard({ replay: { insert: () => Promise.reject(new Error('connection lost')) } });
  t.is(await tryProof(await app.proof(token), gone), '503');
  await Promise.all([full.stop(), gone.stop()]);
});

test('the store remembers a proof for as long as a clock could accept it', (t) => {
  const store = createMemoryReplayStore();
  const at = (seconds: number): Date => new Date(1_795_356_000_000 + seconds * 1000);
  t.true(store.insert('a', 121_000, at(0)));
  t.false(store.insert('a', 121_000, at(120)));
  t.true(store.insert('a', 121_000, at(122)));
});

test('a service that wants nonces says so, gives one, and accepts it once per proof', async (t) => {
  const strict = await startGuard({ nonceSecret: randomBytes(32) });
  t.teardown(() => strict.stop());
  const request = await app.request(token);
  const first = await strict.check(request, 'hoso.nop');
  t.is(answerOf(first), '401 use_dpop_nonce');
  const nonce = first.ok ? undefined : first.headers['DPoP-Nonce'];
  t.regex(nonce ?? '', /^[0-9a-z]+\.[\w-]{43}$/);
  t.is(await tryProof(await app.proof(token, { nonce }), strict), 'allowed');
  t.is(
    await tryProof(await app.proof(token, { nonce, iat: nowSeconds() - 200 }), strict),
    'allowed',
    'wider window with a nonce',
  );
  t.is(await tryProof(await app.proof(token, { nonce: `${nonce}x` }), strict), '401 use_dpop_nonce');
  t.is(await tryProof(await app.proof(token, { nonce: 'zzzz.AAAA' }), strict), '401 use_dpop_nonce');
});

test('an old nonce is answered with a new one', async (t) => {
  let shiftMs = 0;
  const secret = randomBytes(32);
  const strict = await startGuard({ nonceSecret: secret, now: () => new Date(Date.now() + shiftMs) });
  t.teardown(() => strict.stop());
  const first = await strict.check(await app.request(token), 'hoso.nop');
  const nonce = first.ok ? undefined : first.headers['DPoP-Nonce'];
  shiftMs = 301_000;
  const later = nowSeconds() + 301;
  const fresh = await app.token({ iat: later, exp: later + 300, auth_time: later });
  const answer = await strict.check(await app.request(fresh, { nonce, iat: later }), 'hoso.nop');
  t.is(answerOf(answer), '401 use_dpop_nonce');
  t.not(answer.ok ? nonce : answer.headers['DPoP-Nonce'], nonce);
});
