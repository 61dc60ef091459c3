// An application of the province as the broker sees it: openid-client, a library nobody here wrote,
// held to FAPI 2.0 (PAR, private_key_jwt, PKCE, DPoP with nonces, `iss` compared). The portal and
// the story both stand on it. Tokens and keys stay in this process; a browser gets none of them.

import { importJWK, type JWK } from 'jose';
import * as openid from 'openid-client';

export type Registration = {
  readonly issuer: string;
  readonly clientId: string;
  /** ES256 private key, registered with its public half. */
  readonly privateKey: JWK;
  readonly redirectUri: string;
};

/** One proof key for each person's session: a token of one session is no use to another. */
export type ProofKey = openid.DPoPHandle;

export type Wanted = {
  readonly scope: string;
  /** The service the token is for; undefined: UserInfo. */
  readonly resource: string | undefined;
  readonly acrValues?: string | undefined;
  readonly maxAgeSeconds?: number | undefined;
  readonly prompt?: 'consent' | 'login' | undefined;
};

/** What must be remembered between leaving for the broker and coming back. */
export type Departure = {
  readonly url: URL;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly wanted: Wanted;
};

export type Tokens = {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly idToken: string;
  /** What was granted, which may be less than was asked for. */
  readonly scope: string;
  readonly resource: string | undefined;
  readonly expiresAt: Date;
  readonly subject: string;
  readonly sessionId: string | undefined;
};

export type RelyingParty = {
  readonly registration: Registration;
  /** `pair`: a key the caller made, who wants to sign with it as well. */
  newProofKey(pair?: openid.CryptoKeyPair): Promise<ProofKey>;
  /** Pushes the request and says where to send the browser. */
  depart(key: ProofKey, wanted: Wanted): Promise<Departure>;
  /** @throws what `isRefusedByBroker` tells apart from an outage */
  arrive(key: ProofKey, departure: Departure, callback: URL): Promise<Tokens>;
  renew(key: ProofKey, tokens: Tokens): Promise<{ tokens: Tokens } | { refused: string }>;
  userInfo(key: ProofKey, tokens: Tokens): Promise<Readonly<Record<string, unknown>>>;
  /** Without an ID token: an address stays in histories and logs, and the broker asks the person anyway. */
  logoutUrl(returnTo: string): URL;
  jwksUri(): URL;
};

export async function createRelyingParty(registration: Registration): Promise<RelyingParty> {
  const { issuer, clientId, privateKey, redirectUri } = registration;
  const key = await importJWK(privateKey, 'ES256');
  if (key instanceof Uint8Array) throw new Error('the client key is not an ES256 key');
  const config = await openid.discovery(
    new URL(issuer),
    clientId,
    { id_token_signed_response_alg: 'ES256' },
    openid.PrivateKeyJwt(privateKey.kid === undefined ? key : { key, kid: privateKey.kid }),
    // The demo runs on this machine; everywhere else the library refuses http by itself.
    issuer.startsWith('http://localhost:') ? { execute: [openid.allowInsecureRequests] } : {},
  );

  const tokensFrom = (
    answer: openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers,
    before: { resource: string | undefined; tokens?: Tokens },
  ): Tokens => {
    const claims = answer.claims();
    const { tokens } = before;
    const subject = claims?.sub ?? tokens?.subject;
    const idToken = answer.id_token ?? tokens?.idToken;
    if (subject === undefined || idToken === undefined) throw new Error('the answer has no ID token');
    const sid = claims?.['sid'];
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token ?? tokens?.refreshToken,
      idToken,
      scope: answer.scope ?? '',
      resource: before.resource,
      expiresAt: new Date(Date.now() + (answer.expiresIn() ?? 0) * 1000),
      subject,
      sessionId: typeof sid === 'string' ? sid : tokens?.sessionId,
    };
  };

  return {
    registration,
    newProofKey: async (pair) =>
      openid.getDPoPHandle(config, pair ?? (await openid.randomDPoPKeyPair('ES256'))),

    async depart(proofKey, wanted) {
      const codeVerifier = openid.randomPKCECodeVerifier();
      const state = openid.randomState();
      const nonce = openid.randomNonce();
      const url = await openid.buildAuthorizationUrlWithPAR(
        config,
        {
          response_type: 'code',
          redirect_uri: redirectUri,
          code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
          ui_locales: 'vi',
          scope: wanted.scope,
          ...resourceOf(wanted),
          state,
          nonce,
          ...(wanted.acrValues === undefined ? {} : { acr_values: wanted.acrValues }),
          ...(wanted.maxAgeSeconds === undefined ? {} : { max_age: String(wanted.maxAgeSeconds) }),
          ...(wanted.prompt === undefined ? {} : { prompt: wanted.prompt }),
        },
        { DPoP: proofKey },
      );
      return { url, state, nonce, codeVerifier, wanted };
    },

    async arrive(proofKey, departure, callback) {
      const { state, nonce, codeVerifier, wanted } = departure;
      const answer = await openid.authorizationCodeGrant(
        config,
        callback,
        {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          ...(wanted.maxAgeSeconds === undefined ? {} : { maxAge: wanted.maxAgeSeconds }),
        },
        resourceOf(wanted),
        { DPoP: proofKey },
      );
      return tokensFrom(answer, { resource: wanted.resource });
    },

    async renew(proofKey, tokens) {
      const { refreshToken, resource } = tokens;
      if (refreshToken === undefined) return { refused: 'no refresh token' };
      try {
        const answer = await openid.refreshTokenGrant(config, refreshToken, resourceOf(tokens), {
          DPoP: proofKey,
        });
        return { tokens: tokensFrom(answer, { resource, tokens }) };
      } catch (error) {
        if (error instanceof openid.ResponseBodyError) return { refused: error.error };
        throw error;
      }
    },

    userInfo: (proofKey, tokens) =>
      openid.fetchUserInfo(config, tokens.accessToken, tokens.subject, { DPoP: proofKey }),

    logoutUrl: (returnTo) => openid.buildEndSessionUrl(config, { post_logout_redirect_uri: returnTo }),

    jwksUri: () => {
      const { jwks_uri: address } = config.serverMetadata();
      if (address === undefined) throw new Error('the broker names no keys');
      return new URL(address);
    },
  };
}

const resourceOf = ({ resource }: { readonly resource: string | undefined }) =>
  resource === undefined ? undefined : { resource };

/** The broker or the person said no, or the answer was not meant for us. An outage is neither. */
export function isRefusedByBroker(error: unknown): boolean {
  if (error instanceof openid.AuthorizationResponseError) return true;
  if (error instanceof openid.ResponseBodyError) return error.status < 500;
  return error instanceof openid.ClientError && error.code === 'OAUTH_INVALID_RESPONSE';
}
