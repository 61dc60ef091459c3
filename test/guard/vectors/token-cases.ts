// Rows 1–3: where the token stands, what it says it is, whose it is and when.

import { createHmac } from 'node:crypto';
import type { Draft, Row } from './draft.ts';
import {
  clock,
  goodClaims,
  goodHeader,
  keys,
  opaqueAudience,
  part,
  proofJwk,
  settings,
  token,
} from './ground.ts';
import { publicJwk, signatureOf } from './sign.ts';

const good = token();
const [goodHead = '', goodPayload = '', goodSignature = ''] = good.split('.');
const withHeader = (header: object, signature = goodSignature): string =>
  `${part(header)}.${goodPayload}.${signature}`;
const resigned = (header: object, payload: string): string => {
  const data = `${part(header)}.${payload}`;
  return `${data}.${signatureOf(keys.issuer, data)}`;
};
const hmac = createHmac('sha256', JSON.stringify(publicJwk(keys.issuer)));
const hs256Head = part({ ...goodHeader, alg: 'HS256' });
const hs256 = `${hs256Head}.${goodPayload}.${hmac.update(`${hs256Head}.${goodPayload}`).digest('base64url')}`;

const authorization = (name: string, value: string, row: Row = 1): Draft => ({
  name: `Authorization header: ${name}`,
  row,
  headers: [['Authorization', value]],
});

const rowOne: readonly Draft[] = [
  {
    name: 'two Authorization headers',
    row: 1,
    headers: [
      ['Authorization', `DPoP ${good}`],
      ['authorization', `DPoP ${good}`],
    ],
  },
  authorization('a tab instead of a space', `DPoP\t${good}`),
  authorization('two spaces', `DPoP  ${good}`),
  authorization('two tokens with a comma, as merged by a proxy', `DPoP ${good}, DPoP ${good}`),
  authorization('two words after the scheme', `DPoP ${good} x`),
  authorization('scheme only', 'DPoP'),
  authorization('scheme and a space only', 'DPoP '),
  authorization('Bearer without a token', 'Bearer'),
  authorization('more than 8 KiB', `DPoP ${'a'.repeat(8193)}`),
  { name: 'token in the query', row: 1, url: '/hop-dong/123/ky?access_token=x' },
  { name: 'token in the query, name percent-encoded', row: 1, url: '/hop-dong/123/ky?a=1&access%5Ftoken=x' },
  { name: 'token in the form', row: 1, form: 'a=1&access_token=x' },
  { name: 'request target that is a whole address', row: 1, url: `${settings.baseUrl}/hop-dong/123/ky` },
];
const rowTwo: readonly Draft[] = [
  { name: 'no Authorization header', row: 2, headers: [] },
  authorization('another scheme', 'Basic dXNlcjpwYXNz', 2),
  { name: 'a proof without a token', row: 2, headers: [['DPoP', good]] },
];

const payloadOf = (claims: object): string => part({ ...goodClaims, ...claims });
const badTokens: readonly (readonly [string, string])[] = [
  ['one part', 'abc'],
  ['two parts', 'a.b'],
  ['four parts', `${good}.x`],
  ['five parts, encrypted', 'a.b.c.d.e'],
  ['empty parts', '..'],
  ['header that is not JSON', `${Buffer.from('{').toString('base64url')}.${goodPayload}.${goodSignature}`],
  ['header that is an array', `${part([])}.${goodPayload}.${goodSignature}`],
  ['payload that is not JSON', resigned(goodHeader, Buffer.from('no').toString('base64url'))],
  ['payload that is an array', resigned(goodHeader, part([]))],
  ['payload that is not UTF-8', resigned(goodHeader, Buffer.from([0x22, 0xff, 0x22]).toString('base64url'))],
  ['alg none without a signature', `${part({ ...goodHeader, alg: 'none' })}.${goodPayload}.`],
  ['alg none with the signature', withHeader({ ...goodHeader, alg: 'none' })],
  ['alg NONE in capitals', withHeader({ ...goodHeader, alg: 'NONE' })],
  ['alg HS256 with the public key as the secret', hs256],
  ['alg es256 in small letters', withHeader({ ...goodHeader, alg: 'es256' })],
  ['alg RS256', withHeader({ ...goodHeader, alg: 'RS256' })],
  ['alg missing', withHeader({ typ: 'at+jwt', kid: keys.issuer.kid })],
  ['signature of zeros', `${goodHead}.${goodPayload}.${'A'.repeat(86)}`],
  ['signature in DER', `${goodHead}.${goodPayload}.${Buffer.alloc(71, 1).toString('base64url')}`],
  ['claims changed after signing', `${goodHead}.${payloadOf({ sub: 'somebody-else' })}.${goodSignature}`],
  ['kid that is a number', resigned({ ...goodHeader, kid: 7 }, goodPayload)],
];
const headers: readonly (readonly [string, object])[] = [
  ['typ JWT, an ID token', { typ: 'JWT' }],
  ['typ missing', { typ: undefined }],
  ['typ dpop+jwt', { typ: 'dpop+jwt' }],
  ['typ of the catalogue', { typ: 'tn-catalogue+jwt' }],
  ['typ with a blank', { typ: 'at+jwt ' }],
  ['kid missing', { kid: undefined }],
  ['kid empty', { kid: '' }],
  ['kid unknown', { kid: 'invented' }],
  ['kid like a path', { kid: '../../dev/null' }],
  ['crit', { crit: ['exp'] }],
  ['crit with b64', { crit: ['b64'], b64: false }],
];
const claims: readonly (readonly [string, object])[] = [
  ['another issuer', { iss: 'https://id.example.com' }],
  ['issuer with a slash at the end', { iss: `${settings.issuer}/` }],
  ['issuer missing', { iss: undefined }],
  ['another audience', { aud: 'https://dien.example.vn' }],
  ['our audience among others', { aud: [settings.audience, 'https://dien.example.vn'] }],
  ['audience empty', { aud: [] }],
  ['audience missing', { aud: undefined }],
  ['audience with a slash at the end', { aud: `${settings.audience}/` }],
  ['expired beyond 5 s', { iat: clock - 300, exp: clock - 6 }],
  ['exp missing', { exp: undefined }],
  ['exp as text', { exp: String(clock + 200) }],
  ['exp not a whole number', { exp: clock + 200.5 }],
  ['iat missing', { iat: undefined }],
  ['iat more than 10 s ahead', { iat: clock + 11 }],
  ['nbf more than 5 s ahead', { nbf: clock + 6 }],
  ['nbf null', { nbf: null }],
  ['life longer than 900 s', { iat: clock, exp: clock + 901 }],
  ['life of nothing', { iat: clock, exp: clock }],
  ['sub missing', { sub: undefined }],
  ['sub empty', { sub: '' }],
  ['client_id missing', { client_id: undefined }],
  ['jti missing', { jti: undefined }],
  ['acr that is a number', { acr: 2 }],
  ['auth_time as text', { auth_time: 'now' }],
  ['auth_time below zero', { auth_time: -1 }],
  ['amr as text', { amr: 'vneid' }],
  ['scope as a list', { scope: ['svc:nuoc:ky'] }],
  ['purposes as text', { purposes: 'nuoc.hop-dong' }],
  ['consent_ver as text', { consent_ver: '7' }],
  ['cnf missing: bound to no key', { cnf: undefined }],
  ['cnf null', { cnf: null }],
  ['cnf without a thumbprint', { cnf: { kid: 'app' } }],
  ['thumbprint that is a number', { cnf: { jkt: 5 } }],
];

