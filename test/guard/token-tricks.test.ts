// Attack case 14: tokens at the wrong place, and headers made to confuse.

import test from 'ava';
import { createHmac } from 'node:crypto';
import { createGuard, type CheckResult, type Guard } from '../../packages/guard/guard.ts';
import { audience, createApp, createKeyPair, startIssuer, type Issuer } from './issuer.ts';

const baseUrl = 'https://hoso.example';
let issuer: Issuer;
let guard: Guard;
let app: Awaited<ReturnType<typeof createApp>>;

test.before(async () => {
  issuer = await startIssuer();
  guard = createGuard({ ...issuer.options, audience, baseUrl });
  await guard.start();
  app = await createApp(issuer);
});

test.after.always(async () => {
  await guard.stop();
  await issuer.stop();
});

function answerOf(result: CheckResult): string {
  if (result.ok) return 'allowed';
  const error = /error="([^"]*)"/.exec(result.headers['WWW-Authenticate'] ?? '')?.[1] ?? '';
  return `${result.status} ${error}`.trim();
}

async function tryToken(token: string): Promise<string> {
  return answerOf(await guard.check(await app.request(token), 'hoso.nop'));
}

async function tryHeader(authorization: string): Promise<string> {
  return answerOf(
    await guard.check({ method: 'POST', url: '/ho-so', headers: { authorization } }, 'hoso.nop'),
  );
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a tab, two spaces, a comma or an empty token is a malformed request', async (t) => {
  for (const header of [
    'DPoP\tabc',
    'DPoP  abc',
    'DPoP',
    'DPoP a, DPoP b',
    'DPoP abc def',
    'Bearer \u0001',
    `DPoP ${'a'.repeat(9000)}`,
  ]) {
    t.is(await tryHeader(header), '400 invalid_request', JSON.stringify(header.slice(0, 20)));
  }
});

test('another scheme is no token', async (t) => {
  t.is(await tryHeader('Basic dXNlcjpwYXNz'), '401');
});

test('the scheme may be written in any case', async (t) => {
  const token = await app.token();
  const request = await app.request(token);
  const result = await guard.check(
    { ...request, headers: { ...request.headers, authorization: `dpop ${token}` } },
    'hoso.nop',
  );
  t.is(answerOf(result), 'allowed');
});

test('two Authorization headers are seen although Node shows one', async (t) => {
  const token = await app.token();
  const request = await app.request(token);
  const rawHeaders = [
    'Authorization',
    `DPoP ${token}`,
    'AUTHORIZATION',
    `DPoP ${token}`,
    'DPoP',
    request.headers.dpop,
  ];
  t.is(answerOf(await guard.check({ ...request, rawHeaders }, 'hoso.nop')), '400 invalid_request');
});

test('a token in the URL or in the form is refused', async (t) => {
  const request = await app.request(await app.token());
  for (const url of ['/ho-so?access_token=x', '/ho-so?a=1&access%5Ftoken=x', '/ho-so?x=?&access_token=y']) {
    t.is(answerOf(await guard.check({ ...request, url }, 'hoso.nop')), '400 invalid_request');
  }
  const body = new URLSearchParams({ access_token: 'x' });
  t.is(answerOf(await guard.check({ ...request, body }, 'hoso.nop')), '400 invalid_request');
});

test('a request target that is not a path is refused', async (t) => {
  const request = await app.request(await app.token());
  t.is(
    answerOf(await guard.check({ ...request, url: 'https://hoso.example/ho-so' }, 'hoso.nop')),
    '400 invalid_request',
  );
});

test('a token of another type, ID token or catalogue, is refused', async (t) => {
  for (const typ of ['JWT', 'at+jwt ', 'dpop+jwt', 'tn-catalogue+jwt', '', undefined]) {
    t.is(await tryToken(await app.token({}, { typ })), '401 invalid_token');
  }
});

test('the type may be written in full and in any case', async (t) => {
  t.is(await tryToken(await app.token({}, { typ: 'application/AT+JWT' })), 'allowed');
});

test('alg none is refused', async (t) => {
  const [, payload = ''] = (await app.token()).split('.');
  for (const alg of ['none', 'None', '']) {
    t.is(
      await tryToken(`${base64({ alg, typ: 'at+jwt', kid: '2026-11-a' })}.${payload}.`),
      '401 invalid_token',
    );
  }
});

test('HS256 with the public key as the secret is refused', async (t) => {
  const [, payload = ''] = (await app.token()).split('.');
  const head = base64({ alg: 'HS256', typ: 'at+jwt', kid: '2026-11-a' });
  const mac = createHmac('sha256', JSON.stringify(issuer.key.publicJwk))
    .update(`${head}.${payload}`)
    .digest('base64url');
  t.is(await tryToken(`${head}.${payload}.${mac}`), '401 invalid_token');
});

