// Tokens and proofs that are nearly right: JWS taken apart by hand must be as strict as a library.

import { createPrivateKey, hash, randomUUID, sign, type KeyObject } from 'node:crypto';
import test from 'ava';
import { createApp, audience, type Issuer } from '../guard/issuer.ts';
import { answerOf, baseUrl, setUp } from '../guard/setting.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';

const b64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

function signRaw(header: string, payload: string, key: KeyObject, encoding: 'ieee-p1363' | 'der' = 'ieee-p1363'): string {
  const signed = `${b64(header)}.${b64(payload)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: encoding }).toString('base64url')}`;
} // prettier-ignore

async function ground(t: Parameters<typeof setUp>[0]) {
  const setting = await setUp(t);
  const guard = await setting.start();
  const issuerKey = createPrivateKey({ key: setting.issuer.key.privateJwk, format: 'jwk' });
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const jkt = await calculateJwkThumbprint(jwk);
  const proofKey = createPrivateKey({ key: await exportJWK(privateKey), format: 'jwk' });
  const header = `{"alg":"ES256","typ":"at+jwt","kid":"${setting.issuer.key.publicJwk.kid}"}`;
  const claims = (): Record<string, unknown> => ({
    iss: setting.issuer.url, aud: audience, sub: 's', client_id: 'miniapp', iat: nowSeconds(), exp: nowSeconds() + 300, jti: randomUUID(),
    scope: 'svc:hoso:nop svc:hoso:xem', acr: 'https://id.tayninh.gov.vn/acr/2', auth_time: nowSeconds() - 10, amr: ['zalo', 'vneid', 'otp'],
    purposes: ['hoso.xu-ly'], client_class: 'first_party', identity_source: 'vneid', cnf: { jkt },
  }); // prettier-ignore
  const proofHeader = JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk });
  const proofClaims = (token: string): Record<string, unknown> => ({
    htm: 'POST', htu: `${baseUrl}/ho-so`, iat: nowSeconds(), jti: randomUUID(), ath: hash('sha256', token, 'base64url'),
  }); // prettier-ignore
  const send = async (token: string, proof?: string): Promise<string> => {
    const dpop = proof ?? signRaw(proofHeader, JSON.stringify(proofClaims(token)), proofKey);
    const rawHeaders = ['Authorization', `DPoP ${token}`, 'DPoP', dpop];
    return answerOf(
      await guard.check({ method: 'POST', url: '/ho-so', headers: {}, rawHeaders }, 'hoso.nop'),
    );
  };
  return { issuerKey, header, claims, proofHeader, proofKey, proofClaims, jwk, send };
}

