// The VNeID client against the simulated hub: whom it accepts and whom it does not. Numbers V… are those
// of identity-vn.md section 1.4. V1, V4, V6, V11 and V12 are about our own endpoints and transactions;
// their tests live there. Broken answers: vneid-faults.test.ts. TLS: vneid-tls.test.ts.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import test from 'ava';
import type { VneidConfig } from '../../adapters/vneid/sign-on.ts';
import { vneidCitizens } from '../../sandbox/vneid/citizens.ts';
import type { VneidKnobs } from '../../sandbox/vneid/knobs.ts';
import { AN, clientId, newRequest, redirectUri, secret, startBench } from './vneid-bench.ts';

const bench = await startBench();
const { hub, client, signOn, identify } = bench;
test.after.always(() => hub.close());
test.afterEach.always(() => hub.resetKnobs());

test.serial('a level 2 citizen account identifies its person', async (t) => {
  const citizen = vneidCitizens.find(({ name }) => name === AN);
  t.deepEqual(await identify({}), {
    outcome: 'identified',
    person: {
      issuer: hub.issuer,
      upstreamSub: citizen?.sub ?? '',
      upstreamTechId: citizen?.techId,
      personalNumber: '999190000011',
      name: AN,
      birthdate: '1990-06-15',
      ial: 2,
      warnings: ['place_code_not_a_province'],
    },
  });
});

test.serial(
  'state comes back as it was sent, and a refusal at VNeID comes back without a code',
  async (t) => {
    const { back, request } = await signOn({}, 'Từ chối');
    t.is(back.searchParams.get('state'), request.state);
    t.is(back.searchParams.get('error'), 'access_denied');
    t.false(back.searchParams.has('code'));
  },
);

const accepted: readonly [what: string, knobs: Partial<VneidKnobs>, change?: Partial<VneidConfig>][] = [
  ['numbers in place of strings', { 'claims.numbers': true }],
  ['facts in the ID token', { 'claims.in': 'id_token' }],
  ['facts in both answers', { 'claims.in': 'both' }],
  ['ES256', { 'idToken.signing': 'ES256' }],
  ['an upstream that ignores PKCE (V5)', { 'pkce.ignored': true }],
  ['aud as text', { 'idToken.set': { aud: clientId } }],
  ['no azp for one audience', { 'idToken.drop': ['azp'] }],
  ['no TechID', { 'claims.drop': ['TechID'] }],
  ['unknown claims', { 'claims.set': { DanToc: 'Kinh', TonGiao: 'Không', HoTenCha: 'Ai đó' } }],
  ['client_secret_post', {}, { clientAuth: { method: 'client_secret_post', secret } }],
  [
    'private_key_jwt',
    {},
    {
      clientId: 'assertion-client',
      clientAuth: { method: 'private_key_jwt', privateKey: bench.assertionJwk },
    },
  ],
  [
    'another claim name by configuration',
    { 'claims.set': { CapDo: '2' }, 'claims.drop': ['IAL'] },
    { claimNames: { ial: 'CapDo' } },
  ],
];
for (const [what, knobs, change] of accepted) {
  test.serial(`accepted: ${what}`, async (t) => {
    const answer = await identify(knobs, change);
    t.is(answer.outcome, 'identified');
    // Nothing beyond our eight fields leaves the adapter.
    if (answer.outcome === 'identified') t.is(Object.keys(answer.person).length, 8);
  });
}

const people: readonly [what: string, claims: VneidKnobs['claims.set'], expected: object][] = [
  [
    'a year-only birth date stays a year',
    { NgayThangNamSinh: '1990' },
    { birthdate: '1990', warnings: ['place_code_not_a_province'] },
  ],
  [
    'a leap day is a day',
    { NgayThangNamSinh: '20040229', SoDinhDanh: '999304000011' },
    { birthdate: '2004-02-29' },
  ],
  [
    'a number that contradicts the birth year is flagged, not refused',
    { NgayThangNamSinh: '19910615' },
    { warnings: ['place_code_not_a_province', 'pin_vs_dob_year'] },
  ],
  [
    'a number VNeID vouches for is not refused for pointing to the future',
    { SoDinhDanh: '999590000011' },
    { warnings: ['birth_year_in_future', 'place_code_not_a_province', 'pin_vs_dob_year'] },
  ],
  [
    'a name is stored composed and with single spaces',
    { HoVaTen: ' Nguye\u0302\u0303n  Thi\u0323 Minh An ' },
    { name: AN },
  ],
];
for (const [what, claims, expected] of people) {
  test.serial(what, async (t) => {
    const answer = await identify({ 'claims.set': claims });
    t.like(answer.outcome === 'identified' ? answer.person : answer, expected);
  });
}

test.serial(
  'V5: PKCE, state and nonce go along with every request, and none is sent without them',
  async (t) => {
    const request = newRequest();
    const url = new URL(await client().authorizationUrl(request));
    t.deepEqual(Object.fromEntries(url.searchParams), {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'openid',
      acr_values: 'LoA1',
      state: request.state,
      nonce: request.nonce,
      code_challenge: request.codeChallenge,
      code_challenge_method: 'S256',
    });
    for (const missing of [{ state: '' }, { nonce: '' }, { codeChallenge: '' }, { codeChallenge: 'plain' }]) {
      await t.throwsAsync(client().authorizationUrl({ ...request, ...missing }));
    }
  },
);

