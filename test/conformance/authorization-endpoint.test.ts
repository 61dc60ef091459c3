// RFC 6749 4.1.2, RFC 9207, OpenID Connect Core 3.1.2, FAPI 2.0 5.3.2.2: what comes back to the
// client's address, and what never does.

import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal, REDIRECT } from '../support/rp.ts';
import type { Form, Rp } from '../support/rp.ts';
import { LEVEL_ONE, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const push = (over: Form) => rp.begin('openid', undefined, { state: 'cua-toi', ...over });

test('a success is a 303 with code, state and iss, not stored, and nothing in the fragment', async (t) => {
  const visitor = await meet(house);
  const { walk } = await signIn(rp, visitor, LEVEL_ONE);
  t.deepEqual([...walk.callback.searchParams.keys()].toSorted(), ['code', 'iss', 'state']);
  t.is(walk.callback.hash, '');
  t.false(visitor.browser.hops().some(({ status }) => status === 307 || status === 308));
  const silent = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  const cookie = await visitor.browser.cookies(new URL(silent.url));
  const reply = await ask(silent.url, { headers: { cookie, accept: 'text/html' } });
  t.is(reply.status, 303);
  t.is(reply.headers.get('cache-control'), 'no-store');
  t.regex(reply.headers.get('location') ?? '', /[?&]code=/);
  t.is(reply.headers.get('access-control-allow-origin'), null, 'no script reads it (FAPI 2.0)');
});

test('an error carries error, state and iss of the same issuer as the metadata', async (t) => {
  const { url } = await push({ prompt: 'none' });
  const reply = await ask(url, { headers: { accept: 'text/html' } });
  t.is(reply.status, 303);
  const sent = new URL(reply.headers.get('location') ?? '');
  t.is(`${sent.origin}${sent.pathname}`, REDIRECT);
  t.is(sent.searchParams.get('error'), 'login_required');
  t.is(sent.searchParams.get('state'), 'cua-toi');
  t.is(sent.searchParams.get('iss'), house.issuer);
  t.false(sent.searchParams.has('code'));
});

test('an error in the fragment and one as a form carry iss too', async (t) => {
  const inFragment = await ask((await push({ prompt: 'none', response_mode: 'fragment' })).url);
  const { hash } = new URL(inFragment.headers.get('location') ?? '');
  t.is(new URLSearchParams(hash.slice(1)).get('iss'), house.issuer);
  const form = await ask((await push({ prompt: 'none', response_mode: 'form_post' })).url, { headers: { accept: 'text/html' } }); // prettier-ignore
  t.true(form.text.includes(`name="iss" value="${house.issuer}"`), form.text);
  t.true(form.text.includes(`action="${REDIRECT}"`));
});

test('a person who says no is access_denied, and a level nobody can reach is unmet', async (t) => {
  const visitor = await meet(house);
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { state: 'x' });
  await visitor.open(request.url);
  const no = await visitor.browser.press('Không tiếp tục');
  const denied = no.at === 'door' ? no.url.searchParams : undefined;
  t.is(denied?.get('error'), 'access_denied');
  t.is(denied?.get('iss'), house.issuer);
  await signIn(rp, visitor, LEVEL_ONE);
  const odd = await push({ acr_values: 'urn:khong-co' });
  const again = await visitor.open(odd.url);
  t.is(again.at === 'door' ? again.url.searchParams.get('error') : '', 'unmet_authentication_requirements');
});

test('with prompt=none a level that is missing is login_required, without a page', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_ONE);
  const { url } = await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource, { prompt: 'none' });
  const arrival = await visitor.open(url);
  t.regex(arrival.at === 'door' ? (arrival.url.searchParams.get('error') ?? '') : '', /^(login|consent|interaction)_required$/); // prettier-ignore
});

test('an unknown client or request ends on our page, never at an address', async (t) => {
  const { requestUri } = await push({});
  const tries = [
    { client_id: 'khong-co', request_uri: requestUri },
    { client_id: rp.clientId, request_uri: 'urn:ietf:params:oauth:request_uri:khong-co' },
    { client_id: rp.clientId, redirect_uri: 'https://evil.example/', response_type: 'code' },
    { request_uri: requestUri },
  ];
  for (const parameters of tries) {
    const query = new URLSearchParams(Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))); // prettier-ignore
    const reply = await ask(`${house.issuer}/auth?${query}`, { headers: { accept: 'text/html' } });
    t.is(reply.status, 400, query.toString());
    t.is(reply.headers.get('location'), null);
  }
});

test('id_token_hint of this person is taken, one of another person and a forged one are not', async (t) => {
  const [one, other] = [await meet(house), await meet(house)];
  const mine = await signIn(rp, one, { scope: 'openid' });
  const theirs = await signIn(rp, other, { scope: 'openid' });
  const go = async (hint: unknown) => {
    const { url, answer } = await push({ prompt: 'none', id_token_hint: String(hint) });
    if (answer.status !== 201) return String(answer.body['error']);
    const arrival = await one.open(url);
    if (arrival.at !== 'door') return 'page';
    return arrival.url.searchParams.get('error') ?? 'code';
  };
  t.is(await go(mine.tokens.body['id_token']), 'code');
  t.is(await go(theirs.tokens.body['id_token']), 'login_required');
  t.is(await go('x.y.z'), 'invalid_request');
});
