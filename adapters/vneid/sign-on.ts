// Sign-on with VNeID through the national hub (WSO2), as an OpenID Connect client. Contract
// identity-vn.md section 1. Codes, tokens and claims live in memory for one call and reach no log.

import { z } from 'zod';
import type { VneidAnswer, VneidSignOn } from '../../assurance/vneid-sign-on.ts';
import { call, jsonOf, type Limits } from './call.ts';
import { authenticateClient, type ClientAuthentication } from './client-authentication.ts';
import { vneidFailure } from './failures.ts';
import { createIdTokenReader, type IdTokenClaims } from './id-token.ts';
import { claimNames, readPerson, type ClaimNames, type UpstreamClaims } from './person.ts';

export type VneidConfig = {
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly userinfoUrl: string;
  readonly jwksUrl: string;
  readonly clientId: string;
  readonly clientAuth: ClientAuthentication;
  readonly redirectUri: string;
  readonly scope?: string;
  readonly acrValues?: string;
  readonly algorithms?: readonly string[];
  readonly idpValues?: readonly string[];
  readonly minIal?: number;
  readonly claimNames?: Partial<ClaimNames>;
  /** `aud` expected in the ID token; default the client id. */
  readonly audience?: string;
  /** `aud` of our own client assertion; default the token endpoint, as WSO2 wants it. */
  readonly assertionAudience?: string;
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
  readonly bodyLimitBytes?: number;
  readonly jwksCooldownMs?: number;
};

const tokenAnswer = z.object({ id_token: z.string().min(1), access_token: z.string().min(1) });
const tokenError = z.object({ error: z.string() });

export function createVneidSignOn(config: VneidConfig): VneidSignOn {
  refuseUnsafe(config);
  const limits: Limits = {
    connectTimeoutMs: config.connectTimeoutMs ?? 3_000,
    readTimeoutMs: config.readTimeoutMs ?? 8_000,
    bodyLimitBytes: config.bodyLimitBytes ?? 64 * 1024,
  };
  const rules = { idpValues: config.idpValues ?? ['BCA'], minIal: config.minIal ?? 2 };
  const names: ClaimNames = { ...claimNames, ...config.claimNames };
  const readIdToken = createIdTokenReader(
    {
      issuer: config.issuer,
      jwksUrl: config.jwksUrl,
      clientId: config.clientId,
      audience: config.audience ?? config.clientId,
      algorithms: algorithmsOf(config),
      jwksCooldownMs: config.jwksCooldownMs ?? 30_000,
    },
    limits,
  );
  return {
    async authorizationUrl(request) {
      return authorizationUrl(config, request);
    },
    async identify(answer): Promise<VneidAnswer> {
      const tokens = await exchange(config, answer, limits);
      if (typeof tokens === 'string') return { outcome: 'refused', reason: tokens };
      const idToken = await readIdToken(tokens.id_token);
      // An absent nonce is a wrong one.
      if (idToken['nonce'] !== answer.nonce) return { outcome: 'refused', reason: 'nonce' };
      const userinfo = await readUserinfo(config, tokens.access_token, limits);
      if (userinfo['sub'] !== idToken.sub) throw vneidFailure('userinfo', 'sub_differs');
      const claims = claimsOf(idToken, userinfo, names);
      const person = readPerson({ issuer: config.issuer, sub: idToken.sub }, claims, rules, new Date());
      return typeof person === 'string'
        ? { outcome: 'refused', reason: person }
        : { outcome: 'identified', person };
    },
  };
}

// Faults of ours, found at start: none of these may be met first by a citizen.
function refuseUnsafe(config: VneidConfig): void {
  for (const endpoint of [config.authorizationUrl, config.tokenUrl, config.userinfoUrl, config.jwksUrl]) {
    const url = new URL(endpoint);
    const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
      throw new Error('vneid: every endpoint must be https (http only on this machine)');
    }
  }
  const symmetric = algorithmsOf(config).some(
    (algorithm) => !/^(RS|PS|ES)(256|384|512)$|^(EdDSA|Ed25519)$/.test(algorithm),
  );
  if (symmetric || algorithmsOf(config).length === 0)
    throw new Error('vneid: only public-key signature algorithms are accepted');
}

