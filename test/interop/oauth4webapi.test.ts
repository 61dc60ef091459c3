// oauth4webapi: the bare protocol, each request and each answer a call of its own. It says of every
// answer whether it follows the specification, and of a nonce that it must be sent again.

import test from 'ava';
import { importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import * as oauth from 'oauth4webapi';
import { DOSSIERS, INSURANCE, REDIRECT } from '../support/rp.ts';
import { meet } from '../support/visitor.ts';
import { useGround } from './ground.ts';
import { wholeJourney } from './journey.ts';
import type { Library, Tokens, Wanted } from './journey.ts';

const ground = useGround();
const insecure = { [oauth.allowInsecureRequests]: true }; // the broker of the tests stands on localhost

async function discover(): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(ground.current().house.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
}

async function keyOf(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, 'ES256');
  if (key instanceof Uint8Array) throw new Error('not an asymmetric key');
  return key;
}

/** Sends, and once more when the answer was that a nonce is missing. The handle has kept it. */
async function twice<T>(counted: { again: number }, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    counted.again += 1;
    return send();
  }
}

type Bare = Library & { readonly nonces: { again: number }; readonly DPoP: oauth.DPoPHandle };

async function bare(clientId: string): Promise<Bare> {
  const as = await discover();
  const privateJwk = await ground.current().addPortal(clientId);
  const client: oauth.Client = { client_id: clientId, id_token_signed_response_alg: 'ES256' };
  const auth = oauth.PrivateKeyJwt({ key: await keyOf(privateJwk), kid: privateJwk.kid });
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
  const options = { DPoP, ...insecure };
  const nonces = { again: 0 };
  let pending: { state: string; nonce: string; verifier: string; wanted: Wanted } | undefined;

  const tokensOf = (answer: oauth.TokenEndpointResponse): Tokens => ({
    accessToken: answer.access_token,
    idToken: answer.id_token ?? '',
    refreshToken: answer.refresh_token,
    scope: answer.scope ?? '',
    expiresIn: answer.expires_in ?? 0,
    idClaims: oauth.getValidatedIdTokenClaims(answer) ?? {},
  });

  return {
    nonces,
    DPoP,
    async depart(wanted) {
      const verifier = oauth.generateRandomCodeVerifier();
      const state = oauth.generateRandomState();
      const nonce = oauth.generateRandomNonce();
      pending = { state, nonce, verifier, wanted };
      const parameters = new URLSearchParams({
        response_type: 'code',
        redirect_uri: REDIRECT,
        scope: wanted.scope,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      if (wanted.resource !== undefined) parameters.set('resource', wanted.resource);
      if (wanted.acrValues !== undefined) parameters.set('acr_values', wanted.acrValues);
      if (wanted.maxAge !== undefined) parameters.set('max_age', String(wanted.maxAge));
      const { request_uri: requestUri } = await twice(
        nonces,
        async () =>
        oauth.processPushedAuthorizationResponse(as, client, await oauth.pushedAuthorizationRequest(as, client, auth, parameters, options)), // prettier-ignore
      );
      const url = new URL(as.authorization_endpoint ?? '');
      url.searchParams.set('client_id', clientId);
      url.searchParams.set('request_uri', requestUri);
      return url;
    },
    async arrive(callback) {
      if (pending === undefined) throw new Error('nobody has left');
      const { state, nonce, verifier, wanted } = pending;
      const parameters = oauth.validateAuthResponse(as, client, callback, state);
      const answer = await twice(nonces, async () =>
        oauth.processAuthorizationCodeResponse(
          as,
          client,
          await oauth.authorizationCodeGrantRequest(
            as,
            client,
            auth,
            parameters,
            REDIRECT,
            verifier,
            options,
          ),
          { expectedNonce: nonce, requireIdToken: true, ...(wanted.maxAge === undefined ? {} : { maxAge: wanted.maxAge }) }, // prettier-ignore
        ),
      );
      return tokensOf(answer);
    },
    userInfo: ({ accessToken, idClaims }) =>
      twice(
        nonces,
        async () =>
        oauth.processUserInfoResponse(as, client, String(idClaims['sub']), await oauth.userInfoRequest(as, client, accessToken, options)), // prettier-ignore
      ),
    async post(url, { accessToken }, body) {
      try {
        const headers = new Headers({ 'content-type': 'application/json' });
        const { status } = await oauth.protectedResourceRequest(accessToken, 'POST', url, headers, JSON.stringify(body), options); // prettier-ignore
        return { status };
      } catch (error) {
        if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw error;
        const [challenge] = error.cause;
        if (challenge === undefined) throw error;
        return { challenge: { scheme: challenge.scheme, parameters: { ...challenge.parameters } as Record<string, string> } }; // prettier-ignore
      }
    },
    async renew({ refreshToken = '' }) {
      try {
        const answer = await twice(
          nonces,
          async () =>
          oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, refreshToken, options)), // prettier-ignore
        );
        return tokensOf(answer);
      } catch (error) {
        if (error instanceof oauth.ResponseBodyError) return error.error;
        throw error;
      }
    },
    logoutUrl({ idToken }, returnTo) {
      const url = new URL(as.end_session_endpoint ?? '');
      url.searchParams.set('id_token_hint', idToken);
      url.searchParams.set('post_logout_redirect_uri', returnTo);
      return url;
    },
  };
}