test('a token whose text, header or claims are not exactly JWS and JSON is refused', async (t) => {
  const { issuerKey, header, claims, send } = await ground(t);
  const good = () => signRaw(header, JSON.stringify(claims()), issuerKey);
  t.is(await send(good()), 'allowed');
  const texts: readonly ((token: string) => string)[] = [
    (token) => `${token}=`,
    (token) => `${token}.`,
    (token) => `.${token}`,
    (token) => token.replace('.', '..'),
    (token) => token.replace('.', '=.'),
    (token) => token.slice(0, -1),
    (token) => `${token}A`,
    (token) => `${token.split('.').slice(0, 2).join('.')}.`,
    (token) => `${token.split('.').slice(0, 2).join('.')}.${'A'.repeat(86)}`,
    (token) => `${token.split('.').slice(0, 2).join('.')}.${'_'.repeat(85)}w`,
    (token) => `${token.split('.').slice(0, 2).join('.')}.${Buffer.concat([Buffer.alloc(32), Buffer.alloc(32, 1)]).toString('base64url')}`,
  ]; // prettier-ignore
  for (const [index, change] of texts.entries())
    t.regex(await send(change(good())), /^(401 invalid_token|400 invalid_request)$/, `text ${index}`);
  for (const change of ['\n', '\t', ' ', '\u0000', '+', '/', '\u00a0', 'é'])
    t.regex(
      await send(good().replace('.', `${change}.`)),
      /^(401 invalid_token|400 invalid_request)$/,
      JSON.stringify(change),
    );
  t.is(await send(signRaw(header, JSON.stringify(claims()), issuerKey, 'der')), '401 invalid_token');

  const kid = /"kid":"[^"]*"/.exec(header)?.[0] ?? '';
  const headers = [
    `{"alg":"ES256","typ":"at+jwt",${kid},"typ":"JWT"}`,
    `{"alg":"ES256","typ":"at+jwt",${kid},"b64":false}`,
    `{"alg":"ES256","typ":"at+jwt",${kid},"b64":true,"crit":["b64"]}`,
    `{"alg":"ES256","typ":"at+jwt",${kid},"crit":[]}`,
    `{"alg":["ES256"],"typ":"at+jwt",${kid}}`,
    `{"alg":"es256","typ":"at+jwt",${kid}}`,
    `{"alg":"ES256","typ":["at+jwt"],${kid}}`,
    `{"__proto__":{"typ":"at+jwt"},"alg":"ES256",${kid}}`,
    `[{"alg":"ES256","typ":"at+jwt",${kid}}]`,
    `\ufeff${header}`,
    `${header}x`,
    `{"alg":"ES256","typ":"at+jwt","kid":["${kid.slice(7, -1)}"]}`,
    `{"alg":"ES256","typ":"at+jwt","kid":"__proto__"}`,
    `{"alg":"ES256","typ":"at+jwt","kid":"constructor"}`,
    `{"alg":"ES256","typ":"tn-catalogue+jwt",${kid}}`,
    `{"alg":"ES256","typ":"dpop+jwt",${kid}}`,
  ];
  for (const one of headers) t.is(await send(signRaw(one, JSON.stringify(claims()), issuerKey)), '401 invalid_token', one); // prettier-ignore

  const withText = (name: string, value: string): string =>
    JSON.stringify({ ...claims(), [name]: '§' }).replace('"§"', value);
  const payloads = [
    withText('exp', '"9999999999"'),
    withText('exp', '1e3'),
    withText('exp', '1e400'),
    withText('exp', `${nowSeconds() + 300}.5`),
    withText('exp', 'null'),
    withText('exp', '-1'),
    withText('exp', `[${nowSeconds() + 300}]`),
    withText('exp', 'NaN'),
    withText('iat', '-0.5'),
    withText('iat', '99999999999999999999'),
    withText('nbf', '"0"'),
    withText('nbf', `${nowSeconds() + 60}`),
    withText('aud', `["${audience}","https://other.example"]`),
    withText('aud', `{"0":"${audience}","length":1}`),
    withText('aud', `["${audience}\\u0000"]`),
    withText('aud', '[]'),
    withText('aud', `[["${audience}"]]`),
    withText('sub', '""'),
    withText('sub', '{}'),
    withText('client_id', 'true'),
    withText('jti', '1'),
    withText('cnf', '{}'),
    withText('cnf', '{"jkt":""}'),
    withText('cnf', '[]'),
    withText('cnf', '"x"'),
    withText('cnf', 'null'),
    withText('scope', '["svc:hoso:nop"]'),
    withText('amr', '"vneid"'),
    withText('amr', '{"0":"vneid"}'),
    withText('purposes', '"hoso.xu-ly"'),
    withText('consent_ver', '"7"'),
    withText('acr', '["https://id.tayninh.gov.vn/acr/2"]'),
    withText('auth_time', '1e99'),
    `${JSON.stringify(claims())} x`,
    `[${JSON.stringify(claims())}]`,
    `\ufeff${JSON.stringify(claims())}`,
    JSON.stringify(claims()).replace(`"aud":"${audience}"`, `"aud":"${audience}","aud":"https://other.example"`),
    'null',
    '"x"',
    '0',
  ]; // prettier-ignore
  for (const one of payloads) t.is(await send(signRaw(header, one, issuerKey)), '401 invalid_token', one.slice(0, 60)); // prettier-ignore
});

