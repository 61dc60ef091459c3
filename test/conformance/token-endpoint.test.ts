// RFC 6749 5.1 and 5.2, OpenID Connect Core 3.1.3: answers of the token endpoint by the letter.

import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, claimsOf, createPortal, headerOf, newVerifier } from '../support/rp.ts';
import type { Form, Reply, Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

/** What holds for every refusal: JSON, not stored, words of %x20-21 / %x23-5B / %x5D-7E. */
function isRefusal(reply: Reply, status: number, error: string): boolean {
  const { headers, body } = reply;
  const description = body['error_description'] ?? '';
  return (
    reply.status === status &&
    body['error'] === error &&
    /^application\/json\b/.test(headers.get('content-type') ?? '') &&
    headers.get('cache-control') === 'no-store' &&
    typeof description === 'string' &&
    /^[\x20\x21\x23-\x5B\x5D-\x7E]*$/.test(description) &&
    Object.keys(body).every((name) => ['error', 'error_description', 'scope', 'error_uri'].includes(name))
  );
}

const refused: [string, Form, string][] = [
  ['no grant type', {}, 'invalid_request'],
  ['a grant type twice', { grant_type: ['authorization_code', 'authorization_code'] }, 'invalid_request'],
  ['a parameter twice', { grant_type: 'authorization_code', code: ['a', 'b'] }, 'invalid_request'],
  ['an unknown grant type', { grant_type: 'magic' }, 'unsupported_grant_type'],
  ['a grant type of other clients', { grant_type: 'client_credentials' }, 'unauthorized_client'],
  ['no code', { grant_type: 'authorization_code', redirect_uri: 'x' }, 'invalid_request'],
  ['an unknown code', { grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://localhost:9/ve', code_verifier: newVerifier() }, 'invalid_grant'],
  ['no refresh token', { grant_type: 'refresh_token' }, 'invalid_request'],
  ['an unknown refresh token', { grant_type: 'refresh_token', refresh_token: 'x' }, 'invalid_grant'],
]; // prettier-ignore
for (const [what, form, error] of refused) {
  test(`a token request with ${what} is 400 ${error}, in JSON and not stored`, async (t) => {
    const reply = await rp.post('/token', form);
    t.true(isRefusal(reply, 400, error), `${reply.status} ${reply.text}`);
  });
}

test('a client that fails to authenticate is 401 invalid_client, challenged in the scheme it tried', async (t) => {
  const form = { grant_type: 'authorization_code', code: 'x' };
  const none = await rp.post('/token', { ...form, client_id: rp.clientId }, { assertion: null, proof: null });
  t.true(isRefusal(none, 401, 'invalid_client'), none.text);
  const unknown = await rp.post(
    '/token',
    { ...form, client_id: 'khong-co' },
    { assertion: null, proof: null },
  );
  t.true(isRefusal(unknown, 401, 'invalid_client'), unknown.text);
  const basic = await rp.post('/token', form, { assertion: null, proof: null, headers: { authorization: `Basic ${btoa(`${rp.clientId}:x`)}` } }); // prettier-ignore
  t.true(isRefusal(basic, 401, 'invalid_client'), basic.text);
  t.regex(basic.headers.get('www-authenticate') ?? '', /^Basic realm=/);
  const two = await rp.post('/token', form, {
    proof: null,
    headers: { authorization: `Basic ${btoa('a:b')}` },
  });
  t.true(isRefusal(two, 400, 'invalid_request'), 'two ways at once');
});

test('an assertion shown twice is 401 invalid_client', async (t) => {
  const assertion = await rp.assertion();
  const form = { grant_type: 'refresh_token', refresh_token: 'x' };
  const first = await rp.post('/token', form, { assertion, proof: null });
  t.true(isRefusal(first, 400, 'invalid_grant'), first.text);
  const again = await rp.post('/token', form, { assertion, proof: null });
  t.true(isRefusal(again, 401, 'invalid_client'), again.text);
});

test('a body that is no form is 400 invalid_request', async (t) => {
  for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain']) {
    const reply = await ask(`${house.issuer}/token`, { method: 'POST', headers: { 'content-type': type }, body: '{}' }); // prettier-ignore
    t.true(isRefusal(reply, 400, 'invalid_request'), `${type} ${reply.text}`);
  }
});

test('a code is bound to client, redirect address and verifier', async (t) => {
  const other = await createPortal(house, 'cong-khac');
  const begin = async () => {
    const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
    return { request, callback: (await (await meet(house)).go(request)).callback };
  };
  const wrong: [string, Form][] = [
    ['another verifier', { code_verifier: newVerifier() }],
    ['no verifier', { code_verifier: undefined }],
    ['another address', { redirect_uri: 'http://localhost:9/khac' }],
  ];
  for (const [what, over] of wrong) {
    const { request, callback } = await begin();
    const reply = await rp.redeem(request, callback, over);
    t.true(isRefusal(reply, 400, 'invalid_grant'), `${what} ${reply.text}`);
  }
  const { request, callback } = await begin();
  const stolen = await other.post('/token', rp.redeemForm(request, callback));
  t.true(isRefusal(stolen, 400, 'invalid_grant'), stolen.text);
  const unsaid = await begin();
  const reply = await rp.redeem(unsaid.request, unsaid.callback, { redirect_uri: undefined });
  t.is(reply.status, 200, 'with one address registered it may be left out (FAPI asks for it in the request)');
});

test('an answer with tokens is JSON, not stored, and says type, life and scope', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);
  t.is(tokens.status, 200);
  t.regex(tokens.headers.get('content-type') ?? '', /^application\/json\b/);
  t.is(tokens.headers.get('cache-control'), 'no-store');
  t.like(tokens.body, { token_type: 'DPoP', expires_in: 600, scope: 'svc:phananh:gui' });
});

test('an ID token has every required claim, repeats the nonce and is signed with a published key', async (t) => {
  const { tokens } = await signIn(rp, await meet(house), { ...LEVEL_ONE, over: { nonce: 'cua-toi', max_age: '300' } }); // prettier-ignore
  const claims = claimsOf(tokens.body['id_token']);
  const { keys } = (await ask(`${house.issuer}/jwks`)).body as { keys: { kid: string }[] }; // RFC 7517
  t.like(claims, { iss: house.issuer, aud: rp.clientId, nonce: 'cua-toi' });
  for (const name of ['exp', 'iat', 'auth_time']) t.is(typeof claims[name], 'number', name);
  t.true(typeof claims['sub'] === 'string' && claims['sub'].length <= 255);
  const header = headerOf(tokens.body['id_token']);
  t.is(header['alg'], 'ES256');
  t.true(keys.some(({ kid }) => kid === header['kid']));
  t.false('azp' in claims && claims['azp'] !== rp.clientId);
});