test('a key or an address of keys inside the token is never used', async (t) => {
  const thief = await createKeyPair('thief');
  const before = issuer.hits.length;
  for (const header of [
    { jku: `${issuer.url}/thief-keys`, kid: 'thief' },
    { x5u: `${issuer.url}/thief-cert`, kid: 'thief' },
    { jwk: thief.publicJwk, kid: '2026-11-a' },
    { jwk: thief.publicJwk, kid: 'thief' },
  ]) {
    t.is(await tryToken(await app.token({}, header, thief.privateKey)), '401 invalid_token');
  }
  t.false(issuer.hits.slice(before).some((path) => path.startsWith('/thief')));
});

test('a good token that carries a key address is judged by our keys', async (t) => {
  t.is(await tryToken(await app.token({}, { jku: 'https://evil.example/keys' })), 'allowed');
});

test('critical header extensions are refused', async (t) => {
  const [, payload = '', signature = ''] = (await app.token()).split('.');
  for (const extra of [{ crit: ['b64'], b64: false }, { crit: [] }, { crit: ['exp'] }]) {
    t.is(
      await tryToken(
        `${base64({ alg: 'ES256', typ: 'at+jwt', kid: '2026-11-a', ...extra })}.${payload}.${signature}`,
      ),
      '401 invalid_token',
    );
  }
});

test('a missing, empty, path-like or number kid is refused', async (t) => {
  for (const kid of [undefined, '', '../../dev/null', 'x'.repeat(300)]) {
    t.is(await tryToken(await app.token({}, { kid })), '401 invalid_token');
  }
  const [, payload = '', signature = ''] = (await app.token()).split('.');
  t.is(
    await tryToken(`${base64({ alg: 'ES256', typ: 'at+jwt', kid: 7 })}.${payload}.${signature}`),
    '401 invalid_token',
  );
});

test('claims changed after signing are refused, also when the original was seen before', async (t) => {
  const token = await app.token();
  t.is(await tryToken(token), 'allowed');
  const [head = '', payload = '', signature = ''] = token.split('.');
  const changed: unknown = {
    ...JSON.parse(Buffer.from(payload, 'base64url').toString()),
    sub: 'somebody-else',
  };
  t.is(await tryToken(`${head}.${base64(changed)}.${signature}`), '401 invalid_token');
});

test('another issuer, another audience, or ours among others is refused', async (t) => {
  for (const claims of [
    { iss: 'https://id.example' },
    { iss: `${issuer.url}/` },
    { aud: 'https://phananh.dichvu.tayninh.gov.vn' },
    { aud: [audience, 'https://other.example'] },
    { aud: [] },
    { aud: `${audience}/` },
    { aud: undefined },
  ]) {
    t.is(await tryToken(await app.token(claims)), '401 invalid_token', JSON.stringify(claims));
  }
  t.is(await tryToken(await app.token({ aud: [audience] })), 'allowed');
});

test('times outside the tolerances are refused, inside they are not', async (t) => {
  const now = nowSeconds();
  const table: [Record<string, unknown>, string][] = [
    [{ iat: now - 300, exp: now - 20 }, '401 invalid_token'],
    [{ iat: now - 300, exp: now - 2 }, 'allowed'],
    [{ iat: now + 60, exp: now + 300 }, '401 invalid_token'],
    [{ iat: now + 5, exp: now + 300 }, 'allowed'],
    [{ nbf: now + 60 }, '401 invalid_token'],
    [{ nbf: now + 2 }, 'allowed'],
    [{ iat: now, exp: now + 901 }, '401 invalid_token'],
    [{ iat: now, exp: now }, '401 invalid_token'],
    [{ exp: undefined }, '401 invalid_token'],
    [{ iat: undefined }, '401 invalid_token'],
  ];
  for (const [claims, expected] of table)
    t.is(await tryToken(await app.token(claims)), expected, JSON.stringify(claims));
});

test('a missing sub, client_id or jti, and claims of the wrong type, are refused', async (t) => {
  for (const claims of [
    { sub: undefined },
    { sub: '' },
    { client_id: undefined },
    { jti: undefined },
    { acr: 2 },
    { auth_time: 'now' },
    { auth_time: -1 },
    { auth_time: 1e300 },
    { amr: 'vneid' },
    { scope: ['svc:hoso:nop'] },
    { purposes: 'hoso.xu-ly' },
    { consent_ver: '7' },
    { cnf: { jkt: 5 } },
    { cnf: 'x' },
    { cnf: null },
  ]) {
    t.is(await tryToken(await app.token(claims)), '401 invalid_token', JSON.stringify(claims));
  }
});

test('a bound token presented as Bearer is refused, and so is an unbound one', async (t) => {
  const token = await app.token();
  const request = await app.request(token);
  const asBearer = { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
  t.is(answerOf(await guard.check(asBearer, 'hoso.nop')), '401 invalid_token');
  const unbound = await app.token({ cnf: undefined });
  t.is(await tryToken(unbound), '401 invalid_token');
  t.is(await tryHeader(`Bearer ${unbound}`), '401 invalid_token');
});

test('rubbish is refused, whatever it is', async (t) => {
  for (const token of [
    'a',
    '..',
    'a.b.c',
    '....',
    `${base64([])}.${base64({})}.x`,
    `${base64(null)}.x.y`,
    'e30.e30.e30',
  ]) {
    t.is(await tryToken(token), '401 invalid_token', token);
  }
});