test.serial('V5: a code works once, and only with its verifier', async (t) => {
  const { vneid, answer } = await signOn();
  t.deepEqual(await vneid.identify({ ...answer, codeVerifier: randomBytes(32).toString('base64url') }), {
    outcome: 'refused',
    reason: 'flow',
  });
  t.is((await vneid.identify(answer)).outcome, 'identified');
  t.deepEqual(await vneid.identify(answer), { outcome: 'refused', reason: 'flow' });
});

test.serial(
  'V5: an answer to another request is refused, even if the hub gives one code out twice',
  async (t) => {
    const { vneid, answer } = await signOn();
    hub.setKnobs({ 'code.reusable': true, 'pkce.ignored': true });
    t.deepEqual(await vneid.identify({ ...answer, nonce: newRequest().nonce }), {
      outcome: 'refused',
      reason: 'nonce',
    });
  },
);

const refused: readonly [what: string, knobs: Partial<VneidKnobs>, reason: string, name?: string][] = [
  ['V5: wrong nonce', { 'idToken.nonce': 'wrong' }, 'nonce'],
  ['V5: no nonce', { 'idToken.nonce': 'absent' }, 'nonce'],
  ['V9: IAL absent', { 'claims.drop': ['IAL'] }, 'ial'],
  ...[null, 'high', 1, '1', 0, '', ' 2', '2.0', 2.5, -2, '+2', true, [2], { level: 2 }, '٢', '100'].map(
    (ial): [string, Partial<VneidKnobs>, string] => [
      `V9: IAL ${JSON.stringify(ial)}`,
      { 'claims.set': { IAL: ial } },
      'ial',
    ],
  ),
  ['V9: an account of level 1', {}, 'ial', 'Võ Hữu Phước'],
  [
    'V9: acr of the hub does not stand in for IAL',
    { 'claims.drop': ['IAL'], 'idToken.set': { acr: 'LoA2' } },
    'ial',
  ],
  ['V10: loginIdp of a private provider', { 'claims.set': { loginIdp: 'VNPT' } }, 'idp'],
  ['V10: loginIdp in other letters', { 'claims.set': { loginIdp: 'bca' } }, 'idp'],
  ['V10: loginIdp a list', { 'claims.set': { loginIdp: ['BCA'] } }, 'idp'],
  ['V10: loginIdp absent', { 'claims.drop': ['loginIdp'] }, 'idp'],
  ['V10: LoaiTaiKhoan "2"', { 'claims.set': { LoaiTaiKhoan: '2' } }, 'account_type'],
  ['V10: LoaiTaiKhoan 2', { 'claims.set': { LoaiTaiKhoan: 2 } }, 'account_type'],
  ['V10: LoaiTaiKhoan absent', { 'claims.drop': ['LoaiTaiKhoan'] }, 'account_type'],
  ['personal number absent', { 'claims.drop': ['SoDinhDanh'] }, 'personal_number'],
  ['personal number as a JSON number', { 'claims.set': { SoDinhDanh: 999190000011 } }, 'personal_number'],
  ['old nine-digit number', { 'claims.set': { SoDinhDanh: '290000011' } }, 'personal_number'],
  ['name absent', { 'claims.drop': ['HoVaTen'] }, 'name'],
  ['name of spaces', { 'claims.set': { HoVaTen: '  ' } }, 'name'],
  ['name that turns the text around', { 'claims.set': { HoVaTen: 'Nguyễn \u202eAn' } }, 'name'],
  ['30 February', { 'claims.set': { NgayThangNamSinh: '19900230' } }, 'birthdate'],
  ['29 February of a common year', { 'claims.set': { NgayThangNamSinh: '19900229' } }, 'birthdate'],
  ['birth date in another order', { 'claims.set': { NgayThangNamSinh: '15061990' } }, 'birthdate'],
  ['birth date absent', { 'claims.drop': ['NgayThangNamSinh'] }, 'birthdate'],
  ['the person says no at the token endpoint', { 'token.error': 'access_denied' }, 'denied'],
];
for (const [what, knobs, reason, name] of refused) {
  test.serial(`${what}: no level 2 evidence (${reason})`, async (t) => {
    t.deepEqual<unknown, unknown>(await identify(knobs, {}, name), { outcome: 'refused', reason });
  });
}

test.serial('V13: addresses among the claims are never fetched and never leave the adapter', async (t) => {
  let fetched = 0;
  const canary = createServer((_, response) => {
    fetched++;
    response.end();
  });
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  t.teardown(() => canary.close());
  const address = canary.address();
  const internal = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/?access_token=x`;
  const answer = await identify({
    'claims.set': { userProfileUri: internal, logoutUri: internal, HoVaTen: AN },
  });
  t.is(answer.outcome, 'identified');
  t.false(JSON.stringify(answer).includes('access_token'));
  t.is(fetched, 0);
});
