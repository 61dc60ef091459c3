// OpenID Connect RP-Initiated Logout 1.0 and Back-Channel Logout 1.0.

import test from 'ava';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, claimsOf, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { meet, signIn, visitorAs } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

const HOME = 'http://localhost:9/';
let house: TestHouse;
let rp: Rp;
const heard: { method: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
const client = createServer((request, response) => {
  void text(request).then((body) => {
    heard.push({ method: request.method, headers: request.headers, body });
    response.end();
  });
});
test.before(async () => {
  client.listen(0, '127.0.0.1');
  await once(client, 'listening');
  const address = client.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  house = await startHouse((await useDatabase()).url, { environment: { TNID_INTRANET_HOSTS: `localhost:${port}` } }); // prettier-ignore
  rp = await createPortal(house, 'cong-thu', { backchannel_logout_uri: `http://localhost:${port}/thoat` });
});
test.after.always(async () => {
  await house?.stop();
  client.close();
});

async function signedIn(): Promise<{ visitor: Visitor; idToken: string }> {
  const { person } = await meet(house);
  const visitor = visitorAs(house, person, ({ href }) => href.startsWith(HOME));
  const { tokens } = await signIn(rp, visitor, { scope: 'openid' });
  return { visitor, idToken: String(tokens.body['id_token']) };
}

const leave = (parameters: Record<string, string>) => `${house.issuer}/session/end?${new URLSearchParams(parameters)}`; // prettier-ignore

test.serial(
  'after a yes the browser goes to the registered address with the state, and to no other',
  async (t) => {
    const { visitor, idToken } = await signedIn();
    await visitor.open(leave({ id_token_hint: idToken, post_logout_redirect_uri: HOME, state: 'cua-toi' }));
    const left = await visitor.browser.press('yes');
    t.is(left.at === 'door' ? left.url.href : '', `${HOME}?state=cua-toi`);
    for (const uri of ['https://evil.example/', `${HOME}khac`, 'javascript:alert(1)']) {
      const reply = await ask(leave({ client_id: rp.clientId, post_logout_redirect_uri: uri }), { headers: { accept: 'text/html' } }); // prettier-ignore
      t.is(reply.status, 400, uri);
      t.is(reply.headers.get('location'), null);
    }
  },
);

test.serial(
  'an ID token that has expired is still a hint; a forged one and one of another client are not',
  async (t) => {
    const { visitor, idToken } = await signedIn();
    const other = await createPortal(house, 'cong-khac');
    const theirs = await ask(leave({ id_token_hint: idToken, client_id: other.clientId }), { headers: { accept: 'text/html' } }); // prettier-ignore
    t.is(theirs.status, 400, 'client_id and hint must agree');
    const [header, payload] = idToken.split('.');
    const forged = await ask(leave({ id_token_hint: `${header}.${payload}.${'A'.repeat(86)}` }), { headers: { accept: 'text/html' } }); // prettier-ignore
    t.is(forged.status, 400);
    const page = await visitor.open(leave({ id_token_hint: idToken }));
    t.is(page.at === 'page' ? page.page.status : 0, 200);
  },
);

test.serial('the client is told by a signed log-out token in a form', async (t) => {
  const { visitor, idToken } = await signedIn();
  heard.length = 0;
  await visitor.open(leave({ id_token_hint: idToken }));
  await visitor.browser.press('yes');
  t.is(heard.length, 1);
  const [told] = heard;
  t.is(told?.method, 'POST');
  t.regex(told?.headers['content-type'] ?? '', /^application\/x-www-form-urlencoded\b/);
  const token = new URLSearchParams(told?.body).get('logout_token') ?? '';
  const keys = createRemoteJWKSet(new URL(`${house.issuer}/jwks`));
  const wanted = { issuer: house.issuer, audience: rp.clientId, algorithms: ['ES256'], typ: 'logout+jwt' };
  const { payload } = await jwtVerify(token, keys, {
    ...wanted,
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
  });
  t.deepEqual(payload['events'], { 'http://schemas.openid.net/event/backchannel-logout': {} });
  t.false('nonce' in payload);
  t.is(payload.sub, String(claimsOf(idToken)['sub']));
  t.is(payload['sid'], claimsOf(idToken)['sid']);
});
