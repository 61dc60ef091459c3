// What a client of the kind `sign-on` can and cannot do (decision 0020). It carries no proof of
// possession, so everything below asks: what is its token, and what is its registration, good for?

import test from 'ava';
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { signOnMetadata } from '../../provider/sign-on.ts';
import { clientKey } from '../support/broker.ts';
import {
  ask,
  challengeOf,
  createPortal,
  createRp,
  createService,
  DOSSIERS,
  INSURANCE,
  newVerifier,
  REDIRECT,
  REPORTS,
} from '../support/rp.ts';
import type { Form, Reply, Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';
import { useGround } from './ground.ts';
import { signOnClient } from './sign-on-clients.ts';

const ground = useGround();
const bare = { proof: null } as const;
let rp: Rp;
test.serial.before('a web server is registered', async () => {
  rp = await webServer('may-chu');
});

async function webServer(clientId: string, over: Readonly<Record<string, unknown>> = {}): Promise<Rp> {
  const { house } = ground.current();
  const key = await clientKey();
  const client = signOnClient({ clientId, redirectUri: REDIRECT, publicJwk: key.publicJwk });
  await house.addClient({ ...client, metadata: { ...client.metadata, ...over } });
  return createRp(house, clientId, key);
}

/** An authorization request through the browser. `over` replaces or (undefined) removes parameters. */
function request(over: Readonly<Record<string, string | undefined>> = {}): { url: string; verifier: string } {
  const verifier = newVerifier();
  const parameters = { client_id: rp.clientId, response_type: 'code', redirect_uri: REDIRECT, scope: 'openid tn.level', code_challenge: challengeOf(verifier), code_challenge_method: 'S256', state: 'trang-thai', ...over }; // prettier-ignore
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  return { url: `${rp.issuer}/auth?${query}`, verifier };
}

async function signedIn(
  form: Form = {},
  sending = {},
): Promise<{ tokens: Reply; redeem: () => Promise<Reply> }> {
  const { url, verifier } = request();
  const { callback } = await (await meet(ground.current().house)).go({ url });
  const code = { grant_type: 'authorization_code', code: callback.searchParams.get('code') ?? '', redirect_uri: REDIRECT, code_verifier: verifier, ...form }; // prettier-ignore
  const redeem = () => rp.post('/token', code, { ...bare, ...sending });
  return { tokens: await redeem(), redeem };
}

test('it learns who signs in, for a minute, and gets nothing to renew', async (t) => {
  const { tokens } = await signedIn();
  t.is(tokens.status, 200, tokens.text);
  t.like(tokens.body, { token_type: 'Bearer', expires_in: 60, scope: 'openid tn.level' });
  t.false('refresh_token' in tokens.body);
  const authorization = `Bearer ${String(tokens.body['access_token'])}`;
  const info = await ask(`${rp.issuer}/userinfo`, { headers: { authorization } });
  t.is(info.status, 200);
  t.is(info.body['tnid_level'], 1);
});

const asked: [string, Record<string, string | undefined>, string][] = [
  ['the scope of a service', { scope: 'openid svc:phananh:gui' }, 'invalid_scope'],
  ['the scope of a service and the service', { scope: 'openid svc:phananh:gui', resource: REPORTS }, 'invalid_target'], // prettier-ignore
  ['a service', { resource: DOSSIERS }, 'invalid_target'],
  ['our own endpoints', { resource: 'OURS' }, 'invalid_target'],
  ['a scope of our endpoints', { scope: 'openid tn:revocations' }, 'invalid_scope'],
  ['access while the citizen is away', { scope: 'openid offline_access' }, 'invalid_scope'],
  ['a scope nobody knows', { scope: 'openid khong-co' }, 'invalid_scope'],
  ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
  ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['a token in the answer', { response_type: 'code token' }, 'unsupported_response_type'],
];
for (const [what, parameters, error] of asked) {
  test(`asking for ${what} is answered with ${error}, in the browser and at /par`, async (t) => {
    const over: Record<string, string | undefined> = { ...parameters, ...(parameters['resource'] === 'OURS' ? { resource: `${rp.issuer}/api` } : {}) }; // prettier-ignore
    const { headers } = await ask(request(over).url, { headers: { accept: 'text/html' } });
    const answer = new URL(headers.get('location') ?? 'http://nowhere');
    t.is(`${answer.origin}${answer.pathname}`, REDIRECT);
    const parts = answer.hash === '' ? answer.searchParams : new URLSearchParams(answer.hash.slice(1));
    t.is(parts.get('error'), error);
    t.is(parts.get('state'), 'trang-thai');
    t.is(parts.get('iss'), rp.issuer);
    const { resource, scope = 'openid', ...rest } = over;
    const pushed = await rp.begin(scope, resource, rest, bare);
    t.is(pushed.answer.status, 400);
    t.is(pushed.answer.body['error'], error);
  });
}

test('another address than the registered one is a page of ours, not a redirect', async (t) => {
  for (const uri of [`${REDIRECT}/`, `${REDIRECT}?x=1`, 'https://evil.example/ve']) {
    const reply = await ask(request({ redirect_uri: uri }).url, { headers: { accept: 'text/html' } });
    t.is(reply.status, 400, uri);
    t.is(reply.headers.get('location'), null);
  }
});

test('a service named at the token endpoint gives no token, and the code is gone', async (t) => {
  const { tokens, redeem } = await signedIn({ resource: REPORTS });
  t.is(tokens.status, 400);
  t.is(tokens.body['error'], 'invalid_target');
  t.is((await redeem()).status, 400);
});

test('its token opens no service, no endpoint for services and no introspection', async (t) => {
  const { house, dossier, report } = ground.current();
  const { tokens } = await signedIn();
  const token = String(tokens.body['access_token']);
  for (const scheme of ['Bearer', 'DPoP']) {
    const headers = { authorization: `${scheme} ${token}` };
    for (const url of [`${dossier.url}/ho-so`, `${dossier.url}/giay-to`, `${rp.issuer}/revocations`]) {
      const { status } = await ask(url, { headers });
      t.is(status, 401, `${scheme} ${url}`);
    }
    t.is((await ask(`${report.url}/phan-anh`, { method: 'POST', headers })).status, 401);
  }
  const insurance = await createService(house, 'bhyt-2', INSURANCE);
  t.deepEqual((await insurance.introspect(token)).body, { active: false });
  t.deepEqual((await rp.introspect(token)).body, { active: false });
});

test('it introspects nobody and gets no token of its own', async (t) => {
  const { house } = ground.current();
  const portal = await createPortal(house, 'cong-ben');
  const wanted = { scope: 'openid tn.level svc:bhyt:xem', resource: INSURANCE };
  const { tokens } = await signIn(portal, await meet(house), wanted);
  t.is(tokens.status, 200, tokens.text);
  t.deepEqual((await rp.introspect(String(tokens.body['access_token']))).body, { active: false });
  t.is((await rp.credentials({}, bare)).status, 400);
  t.is((await rp.credentials({ resource: undefined, scope: undefined }, bare)).status, 400);
  t.is((await rp.refresh(tokens, {}, bare)).status, 400, "another client's refresh token");
  t.is((await rp.revoke(String(tokens.body['refresh_token']))).status, 200);
  t.is((await portal.refresh(tokens)).status, 200, 'nothing was revoked');
});

test('a code shown twice is refused and kills what it gave', async (t) => {
  const { tokens, redeem } = await signedIn();
  t.is((await redeem()).body['error'], 'invalid_grant');
  const authorization = `Bearer ${String(tokens.body['access_token'])}`;
  t.is((await ask(`${rp.issuer}/userinfo`, { headers: { authorization } })).status, 401);
});

test('of ten redemptions of one code at once, one succeeds', async (t) => {
  const { url, verifier } = request();
  const { callback } = await (await meet(ground.current().house)).go({ url });
  const form = { grant_type: 'authorization_code', code: callback.searchParams.get('code') ?? '', redirect_uri: REDIRECT, code_verifier: verifier }; // prettier-ignore
  const replies = await Promise.all(Array.from({ length: 10 }, () => rp.post('/token', form, bare)));
  t.is(replies.filter(({ status }) => status === 200).length, 1);
});

test('its token is bound when it brings a proof, and then useless without one', async (t) => {
  const { url, verifier } = request();
  const { callback } = await (await meet(ground.current().house)).go({ url });
  const form = { grant_type: 'authorization_code', code: callback.searchParams.get('code') ?? '', redirect_uri: REDIRECT, code_verifier: verifier }; // prettier-ignore
  const tokens = await rp.post('/token', form);
  t.is(tokens.body['token_type'], 'DPoP', tokens.text);
  const authorization = `Bearer ${String(tokens.body['access_token'])}`;
  t.is((await ask(`${rp.issuer}/userinfo`, { headers: { authorization } })).status, 401);
});

test('its assertion names the issuer or the token endpoint, and nothing else', async (t) => {
  const push = async (aud: string | string[]) => {
    const form = { response_type: 'code', redirect_uri: REDIRECT, scope: 'openid', code_challenge: challengeOf(newVerifier()), code_challenge_method: 'S256' }; // prettier-ignore
    return rp.post('/par', form, { ...bare, assertion: await rp.assertion({ aud }) });
  };
  t.is((await push(rp.issuer)).status, 201);
  t.is((await push(`${rp.issuer}/token`)).status, 201);
  for (const aud of [
    [rp.issuer],
    [`${rp.issuer}/token`],
    `${rp.issuer}/par`,
    `${rp.issuer}/`,
    'https://other.example',
  ])
    t.is((await push(aud)).status, 401, String(aud));
});

test('RSA with PKCS #1 is taken from a sign-on client and from no portal', async (t) => {
  const { house } = ground.current();
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'rsa', use: 'sig' };
  const jwks = { keys: [publicJwk] };
  await webServer('may-chu-rsa', { jwks });
  await createPortal(house, 'cong-rsa', { jwks });
  const push = async (clientId: string, alg: string) => {
    const key =
      alg === 'RS256' ? privateKey : await importJWK({ ...(await exportJWK(privateKey)), alg }, alg);
    const now = Math.floor(Date.now() / 1000);
    const assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: rp.issuer, jti: newVerifier(), exp: now + 60 }).setProtectedHeader({ alg, kid: 'rsa' }).sign(key); // prettier-ignore
    const form = { client_id: clientId, response_type: 'code', redirect_uri: REDIRECT, scope: 'openid', code_challenge: challengeOf(newVerifier()), code_challenge_method: 'S256' }; // prettier-ignore
    return rp.post('/par', form, { ...bare, assertion });
  };
  t.is((await push('may-chu-rsa', 'RS256')).status, 201);
  t.is((await push('cong-rsa', 'PS256')).status, 201);
  const refused = await push('cong-rsa', 'RS256');
  t.is(refused.status, 401);
  t.is(refused.body['error'], 'invalid_client');
});