test('a proof whose text, key or claims are not exact is refused', async (t) => {
  const { issuerKey, header, claims, proofHeader, proofKey, proofClaims, jwk, send } = await ground(t);
  const token = signRaw(header, JSON.stringify(claims()), issuerKey);
  const refused = async (proof: string, what: string) =>
    t.regex(await send(token, proof), /^401 invalid_dpop_proof$/, what);
  const signed = (change: Record<string, unknown>, head = proofHeader) =>
    signRaw(head, JSON.stringify({ ...proofClaims(token), ...change }), proofKey);
  t.is(await send(token, signed({})), 'allowed');
  const text = (name: string, value: string) =>
    signRaw(
      proofHeader,
      JSON.stringify({ ...proofClaims(token), [name]: '§' }).replace('"§"', value),
      proofKey,
    );
  for (const change of ['=', ' ', '\n', ',', ', x', '.x'])
    await refused(signed({}) + change, JSON.stringify(change));
  for (const [name, value] of [
    ['iat', `"${nowSeconds()}"`], ['iat', '1e400'], ['iat', 'null'], ['iat', `[${nowSeconds()}]`], ['iat', String(nowSeconds() - 62)], ['iat', String(nowSeconds() + 62)],
    ['jti', '1'], ['jti', '""'], ['jti', 'null'], ['jti', `"${'x'.repeat(257)}"`], ['jti', '["a"]'],
    ['htm', '"post"'], ['htm', '["POST"]'], ['htm', '"GET"'], ['htu', `["${baseUrl}/ho-so"]`], ['htu', `"${baseUrl}/ho-so/"`], ['htu', `"${baseUrl}//ho-so"`],
    ['htu', `"https://hoso.example.evil.vn/ho-so"`], ['htu', `"https://x@hoso.example/ho-so"`], ['htu', '"http://hoso.example/ho-so"'], ['htu', `"${baseUrl}:8443/ho-so"`], ['htu', '"/ho-so"'], ['htu', `"${baseUrl}/HO-SO"`], ['htu', `"${baseUrl}/ho%2Dso"`],
    ['ath', '""'], ['ath', 'null'], ['ath', '"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"'],
  ] as const) await refused(text(name, value), `${name} ${value.slice(0, 40)}`); // prettier-ignore
  const { x = '', y = '' } = jwk;
  const head = (change: object, of: object = { kty: 'EC', crv: 'P-256', x, y }) =>
    JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: of, ...change });
  const heads = [
    head({ typ: 'JWT' }), head({ alg: 'none' }), head({ alg: 'HS256' }), head({ crit: ['exp'] }), head({ b64: false }), head({ jwk: undefined }), head({ jwk: [] }), head({ jwk: 'x' }),
    head({}, { kty: 'EC', crv: 'P-256', x, y, d: y }), head({}, { kty: 'EC', crv: 'P-256', x, y: x }), head({}, { kty: 'EC', crv: 'P-256', x, y: 'A'.repeat(43) }),
    head({}, { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) }), head({}, { kty: 'EC', crv: 'P-256', x: `${x}=`, y }), head({}, { kty: 'EC', crv: 'P-256', x: `${x.slice(0, -1)}\n`, y }),
    head({}, { kty: 'EC', crv: 'P-384', x, y }), head({}, { kty: 'OKP', crv: 'P-256', x, y }), head({}, { kty: 'oct', k: 'AA', x, y, crv: 'P-256' }), head({}, { kty: 'EC', crv: 'P-256', x: [x], y }),
    head({}, { kty: 'EC', crv: 'P-256', x }), head({}, { kty: 'EC', crv: 'P-256', x: `AA${x}`, y }),
  ]; // prettier-ignore
  for (const one of heads) await refused(signed({}, one), one.slice(0, 80));
});

