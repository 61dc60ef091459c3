// The VNeID client against a hub that breaks, lies or is attacked. Numbers V… are those of
// identity-vn.md section 1.4.

import { inspect } from 'node:util';
import test from 'ava';
import type { VneidConfig } from '../../adapters/vneid/sign-on.ts';
import { Refusal } from '../../errors.ts';
import type { VneidKnobs } from '../../sandbox/vneid/knobs.ts';
import { AN, clientId, secret, startBench } from './vneid-bench.ts';

const bench = await startBench();
const { hub, client, signOn } = bench;
test.after.always(() => hub.close());
test.afterEach.always(() => hub.resetKnobs());

const unavailable: readonly [what: string, knobs: Partial<VneidKnobs>, reason: string][] = [
  ['V7: alg none', { 'idToken.signing': 'none' }, 'id_token_algorithm'],
  ['V7: HS256 with the public key', { 'idToken.signing': 'HS256_with_public_key' }, 'id_token_algorithm'],
  ['V7: signed by a stranger', { 'idToken.signing': 'other_key' }, 'id_token_signature'],
  ['V7: unknown key id', { 'idToken.signing': 'unknown_key_id' }, 'id_token_key'],
  ['V7: other aud', { 'idToken.set': { aud: 'vnconnect' } }, 'id_token_claims'],
  ['V7: no aud', { 'idToken.drop': ['aud'] }, 'id_token_claims'],
  ['V7: other azp', { 'idToken.set': { azp: 'vnconnect' } }, 'id_token_claims'],
  [
    'V7: two audiences and no azp',
    { 'idToken.set': { aud: [clientId, 'other'] }, 'idToken.drop': ['azp'] },
    'id_token_claims',
  ],
  ['V7: other iss', { 'idToken.set': { iss: 'https://sso.dancuquocgia.gov.vn/auth' } }, 'id_token_claims'],
  ['V7: expired', { 'idToken.time': 'expired' }, 'id_token_expired'],
  ['V7: from the future', { 'idToken.time': 'future' }, 'id_token_claims'],
  ['V7: an hour old, though not expired', { 'idToken.time': 'old' }, 'id_token_expired'],
  ['V7: no exp', { 'idToken.drop': ['exp'] }, 'id_token_claims'],
  ['V7: no sub', { 'idToken.drop': ['sub'] }, 'id_token_claims'],
  ['V8: userinfo of another account', { 'userinfo.sub': 'other' }, 'sub_differs'],
  ['V8: userinfo without sub', { 'userinfo.sub': 'absent' }, 'sub_differs'],
  [
    'the two answers disagree about the number',
    { 'claims.in': 'userinfo', 'idToken.set': { SoDinhDanh: '999085000016' } },
    'claims_differ',
  ],
  ['our registration is refused', { 'token.error': 'invalid_client' }, 'client_refused'],
  ['our registration may not do this', { 'token.error': 'unauthorized_client' }, 'client_refused'],
  ['an error that is no JSON', { 'token.error': 'not_json' }, 'bad_json'],
  ...(['token', 'userinfo', 'jwks'] as const).flatMap((at): [string, Partial<VneidKnobs>, string][] => [
    [`V14: ${at} is silent`, { 'fault.at': at, 'fault.kind': 'hang' }, 'timeout'],
    [`V14: ${at} answers too late`, { 'fault.at': at, 'fault.delayMs': 1300 }, 'timeout'],
    [`V14: ${at} hangs up`, { 'fault.at': at, 'fault.kind': 'reset' }, 'network'],
    [`V14: ${at} stops in the middle`, { 'fault.at': at, 'fault.kind': 'truncate' }, 'network'],
    [`V14: ${at} answers 500`, { 'fault.at': at, 'fault.kind': 'http500' }, 'status'],
    [`V14: ${at} answers 503`, { 'fault.at': at, 'fault.kind': 'http503' }, 'status'],
    [`V14: ${at} sends us elsewhere`, { 'fault.at': at, 'fault.kind': 'redirect' }, 'status'],
    [`V14: ${at} sends 10 MB`, { 'fault.at': at, 'fault.kind': 'huge' }, 'too_large'],
    [`V14: ${at} sends no JSON`, { 'fault.at': at, 'fault.kind': 'garbage' }, 'bad_json'],
  ]),
];
for (const [what, knobs, reason] of unavailable) {
  test.serial(`${what}: unavailable (${reason}), and nothing secret in the error (V3)`, async (t) => {
    const { vneid, answer } = await signOn(
      reason === 'timeout' ? { connectTimeoutMs: 300, readTimeoutMs: 300 } : {},
    );
    hub.setKnobs(knobs);
    const error = await t.throwsAsync(vneid.identify(answer), { instanceOf: Refusal });
    t.is(error.kind, 'unavailable');
    t.is(error.reason, `vneid_${reason}`);
    const logged = inspect(error, { depth: Infinity, showHidden: true });
    for (const hidden of [answer.code, answer.codeVerifier, answer.nonce, secret, '999190000011', AN, 'eyJ'])
      t.false(logged.includes(hidden));
  });
}

test.serial('V14: nothing listening is unavailable', async (t) => {
  const { vneid, answer } = await signOn({ tokenUrl: 'http://127.0.0.1:1/oauth2/token' });
  const error = await t.throwsAsync(vneid.identify(answer), { instanceOf: Refusal });
  t.is(error.reason, 'vneid_network');
});

test.serial('keys are fetched once, and once more when the hub has changed them', async (t) => {
  const vneid = client({ jwksCooldownMs: 0 });
  const before = hub.requests().length;
  for (const generation of [1, 1, 2, 2]) {
    hub.setKnobs({ 'keys.generation': generation });
    const { answer } = await signOn({}, AN, vneid);
    t.is((await vneid.identify(answer)).outcome, 'identified');
  }
  t.is(keySetFetches(before), 2);
});

test.serial('unknown key ids cannot make us hammer the key set', async (t) => {
  const vneid = client();
  const before = hub.requests().length;
  hub.setKnobs({ 'idToken.signing': 'unknown_key_id' });
  for (let round = 0; round < 3; round++) {
    const { answer } = await signOn({}, AN, vneid);
    await t.throwsAsync(vneid.identify(answer), { instanceOf: Refusal });
  }
  t.is(keySetFetches(before), 1);
});

function keySetFetches(since: number): number {
  return hub
    .requests()
    .slice(since)
    .filter((line) => line === 'GET /oauth2/jwks').length;
}

const unsafe: readonly [what: string, change: Partial<VneidConfig>][] = [
  ['V2: http to another machine', { tokenUrl: 'http://xacthuc.dichvucong.gov.vn/oauth2/token' }],
  ['V2: http for the key set', { jwksUrl: 'http://10.0.0.1/oauth2/jwks' }],
  ['V7: none among the algorithms', { algorithms: ['RS256', 'none'] }],
  ['V7: HS256 among the algorithms', { algorithms: ['HS256'] }],
  ['no algorithm at all', { algorithms: [] }],
];
for (const [what, change] of unsafe) {
  test(`${what}: refuses to start`, (t) => {
    t.throws(() => client(change));
  });
}
