// A relying party of the tests: the protocol by hand, so that each part of a request can be left
// out, doubled, repeated or forged. Keeps the newest DPoP nonce and repeats once, as clients must.

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import type { RegisteredClient } from '../../adapters/oidc-storage/clients.ts';
import { clientKey, portalClient, serviceClient } from './broker.ts';
import type { TestHouse, TestKey } from './broker.ts';

export const REPORTS = 'https://phananh.dichvu.tayninh.gov.vn';
export const DOSSIERS = 'https://hoso.dichvu.tayninh.gov.vn';
export const INSURANCE = 'https://bhyt.dichvu.tayninh.gov.vn';
export const REDIRECT = 'http://localhost:9/ve';

export type ProofKey = { readonly privateKey: CryptoKey; readonly publicJwk: JWK; readonly jkt: string };
export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON answer; empty for anything else. */
  readonly body: Readonly<Record<string, unknown>>;
};
export type Form = Readonly<Record<string, string | readonly string[] | undefined>>;

export type Sending = {
  /** Origin to send to: another process of the same broker. Default: the issuer. */
  readonly at?: string;
  /** A finished proof; null sends none. */
  readonly proof?: string | null;
  readonly key?: ProofKey;
  /** A finished client assertion; null sends none. */
  readonly assertion?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
};

export type AuthRequest = {
  readonly url: string;
  readonly requestUri: string;
  readonly verifier: string;
  readonly resource: string | undefined;
  readonly answer: Reply;
};

export type Rp = Awaited<ReturnType<typeof createRp>>;

export async function newProofKey(): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  return { privateKey, publicJwk, jkt: await calculateJwkThumbprint(publicJwk) };
}

export const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');
export const newVerifier = () => randomBytes(32).toString('base64url');

/** Registers a confidential portal with the house. */
export async function createPortal(
  house: TestHouse,
  clientId: string,
  metadata: Readonly<Record<string, unknown>> = {},
) {
  const key = await clientKey();
  const client = portalClient(clientId, REDIRECT, key);
  return register(house, { ...client, metadata: { ...client.metadata, ...metadata } }, key);
}

/** Registers a service as a client: introspection and feeds. */
export async function createService(house: TestHouse, clientId: string, serviceId: string) {
  const key = await clientKey();
  return register(house, serviceClient(clientId, serviceId, key), key);
}

async function register(house: TestHouse, client: RegisteredClient, key: TestKey) {
  await house.addClient(client);
  return createRp(house, client.clientId, key);
}

