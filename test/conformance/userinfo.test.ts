// OpenID Connect Core 5.3, RFC 6750 3 and RFC 9449 7 at the one endpoint of ours that is a
// protected resource for citizens' tokens.

import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, claimsOf, createPortal, newProofKey } from '../support/rp.ts';
import type { Reply, Rp } from '../support/rp.ts';
import { meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
let token: string;
let idToken: unknown;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
  const { tokens } = await signIn(rp, await meet(house), { scope: 'openid tn.level' });
  token = String(tokens.body['access_token']);
  idToken = tokens.body['id_token'];
});
test.after.always(() => house?.stop());

const challenge = (reply: Reply) => reply.headers.get('www-authenticate') ?? '';
const userinfo = (init: RequestInit = {}, query = '') => ask(`${house.issuer}/userinfo${query}`, init);

test('it answers GET and POST with JSON, not stored, and the subject of the ID token', async (t) => {
  const got = await rp.withToken('/userinfo', token);
  t.is(got.status, 200, got.text);
  t.regex(got.headers.get('content-type') ?? '', /^application\/json\b/);
  t.is(got.headers.get('cache-control'), 'no-store');
  t.is(got.body['sub'], claimsOf(idToken)['sub']);
  const proof = async () => rp.proof({ method: 'POST', path: '/userinfo', accessToken: token });
  const posted = await userinfo({
    method: 'POST',
    headers: { authorization: `DPoP ${token}`, dpop: await proof() },
  });
  t.is(posted.status, 200, posted.text);
  t.is(posted.body['sub'], got.body['sub']);
});

test('without a token the challenge names both schemes and no error', async (t) => {
  const reply = await userinfo();
  t.is(reply.status, 401);
  t.regex(challenge(reply), /Bearer realm="[^"]+"/);
  t.regex(challenge(reply), /DPoP realm="[^"]+", algs="ES256"/);
  t.notRegex(challenge(reply), /error=/);
});

test('an unknown token is 401 invalid_token in header and body', async (t) => {
  const reply = await userinfo({ headers: { authorization: 'Bearer khong-co' } });
  t.is(reply.status, 401);
  t.regex(challenge(reply), /^Bearer realm="[^"]+", error="invalid_token"/);
  t.is(reply.body['error'], 'invalid_token');
});

test('a bound token shown as Bearer is refused and challenged with DPoP', async (t) => {
  const reply = await userinfo({ headers: { authorization: `Bearer ${token}` } });
  t.is(reply.status, 401);
  t.regex(challenge(reply), /^DPoP .*error="invalid_token"/);
});

test('two ways of sending a token, or one in the address, are 400 invalid_request', async (t) => {
  const body = new URLSearchParams({ access_token: token });
  const two = await userinfo({ method: 'POST', headers: { authorization: `Bearer ${token}` }, body });
  const inAddress = await userinfo({}, `?access_token=${token}`);
  for (const reply of [two, inAddress]) {
    t.is(reply.status, 400);
    t.regex(challenge(reply), /error="invalid_request"/);
  }
});

test('a proof that is not for this request is 401 invalid_dpop_proof', async (t) => {
  const about = { method: 'GET', path: '/userinfo', accessToken: token };
  const wrong: [string, Promise<string>][] = [
    ['another method', rp.proof({ ...about, method: 'POST' })],
    ['another address', rp.proof({ ...about, path: '/token' })],
    ['no token hash', rp.proof({ method: 'GET', path: '/userinfo' })],
    ['the hash of another token', rp.proof({ ...about, accessToken: 'khac' })],
    ['another type', rp.proof(about, {}, { typ: 'jwt' })],
    ['no id', rp.proof(about, { jti: '' })],
    ['no time', rp.proof(about, { iat: 0 })],
  ];
  for (const [what, proof] of wrong) {
    const reply = await rp.withToken('/userinfo', token, { proof: await proof });
    t.is(reply.status, 401, `${what} ${reply.text}`);
    t.regex(challenge(reply), /^DPoP .*error="invalid_dpop_proof".*algs="ES256"/, what);
  }
});

test('a proof of another key, and a proof shown twice, are 401 invalid_token', async (t) => {
  await rp.withToken('/userinfo', token); // the newest nonce is known
  const about = { method: 'GET', path: '/userinfo', accessToken: token };
  const other = await rp.withToken('/userinfo', token, { proof: await rp.proof({ ...about, key: await newProofKey() }) }); // prettier-ignore
  t.is(other.status, 401);
  t.regex(challenge(other), /error="invalid_token"/);
  const proof = await rp.proof(about);
  t.is((await rp.withToken('/userinfo', token, { proof })).status, 200);
  const again = await rp.withToken('/userinfo', token, { proof });
  t.is(again.status, 401);
  t.regex(challenge(again), /^DPoP .*error="invalid_token"/);
});

test('a proof without our nonce is 401 use_dpop_nonce, with one to use', async (t) => {
  const about = { method: 'GET', path: '/userinfo', accessToken: token };
  for (const nonce of [undefined, 'cu']) {
    const reply = await rp.withToken('/userinfo', token, { proof: await rp.proof(about, { nonce }) });
    t.is(reply.status, 401);
    t.regex(challenge(reply), /^DPoP .*error="use_dpop_nonce"/);
    t.truthy(reply.headers.get('dpop-nonce'));
  }
});