function algorithmsOf(config: VneidConfig): readonly string[] {
  return config.algorithms ?? ['RS256', 'ES256'];
}

function authorizationUrl(
  config: VneidConfig,
  request: { state: string; nonce: string; codeChallenge: string },
): string {
  const complete =
    request.state !== '' && request.nonce !== '' && /^[A-Za-z0-9_-]{43}$/.test(request.codeChallenge);
  if (!complete) throw new Error('vneid: state, nonce and an S256 challenge always go along');
  const url = new URL(config.authorizationUrl);
  const parameters = {
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: config.redirectUri,
    scope: config.scope ?? 'openid',
    acr_values: config.acrValues ?? 'LoA1',
    state: request.state,
    nonce: request.nonce,
    code_challenge: request.codeChallenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

// Sent once and never again: a second try with the same code looks like a thief to the hub.
async function exchange(
  config: VneidConfig,
  answer: { code: string; codeVerifier: string },
  limits: Limits,
): Promise<z.output<typeof tokenAnswer> | 'flow' | 'denied'> {
  const client = await authenticateClient(
    config.clientId,
    config.clientAuth,
    config.assertionAudience ?? config.tokenUrl,
  );
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: answer.code,
    redirect_uri: config.redirectUri,
    code_verifier: answer.codeVerifier,
    ...client.fields,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...client.headers };
  const { status, text } = await call(
    'token',
    { method: 'POST', url: config.tokenUrl, headers, body: form.toString() },
    limits,
  );
  if (status === 400 || status === 401 || status === 403) return refusalOf(text, status);
  if (status !== 200) throw vneidFailure('token', 'status', status);
  const tokens = tokenAnswer.safeParse(jsonOf('token', text));
  if (!tokens.success) throw vneidFailure('token', 'bad_answer');
  return tokens.data;
}

// Two errors are the person's; all others say that our registration or our request is wrong.
function refusalOf(text: string, status: number): 'flow' | 'denied' {
  const answer = tokenError.safeParse(jsonOf('token', text));
  if (answer.data?.error === 'invalid_grant') return 'flow';
  if (answer.data?.error === 'access_denied') return 'denied';
  throw vneidFailure('token', 'client_refused', status);
}

async function readUserinfo(
  config: VneidConfig,
  accessToken: string,
  limits: Limits,
): Promise<Readonly<Record<string, unknown>>> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const { status, text } = await call(
    'userinfo',
    { method: 'GET', url: config.userinfoUrl, headers },
    limits,
  );
  if (status !== 200) throw vneidFailure('userinfo', 'status', status);
  const claims = z.record(z.string(), z.unknown()).safeParse(jsonOf('userinfo', text));
  if (!claims.success) throw vneidFailure('userinfo', 'bad_answer');
  return claims.data;
}

// Which of the two answers carries a claim is the hub's choice; if both do, they must agree.
function claimsOf(
  idToken: IdTokenClaims,
  userinfo: Readonly<Record<string, unknown>>,
  names: ClaimNames,
): UpstreamClaims {
  const claims: Record<string, unknown> = {};
  for (const [ours, theirs] of Object.entries(names)) {
    const [inToken, inUserinfo] = [idToken[theirs], userinfo[theirs]];
    const both = inToken !== undefined && inUserinfo !== undefined;
    if (both && plain(inToken) !== plain(inUserinfo)) throw vneidFailure('userinfo', 'claims_differ');
    claims[ours] = inUserinfo ?? inToken;
  }
  return claims;
}

// "2" and 2 are one value: the hub writes either.
function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
