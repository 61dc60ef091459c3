// Row 4: the proof of possession (RFC 9449 §4.3).

import { makeProof, nonceSecret, type Draft, type ProofDraft } from './draft.ts';
import { clock, keys, proofJwk, settings, token } from './ground.ts';
import { thumbprint } from './sign.ts';
import { createNonceMint } from '../../../packages/guard/sources/nonce.ts';

const path = '/hop-dong/123/ky';
const aProof = (jti: string): string => makeProof({ accessToken: token(), method: 'POST', url: path, jti });
const mint = createNonceMint(nonceSecret);
const nonceAt = (seconds: number): string => mint.current(new Date(seconds * 1000));

const wrong: readonly (readonly [string, ProofDraft])[] = [
  ['another method', { claims: { htm: 'GET' } }],
  ['method in small letters', { claims: { htm: 'post' } }],
  ['no method', { claims: { htm: undefined } }],
  ['another path', { claims: { htu: `${settings.baseUrl}/hoa-don` } }],
  ['another host', { claims: { htu: `https://evil.example${path}` } }],
  ['http instead of https', { claims: { htu: `http://api.nuoc.example.vn${path}` } }],
  ['another port', { claims: { htu: `https://api.nuoc.example.vn:8443${path}` } }],
  ['a path only', { claims: { htu: path } }],
  ['an address with a user', { claims: { htu: `https://me@api.nuoc.example.vn${path}` } }],
  ['no address', { claims: { htu: undefined } }],
  ['an address that is a number', { claims: { htu: 5 } }],
  ['another token', { claims: { ath: 'x' } }],
  ['no token hash', { claims: { ath: undefined } }],
  ['older than 60 s', { claims: { iat: clock - 61 } }],
  ['more than 60 s ahead', { claims: { iat: clock + 61 } }],
  ['no time', { claims: { iat: undefined } }],
  ['time as text', { claims: { iat: String(clock) } }],
  ['no jti', { claims: { jti: undefined } }],
  ['jti empty', { claims: { jti: '' } }],
  ['jti that is a number', { claims: { jti: 7 } }],
  ['jti longer than 256', { claims: { jti: 'x'.repeat(257) } }],
  ['key of another app', { key: keys.otherApp }],
  [
    'key of the app in the header, signed by another',
    { key: keys.otherApp, header: { jwk: proofJwk(keys.app) } },
  ],
  ['no key', { header: { jwk: undefined } }],
  ['private key in the header', { header: { jwk: { ...proofJwk(keys.app), d: keys.app.d } } }],
  ['symmetric key', { header: { jwk: { kty: 'oct', k: 'AAAA' } } }],
  ['key of another curve', { header: { jwk: { ...proofJwk(keys.app), crv: 'P-384' } } }],
  ['point that is not on the curve', { header: { jwk: { ...proofJwk(keys.app), y: keys.app.x } } }],
  ['typ JWT', { header: { typ: 'JWT' } }],
  ['typ missing', { header: { typ: undefined } }],
  ['alg none', { header: { alg: 'none' } }],
  ['alg HS256', { header: { alg: 'HS256' } }],
  ['crit', { header: { crit: ['exp'] } }],
  ['rubbish', { raw: 'a.b.c' }],
  ['empty', { raw: '' }],
  ['more than 8 KiB', { raw: 'x'.repeat(8193) }],
  ['two proofs merged by a proxy', { raw: `${aProof('m1')}, ${aProof('m2')}` }],
];

export const proofCases: readonly Draft[] = [
  { name: 'no proof', row: 4, proof: 'none' },
  { name: 'two proof headers', row: 4, moreHeaders: [['dpop', aProof('second')]] },
  ...wrong.map(([name, proof]): Draft => ({ name: `proof: ${name}`, row: 4, proof })),
  { name: 'proof 60 s old', row: 'allowed', proof: { claims: { iat: clock - 60 } } },
  { name: 'proof 60 s ahead', row: 'allowed', proof: { claims: { iat: clock + 60 } } },
  { name: 'address without the query', row: 'allowed', url: `${path}?trang=2` },
  {
    name: 'address with a query and a fragment',
    row: 'allowed',
    proof: { claims: { htu: `${settings.baseUrl}${path}?x=1#y` } },
  },
  {
    name: 'address in other words: port 443, host in capitals',
    row: 'allowed',
    proof: { claims: { htu: `https://API.nuoc.example.vn:443${path}` } },
  },
  {
    name: 'address compared with the configured base, not with Host',
    row: 4,
    moreHeaders: [['X-Forwarded-Host', 'evil.example']],
    proof: { claims: { htu: `https://evil.example${path}` } },
  },
  { name: 'typ of the proof in capitals', row: 'allowed', proof: { header: { typ: 'DPoP+JWT' } } },
  { name: 'proof used for the first time', row: 'allowed', proof: { raw: aProof('once') } },
  {
    name: 'proof replayed',
    row: 4,
    proof: { raw: aProof('once') },
    before: ['proof used for the first time'],
  },
  { name: 'broken proof with a jti', row: 4, proof: { claims: { jti: 'shared', ath: 'x' } } },
  {
    name: 'a broken proof does not use up the jti of a good one',
    row: 'allowed',
    proof: { claims: { jti: 'shared' } },
    before: ['broken proof with a jti'],
  },
  {
    name: 'same jti from another key is another proof',
    row: 'allowed',
    claims: { cnf: { jkt: thumbprint(keys.otherApp) } },
    proof: { key: keys.otherApp, claims: { jti: 'once' } },
    before: ['proof used for the first time'],
  },
  { name: 'nonce wanted and missing', row: 4, nonceWindow: 'on', expect: nonceWanted() },
  {
    name: 'nonce invented',
    row: 4,
    nonceWindow: 'on',
    proof: { claims: { nonce: 'invented' } },
    expect: nonceWanted(),
  },
  {
    name: 'nonce older than two windows',
    row: 4,
    nonceWindow: 'on',
    proof: { claims: { nonce: nonceAt(clock - 301) } },
    expect: nonceWanted(),
  },
  {
    name: 'nonce of this window',
    row: 'allowed',
    nonceWindow: 'on',
    proof: { claims: { nonce: nonceAt(clock) } },
  },
  {
    name: 'nonce of the window before',
    row: 'allowed',
    nonceWindow: 'on',
    proof: { claims: { nonce: nonceAt(clock - 150) } },
  },
  {
    name: 'with a nonce the proof may be 300 s old',
    row: 'allowed',
    nonceWindow: 'on',
    proof: { claims: { nonce: nonceAt(clock), iat: clock - 300 } },
  },
  {
    name: 'with a nonce not older than 300 s',
    row: 4,
    nonceWindow: 'on',
    proof: { claims: { nonce: nonceAt(clock), iat: clock - 301 } },
  },
];

function nonceWanted() {
  return {
    error: 'use_dpop_nonce',
    header_fragments: {
      'WWW-Authenticate': ['DPoP error="use_dpop_nonce"', 'algs="ES256"'],
      'DPoP-Nonce': [''],
    },
  };
}