test('a proof rewritten without its key is the same proof', async (t) => {
  const { issuerKey, header, claims, proofHeader, proofKey, proofClaims, send } = await ground(t);
  const token = signRaw(header, JSON.stringify(claims()), issuerKey);
  const proof = signRaw(proofHeader, JSON.stringify(proofClaims(token)), proofKey);
  t.is(await send(token, proof), 'allowed');
  const [head = '', payload = '', signature = ''] = proof.split('.');
  // s and n - s are both good (ECDSA): the other one is another text of the same proof.
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const bytes = Buffer.from(signature, 'base64url');
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const other = Buffer.concat([
    bytes.subarray(0, 32),
    Buffer.from((n - s).toString(16).padStart(64, '0'), 'hex'),
  ]);
  t.is(await send(token, `${head}.${payload}.${other.toString('base64url')}`), '401 invalid_dpop_proof');
  // The last character holds four bits that count for nothing.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(signature.at(-1) ?? '');
  for (let bits = 1; bits < 16; bits += 5) {
    const twin = alphabet[(last & ~15) | ((last + bits) & 15)] ?? '';
    t.is(await send(token, `${head}.${payload}.${signature.slice(0, -1)}${twin}`), '401 invalid_dpop_proof');
  }
  // A token of other spelling is another token to the proof.
  const [tokenHead, tokenPayload, tokenSignature = ''] = token.split('.');
  const lastOf = alphabet.indexOf(tokenSignature.at(-1) ?? '');
  const respelt = `${tokenHead}.${tokenPayload}.${tokenSignature.slice(0, -1)}${alphabet[(lastOf & ~15) | ((lastOf + 1) & 15)]}`;
  t.is(
    await send(respelt, signRaw(proofHeader, JSON.stringify(proofClaims(token)), proofKey)),
    '401 invalid_dpop_proof',
  );
});

test('what was good for one app is not remembered for another', async (t) => {
  const setting = await setUp(t);
  const guard = await setting.start();
  const issuer: Issuer = setting.issuer;
  const other = await createApp(issuer);
  const ask = async (request: Awaited<ReturnType<typeof other.request>>, action = 'hoso.nop') =>
    answerOf(await guard.check(request, action));
  const token = await setting.app.token();
  t.is(await ask(await setting.app.request(token)), 'allowed');
  // Token in the cache, proof by a key that is in the cache of another token.
  t.is(await ask(await other.request(await other.token())), 'allowed');
  t.is(await ask(await other.request(token)), '401 invalid_dpop_proof');
  t.is(await ask(await setting.app.request(token), 'hoso.khong-co'), '403');
});

test('names that every object has are no actions, keys or services', async (t) => {
  const { app, start } = await setUp(t);
  const guard = await start();
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])
    t.is(answerOf(await guard.check(await app.request(await app.token()), name)), '403', name);
});

test('headers are found in any case, doubled ones counted, half a pair is none', async (t) => {
  const { app, start } = await setUp(t);
  const guard = await start();
  const token = await app.token();
  const ask = async (rawHeaders: readonly string[], headers: Record<string, string | string[]> = {}) =>
    answerOf(await guard.check({ method: 'POST', url: '/ho-so', headers, rawHeaders }, 'hoso.nop'));
  const proof = async () => app.proof(token);
  t.is(await ask(['aUTHORIZATION', `DPoP ${token}`, 'dPoP', await proof()]), 'allowed');
  t.is(await ask(['Authorization', `DPoP ${token}`, 'DPoP', await proof(), 'Authorization']), 'allowed');
  t.is(await ask(['Authorization', `DPoP ${token}`, 'DPoP']), '401 invalid_dpop_proof');
  t.is(await ask(['Authorization', `DPoP ${token}`, 'DPoP', await proof(), 'dpop', await proof()]), '401 invalid_dpop_proof');
  t.is(await ask(['Authorization', `DPoP ${token}`, 'DPoP', `${await proof()}, ${await proof()}`]), '401 invalid_dpop_proof');
  t.is(await ask(['Authorization', `DPoP ${token}`, 'authorization', 'Bearer x', 'DPoP', await proof()]), '400 invalid_request');
  // rawHeaders are the truth; what a framework merged is not looked at.
  t.is(await ask([], { authorization: `DPoP ${token}`, dpop: await proof() }), '401');
}); // prettier-ignore
