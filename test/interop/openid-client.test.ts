// openid-client 6: PAR, private_key_jwt, DPoP with nonces, step-up after an RFC 9470 challenge.

import test from 'ava';
import { importJWK } from 'jose';
import * as openid from 'openid-client';
import type { JWK } from 'jose';
import { INSURANCE, REDIRECT } from '../support/rp.ts';
import { meet } from '../support/visitor.ts';
import { useGround } from './ground.ts';
import { wholeJourney } from './journey.ts';
import type { Library, Tokens, Wanted } from './journey.ts';

const ground = useGround();

async function configure(clientId: string, privateJwk: JWK & { kid: string }): Promise<openid.Configuration> {
  const key = await importJWK(privateJwk, 'ES256');
  if (key instanceof Uint8Array) throw new Error('not an asymmetric key');
  return openid.discovery(
    new URL(ground.current().house.issuer),
    clientId,
    { id_token_signed_response_alg: 'ES256', use_mtls_endpoint_aliases: false },
    openid.PrivateKeyJwt({ key, kid: privateJwk.kid }),
    { execute: [openid.allowInsecureRequests] }, // the broker of the tests stands on localhost
  );
}

async function openidClient(clientId: string): Promise<Library & { config: openid.Configuration }> {
  const config = await configure(clientId, await ground.current().addPortal(clientId));
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
  let pending: { state: string; nonce: string; verifier: string; wanted: Wanted } | undefined;

  const tokensOf = (answer: openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers): Tokens => ({
    accessToken: answer.access_token,
    idToken: answer.id_token ?? '',
    refreshToken: answer.refresh_token,
    scope: answer.scope ?? '',
    expiresIn: answer.expiresIn() ?? 0,
    idClaims: answer.claims() ?? {},
  });

  return {
    config,
    async depart(wanted) {
      const verifier = openid.randomPKCECodeVerifier();
      pending = { state: openid.randomState(), nonce: openid.randomNonce(), verifier, wanted };
      return openid.buildAuthorizationUrlWithPAR(
        config,
        {
          redirect_uri: REDIRECT,
          scope: wanted.scope,
          code_challenge: await openid.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state: pending.state,
          nonce: pending.nonce,
          ...(wanted.resource === undefined ? {} : { resource: wanted.resource }),
          ...(wanted.acrValues === undefined ? {} : { acr_values: wanted.acrValues }),
          ...(wanted.maxAge === undefined ? {} : { max_age: String(wanted.maxAge) }),
        },
        { DPoP },
      );
    },
    async arrive(callback) {
      if (pending === undefined) throw new Error('nobody has left');
      const { state, nonce, verifier, wanted } = pending;
      const answer = await openid.authorizationCodeGrant(
        config,
        callback,
        {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          ...(wanted.maxAge === undefined ? {} : { maxAge: wanted.maxAge }),
        },
        wanted.resource === undefined ? undefined : { resource: wanted.resource },
        { DPoP },
      );
      return tokensOf(answer);
    },
    userInfo: ({ accessToken, idClaims }) =>
      openid.fetchUserInfo(config, accessToken, String(idClaims['sub']), { DPoP }),
    async post(url, { accessToken }, body) {
      try {
        const headers = new Headers({ 'content-type': 'application/json' });
        const text = JSON.stringify(body);
        const { status } = await openid.fetchProtectedResource(config, accessToken, url, 'POST', text, headers, { DPoP }); // prettier-ignore
        return { status };
      } catch (error) {
        if (!(error instanceof openid.WWWAuthenticateChallengeError)) throw error;
        const [challenge] = error.cause;
        if (challenge === undefined) throw error;
        return { challenge: { scheme: challenge.scheme, parameters: { ...challenge.parameters } as Record<string, string> } }; // prettier-ignore
      }
    },
    async renew({ refreshToken = '' }) {
      try {
        return tokensOf(await openid.refreshTokenGrant(config, refreshToken, {}, { DPoP }));
      } catch (error) {
        if (error instanceof openid.ResponseBodyError) return error.error;
        throw error;
      }
    },
    logoutUrl: ({ idToken }, returnTo) =>
      openid.buildEndSessionUrl(config, { id_token_hint: idToken, post_logout_redirect_uri: returnTo }),
  };
}

test('openid-client signs in, steps up, renews and leaves', async (t) => {
  await wholeJourney(t, ground.current(), await openidClient('openid-client'));
});

test('openid-client refuses an answer that names another issuer, and the code stays whole', async (t) => {
  const library = await openidClient('openid-client-2');
  const visitor = await meet(ground.current().house);
  const { callback } = await visitor.go({ url: (await library.depart({ scope: 'openid' })).href });
  const forged = new URL(callback);
  forged.searchParams.set('iss', 'https://id.example');
  await t.throwsAsync(library.arrive(forged), { code: 'OAUTH_INVALID_RESPONSE' });
  t.truthy(await library.arrive(callback));
});

test('openid-client asks about an opaque token as its service, and gives it back as its portal', async (t) => {
  const { house, addService } = ground.current();
  const library = await openidClient('openid-client-3');
  const service = await configure('bhyt', await addService('bhyt', INSURANCE));
  const visitor = await meet(house);
  const url = await library.depart({ scope: 'openid tn.level svc:bhyt:xem', resource: INSURANCE });
  const { accessToken } = await library.arrive((await visitor.go({ url: url.href })).callback);
  const heard = await openid.tokenIntrospection(service, accessToken);
  t.like(heard, { active: true, token_type: 'DPoP', scope: 'svc:bhyt:xem' });
  await openid.tokenRevocation(library.config, accessToken);
  t.deepEqual({ ...(await openid.tokenIntrospection(service, accessToken)) }, { active: false });
});

test('openid-client gets a token of a service itself by client_credentials', async (t) => {
  const { house, addService } = ground.current();
  const config = await configure('thu-may', await addService('thu-may', INSURANCE));
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
  const parameters = { scope: 'tn:revocations', resource: `${house.issuer}/api` };
  const answer = await openid.clientCredentialsGrant(config, parameters, { DPoP });
  t.is(answer.scope, 'tn:revocations');
  t.is(answer.token_type, 'dpop');
});