export async function createRp(house: { readonly issuer: string }, clientId: string, key: TestKey) {
  const { issuer } = house;
  const privateKey = await importJWK(key.privateJwk, 'ES256');
  const proofKey = await newProofKey();
  let nonce: string | undefined;

  const assertion = (claims: JWTPayload = {}, header: Record<string, unknown> = {}): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat: now, exp: now + 60, ...claims }; // prettier-ignore
    return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: key.privateJwk.kid, ...header }).sign(privateKey); // prettier-ignore
  };

  /** A proof for one request at the issuer; `claims` and `header` go over the right ones. */
  const proof = (
    about: { method: string; path: string; accessToken?: string; key?: ProofKey },
    claims: JWTPayload = {},
    header: Record<string, unknown> = {},
  ): Promise<string> => {
    const { privateKey: signer, publicJwk } = about.key ?? proofKey;
    const ath = about.accessToken === undefined ? {} : { ath: challengeOf(about.accessToken) };
    const payload = { htm: about.method, htu: `${issuer}${about.path}`, jti: randomUUID(), iat: Math.floor(Date.now() / 1000), ...(nonce === undefined ? {} : { nonce }), ...ath, ...claims }; // prettier-ignore
    return new SignJWT(payload).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk, ...header }).sign(signer); // prettier-ignore
  };

  const post = async (path: string, form: Form, sending: Sending = {}): Promise<Reply> => {
    const once = async (): Promise<Reply> => {
      const body = new URLSearchParams(pairs(form));
      const signed = sending.assertion === undefined ? await assertion() : sending.assertion;
      if (signed !== null) {
        body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
        body.set('client_assertion', signed);
        if (!body.has('client_id')) body.set('client_id', clientId);
      }
      const given =
        sending.proof === undefined
          ? await proof({ method: 'POST', path, ...(sending.key === undefined ? {} : { key: sending.key }) })
          : sending.proof;
      const headers = { ...(given === null ? {} : { dpop: given }), ...sending.headers };
      const reply = await ask(`${sending.at ?? issuer}${path}`, { method: 'POST', headers, body });
      nonce = reply.headers.get('dpop-nonce') ?? nonce;
      return reply;
    };
    const first = await once();
    return first.body['error'] === 'use_dpop_nonce' && sending.proof === undefined && sending.assertion === undefined ? once() : first; // prettier-ignore
  };

  const withToken = async (path: string, accessToken: string, sending: Sending = {}): Promise<Reply> => {
    const once = async (): Promise<Reply> => {
      const about = {
        method: 'GET',
        path,
        accessToken,
        ...(sending.key === undefined ? {} : { key: sending.key }),
      };
      const given = sending.proof === undefined ? await proof(about) : sending.proof;
      const headers = { authorization: `DPoP ${accessToken}`, ...(given === null ? {} : { dpop: given }) };
      const reply = await ask(`${sending.at ?? issuer}${path}`, {
        headers: { ...headers, ...sending.headers },
      });
      nonce = reply.headers.get('dpop-nonce') ?? nonce;
      return reply;
    };
    const first = await once();
    return /use_dpop_nonce/.test(first.headers.get('www-authenticate') ?? '') && sending.proof === undefined ? once() : first; // prettier-ignore
  };

  /** Pushes an authorization request. `over` replaces or (undefined) removes parameters. */
  const begin = async (
    scope: string,
    resource: string | undefined,
    over: Form = {},
    sending: Sending = {},
  ): Promise<AuthRequest> => {
    // prettier-ignore
    const verifier = newVerifier();
    const form: Form = {
      response_type: 'code',
      redirect_uri: REDIRECT,
      scope,
      resource,
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      state: randomUUID(),
      nonce: randomUUID(),
      ...over,
    };
    const answer = await post('/par', form, sending);
    const requestUri = textOf(answer.body['request_uri']);
    const url = `${issuer}/auth?${new URLSearchParams({ client_id: clientId, request_uri: requestUri })}`;
    return { url, requestUri, verifier, resource, answer };
  };

  const redeemForm = (request: AuthRequest, callback: URL, over: Form = {}): Form => ({
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: REDIRECT,
    code_verifier: request.verifier,
    resource: request.resource,
    ...over,
  });

  return {
    clientId,
    issuer,
    privateJwk: key.privateJwk,
    proofKey,
    assertion,
    proof,
    post,
    withToken,
    begin,
    redeemForm,
    redeem: (request: AuthRequest, callback: URL, over: Form = {}, sending: Sending = {}) =>
      post('/token', redeemForm(request, callback, over), sending),
    refresh: (tokens: Reply, over: Form = {}, sending: Sending = {}) =>
      post('/token', { grant_type: 'refresh_token', refresh_token: textOf(tokens.body['refresh_token']), ...over }, sending), // prettier-ignore
    credentials: (over: Form = {}, sending: Sending = {}) =>
      post('/token', { grant_type: 'client_credentials', scope: 'tn:revocations', resource: `${issuer}/api`, ...over }, sending), // prettier-ignore
    introspect: (token: string, over: Form = {}, sending: Sending = {}) =>
      post('/introspect', { token, ...over }, { proof: null, ...sending }),
    revoke: (token: string, over: Form = {}, sending: Sending = {}) =>
      post('/revoke', { token, ...over }, { proof: null, ...sending }),
  };
}

export async function ask(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: objectIn(text) };
}

/** Payload of a JWT, unverified. */
export function claimsOf(token: unknown): Readonly<Record<string, unknown>> {
  return objectIn(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString());
}

export function headerOf(token: unknown): Readonly<Record<string, unknown>> {
  return objectIn(Buffer.from(String(token).split('.')[0] ?? '', 'base64url').toString());
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function pairs(form: Form): string[][] {
  return Object.entries(form).flatMap(([name, value]) =>
    value === undefined ? [] : (typeof value === 'string' ? [value] : value).map((one) => [name, one]),
  );
}