export const tokenCases: readonly Draft[] = [
  ...rowOne,
  ...rowTwo,
  ...badTokens.map(([name, bad]): Draft => ({ name: `token: ${name}`, row: 3, token: bad })),
  ...headers.map(([name, header]): Draft => ({ name: `token header: ${name}`, row: 3, header })),
  ...claims.map(([name, some]): Draft => ({ name: `claims: ${name}`, row: 3, claims: some })),
  // Which of two keys of one name signed would be a guess, whichever is read first or last.
  ...[keys.twin, keys.thief].map((signedBy, n): Draft => ({
    name: `token header: kid that stands twice in the key set, signed by key ${n + 1}`,
    row: 3,
    header: { kid: 'twice' },
    signedBy,
  })),
  {
    name: 'token header: jku of a thief',
    row: 3,
    header: { jku: 'https://evil.example/keys', kid: 'thief' },
    signedBy: keys.thief,
  },
  {
    name: 'token header: jwk of a thief',
    row: 3,
    header: { jwk: proofJwk(keys.thief) },
    signedBy: keys.thief,
  },
  {
    name: 'token header: x5u of a thief',
    row: 3,
    header: { x5u: 'https://evil.example/cert', kid: 'thief' },
    signedBy: keys.thief,
  },
  { name: 'Bearer downgrade: a bound token as Bearer with its proof', row: 3, scheme: 'Bearer' },
  {
    name: 'Bearer downgrade: a bound token as Bearer without a proof',
    row: 3,
    scheme: 'Bearer',
    proof: 'none',
  },
  { name: 'an unbound token as Bearer', row: 3, scheme: 'Bearer', claims: { cnf: undefined }, proof: 'none' },
  {
    name: 'a JWT at a service with opaque tokens, and nobody to ask',
    row: 'unavailable',
    audience: opaqueAudience,
    claims: { aud: opaqueAudience },
  },
];

export const goodCases: readonly Draft[] = [
  {
    name: 'good token, good proof',
    row: 'allowed',
    expect: {
      principal: {
        sub: 'pairwise-1',
        client_id: 'miniapp',
        level: 2,
        scopes: ['svc:nuoc:xem', 'svc:nuoc:ky'],
        consent_id: 'c_1',
        consent_version: 7,
      },
    },
  },
  { name: 'scheme in small letters', row: 'allowed', scheme: 'dpop' },
  { name: 'typ in full and in capitals', row: 'allowed', header: { typ: 'application/AT+JWT' } },
  { name: 'audience as a list of one', row: 'allowed', claims: { aud: [settings.audience] } },
  { name: 'jku in a token of ours is ignored', row: 'allowed', header: { jku: 'https://evil.example/keys' } },
  { name: 'expired within 5 s', row: 'allowed', claims: { iat: clock - 300, exp: clock - 5 } },
  { name: 'iat 10 s ahead', row: 'allowed', claims: { iat: clock + 10, exp: clock + 300 } },
  { name: 'nbf 5 s ahead', row: 'allowed', claims: { nbf: clock + 5 } },
  { name: 'life of exactly 900 s', row: 'allowed', claims: { iat: clock, exp: clock + 900 } },
  { name: 'query without a token', row: 'allowed', url: '/hop-dong/123/ky?trang=2&x=?' },
  {
    name: 'level 1 where level 1 is enough',
    row: 'allowed',
    action: 'nuoc.xem',
    claims: { acr: `${settings.acrBase}1`, purposes: [], identity_source: undefined },
  },
  { name: 'unknown claims are ignored', row: 'allowed', claims: { household: 'head' } },
];
