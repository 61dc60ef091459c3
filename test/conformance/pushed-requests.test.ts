// RFC 9126: pushed authorization requests.

import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal, newProofKey, REDIRECT } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

test('a pushed request is answered with 201, JSON, not stored, an address nobody can guess and its life', async (t) => {
  const { answer, requestUri } = await rp.begin('openid', undefined);
  t.is(answer.status, 201);
  t.regex(answer.headers.get('content-type') ?? '', /^application\/json\b/);
  t.is(answer.headers.get('cache-control'), 'no-store');
  t.regex(requestUri, /^urn:ietf:params:oauth:request_uri:[\w-]{43}$/);
  t.is(answer.body['expires_in'], 60);
});

test('another method is 405, and a request too long is 413', async (t) => {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const reply = await ask(`${house.issuer}/par`, { method });
    t.is(reply.status, 405, method);
    t.is(reply.headers.get('allow'), 'POST');
    t.is(reply.headers.get('cache-control'), 'no-store');
  }
  const { answer } = await rp.begin('openid', undefined, { state: 'x'.repeat(60_000) });
  t.is(answer.status, 413);
  t.is(answer.body['error'], 'invalid_request');
});

test('a request_uri inside a pushed request is refused', async (t) => {
  const { requestUri } = await rp.begin('openid', undefined);
  const { answer } = await rp.begin('openid', undefined, { request_uri: requestUri });
  t.is(answer.status, 400);
});

test('a client must authenticate as at the token endpoint, and as itself', async (t) => {
  const form = { response_type: 'code', redirect_uri: REDIRECT, scope: 'openid', client_id: rp.clientId };
  const none = await rp.post('/par', form, { assertion: null, proof: null });
  t.is(none.status, 401);
  t.is(none.body['error'], 'invalid_client');
  const other = await createPortal(house, 'cong-khac');
  const mixed = await rp.post('/par', form, { assertion: await other.assertion(), proof: null });
  t.is(mixed.status, 400, 'client_id and assertion name two clients');
});

test('parameters beside request_uri in the address change nothing', async (t) => {
  const visitor = await meet(house);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { state: 'that' });
  const more = new URLSearchParams({ scope: 'openid', state: 'gia', redirect_uri: 'https://evil.example/', code_challenge: 'A'.repeat(43), acr_values: `${house.config.TNID_ACR_BASE}1` }); // prettier-ignore
  const { callback } = await visitor.go({ url: `${request.url}&${more}` });
  t.is(`${callback.origin}${callback.pathname}`, REDIRECT);
  t.is(callback.searchParams.get('state'), 'that');
  const tokens = await rp.redeem(request, callback);
  t.is(tokens.status, 200, tokens.text);
  t.is(tokens.body['scope'], 'svc:phananh:gui');
});

test('a pushed request that led to a code leads to none again', async (t) => {
  const visitor = await meet(house);
  const { request } = await signIn(rp, visitor, LEVEL_ONE);
  const again = await visitor.open(request.url);
  t.is(again.at === 'page' ? again.page.status : 0, 400);
});

test('the proof of a pushed request binds the code to its key; dpop_jkt of another key is refused', async (t) => {
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const { callback } = await (await meet(house)).go(request);
  const stolen = await rp.redeem(request, callback, {}, { key: await newProofKey() });
  t.is(stolen.status, 400);
  t.is(stolen.body['error'], 'invalid_grant');
  const { answer } = await rp.begin('openid', undefined, { dpop_jkt: 'A'.repeat(43) });
  t.is(answer.status, 400);
  t.is(answer.body['error'], 'invalid_request');
});