test('oauth4webapi signs in, steps up, renews and leaves; a missing nonce costs one more request', async (t) => {
  const library = await bare('oauth4webapi');
  await wholeJourney(t, ground.current(), library);
  t.is(library.nonces.again, 1, 'after the first nonce each answer keeps the client in step');
});

test('oauth4webapi finds the broker from the metadata of a service (RFC 9728)', async (t) => {
  const { house, dossier } = ground.current();
  // The service is known by its name; in the tests this name stands for a port of this machine.
  const resolve = (url: string, { headers, redirect }: oauth.CustomFetchOptions<'GET'>) =>
    fetch(url.replace(DOSSIERS, dossier.url), { headers, redirect });
  const name = new URL(DOSSIERS);
  const answer = await oauth.resourceDiscoveryRequest(name, { [oauth.customFetch]: resolve });
  const found = await oauth.processResourceDiscoveryResponse(name, answer);
  t.deepEqual(found.authorization_servers, [house.issuer]);
  t.true(found.dpop_bound_access_tokens_required);
  const issuer = new URL(found.authorization_servers?.[0] ?? '');
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })); // prettier-ignore
  t.is(as.issuer, house.issuer);
});

test('oauth4webapi reads an introspection answer, and an inactive one', async (t) => {
  const { house, addService } = ground.current();
  const portal = await bare('oauth4webapi-2');
  const visitor = await meet(house);
  const url = await portal.depart({ scope: 'openid tn.level svc:bhyt:xem', resource: INSURANCE });
  const { accessToken } = await portal.arrive((await visitor.go({ url: url.href })).callback);
  const as = await discover();
  const service: oauth.Client = { client_id: 'bhyt' };
  const jwk = await addService('bhyt', INSURANCE);
  const auth = oauth.PrivateKeyJwt({ key: await keyOf(jwk), kid: jwk.kid });
  const ask = async (token: string) =>
    oauth.processIntrospectionResponse(as, service, await oauth.introspectionRequest(as, service, auth, token, insecure)); // prettier-ignore
  t.like(await ask(accessToken), { active: true, aud: INSURANCE, token_type: 'DPoP', scope: 'svc:bhyt:xem' });
  t.deepEqual({ ...(await ask('khong-co')) }, { active: false });
});

test('oauth4webapi verifies an access token of ours and its proof, as a service would (RFC 9068, RFC 9449)', async (t) => {
  const { house } = ground.current();
  const library = await bare('oauth4webapi-3');
  const visitor = await meet(house);
  const url = await library.depart({ scope: 'openid tn.level svc:hoso:chuan-bi', resource: DOSSIERS });
  const { accessToken } = await library.arrive((await visitor.go({ url: url.href })).callback);
  const as = await discover();
  const received = async (DPoP: oauth.DPoPHandle): Promise<Request> => {
    const sent: Request[] = [];
    const keep: oauth.ProtectedResourceRequestOptions[typeof oauth.customFetch] = async (to, init) => {
      sent.push(new Request(to, { method: init.method, headers: init.headers }));
      return new Response();
    };
    const page = new URL(`${DOSSIERS}/giay-to`);
    await oauth.protectedResourceRequest(accessToken, 'GET', page, undefined, undefined, { DPoP, [oauth.customFetch]: keep }); // prettier-ignore
    const [request] = sent;
    if (request === undefined) throw new Error('nothing was sent');
    return request;
  };
  const check = async (DPoP: oauth.DPoPHandle, audience: string) =>
    oauth.validateJwtAccessToken(as, await received(DPoP), audience, { requireDPoP: true, signingAlgorithms: ['ES256'], ...insecure }); // prettier-ignore

  t.like(await check(library.DPoP, DOSSIERS), { scope: 'svc:hoso:chuan-bi', client_id: 'oauth4webapi-3' });
  const another = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
  await t.throwsAsync(check(another, DOSSIERS), { message: 'JWT Access Token confirmation mismatch' });
  await t.throwsAsync(check(library.DPoP, INSURANCE), undefined, 'another audience');
});