const loosened: [string, Record<string, unknown>][] = [
  ['without DPoP', { dpop_bound_access_tokens: false }],
  ['without PAR', { require_pushed_authorization_requests: false }],
  ['without a key', { token_endpoint_auth_method: 'none' }],
  ['that calls itself sign-on', { ...signOnMetadata, tnid_kind: 'sign-on' }],
];
for (const [what, metadata] of loosened) {
  test(`a portal registered ${what} does not come to life`, async (t) => {
    const portal = await createPortal(ground.current().house, `cong-long-${loosened.findIndex(([one]) => one === what)}`, metadata); // prettier-ignore
    const { answer } = await portal.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
    t.true(answer.status === 400 || answer.status === 401, answer.text);
    t.falsy(answer.body['request_uri']);
  });
}

const widened: [string, Record<string, unknown>][] = [
  ['that may renew', { grant_types: ['authorization_code', 'refresh_token'] }],
  ['without a list of scopes', { scope: undefined }],
  ['without a key', { token_endpoint_auth_method: 'none' }],
  ['with tokens of its own', { grant_types: ['authorization_code', 'client_credentials'] }],
];
for (const [what, metadata] of widened) {
  test(`a sign-on client registered ${what} does not come to life`, async (t) => {
    const server = await webServer(`may-chu-${widened.findIndex(([one]) => one === what)}`, metadata);
    const { answer } = await server.begin('openid', undefined, {}, bare);
    t.true(answer.status === 400 || answer.status === 401, answer.text);
    t.falsy(answer.body['request_uri']);
  });
}
