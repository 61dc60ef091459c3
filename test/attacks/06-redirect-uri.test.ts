import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, challengeOf, createPortal, newVerifier } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE } from '../support/visitor.ts';

// Case 6.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu', { redirect_uris: ['https://cong.tayninh.gov.vn/ve'], post_logout_redirect_uris: [] }); // prettier-ignore
  await rp.begin('openid', undefined);
});
test.after.always(() => house?.stop());

const tricks = [
  'https://CONG.tayninh.gov.vn/ve',
  'https://cong.tayninh.gov.vn/Ve',
  'https://cong.tayninh.gov.vn/ve/',
  'https://cong.tayninh.gov.vn/ve/../ve',
  'https://cong.tayninh.gov.vn/%76e',
  'https://cong.tayninh.gov.vn/x/%2e%2e/ve',
  'https://cong.tayninh.gov.vn@evil.example/ve',
  'https://evil@cong.tayninh.gov.vn/ve',
  'https://cong.tayninh.gov.vn/ve?x=1',
  'https://cong.tayninh.gov.vn/ve#x',
  'https://cong.tayninh.gov.vn:8443/ve',
  'https://cong.tayninh.gov.vn:443/ve',
  'http://cong.tayninh.gov.vn/ve',
  'https://a.cong.tayninh.gov.vn/ve',
  'https://congxtayninh.gov.vn/ve',
  'https://cong.tayninh.gov.vn.evil.example/ve',
  '//cong.tayninh.gov.vn/ve',
  'javascript:alert(1)//https://cong.tayninh.gov.vn/ve',
  'data:text/html,x',
  ' https://cong.tayninh.gov.vn/ve',
  'https://cong.tayninh.gov.vn/ve\r\nset-cookie: a=b',
  'https://cong.tayninh.gov.vn\\@evil.example/ve',
];
for (const redirectUri of tricks) {
  test(`${JSON.stringify(redirectUri)} is not the registered address`, async (t) => {
    const { answer } = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { redirect_uri: redirectUri });
    t.is(answer.status, 400, answer.text);
    t.is(answer.body['error'], 'invalid_request');
  });

  test(`${JSON.stringify(redirectUri)} in the browser ends on our page`, async (t) => {
    const query = new URLSearchParams({ client_id: 'tayninh-id', response_type: 'code', scope: 'openid', redirect_uri: redirectUri, code_challenge: challengeOf(newVerifier()), code_challenge_method: 'S256' }); // prettier-ignore
    const reply = await ask(`${house.issuer}/auth?${query}`, { headers: { accept: 'text/html' } });
    t.is(reply.status, 400);
    t.is(reply.headers.get('location'), null);
    t.false(reply.text.includes('evil.example'));
  });
}

test('the registered address twice, or beside another one, is refused', async (t) => {
  const good = 'https://cong.tayninh.gov.vn/ve';
  for (const redirect_uri of [[good, good], [good, 'https://evil.example/']]) {
    t.is((await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { redirect_uri })).answer.status, 400);
  } // prettier-ignore
  const own = `${house.issuer}/toi/ve`;
  const query = `client_id=tayninh-id&response_type=code&scope=openid&code_challenge=${challengeOf('x')}&code_challenge_method=S256&redirect_uri=${encodeURIComponent(own)}&redirect_uri=https%3A%2F%2Fevil.example%2F`; // prettier-ignore
  const reply = await ask(`${house.issuer}/auth?${query}`, { headers: { accept: 'text/html' } });
  // Several addresses are registered here, so the error goes to none, and to neither that was sent.
  t.is(reply.status, 400);
  t.is(reply.headers.get('location'), null);
  t.false(reply.text.includes('evil.example'));
});

for (const [name, uri] of [['script', 'javascript:alert(1)'], ['data', 'data:text/html,x'], ['fragment', 'https://cong.tayninh.gov.vn/ve#x'], ['none', 'cong.tayninh.gov.vn/ve']] as const) {
  test(`a client registered with ${uri} does not come to life`, async (t) => {
    const odd = await createPortal(house, `cong-${name}`, { redirect_uris: [uri], post_logout_redirect_uris: [] });
    const { answer } = await odd.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { redirect_uri: uri });
    t.true(answer.status >= 400, `${answer.status} ${answer.text}`);
    t.is(answer.body['request_uri'], undefined);
  });
} // prettier-ignore
