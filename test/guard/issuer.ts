// A small broker for the guard's tests: a real HTTP server with discovery, keys, catalogue, feed,
// token and introspection endpoints, and the means to sign any token, good or bad.

import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { loadCatalogue } from '../../catalogue/load.ts';
import { signCatalogue, signerFromJwk } from '../../catalogue/sign.ts';

export const clientId = 'dossier-service';
export const audience = 'https://hoso.dichvu.tayninh.gov.vn';
export const acr1 = 'https://id.tayninh.gov.vn/acr/1';
export const acr2 = 'https://id.tayninh.gov.vn/acr/2';

export type KeyPair = {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK & { kid: string };
};
type Reply = { status?: number; headers?: Record<string, string>; body?: unknown; raw?: string };

export async function createKeyPair(kid: string): Promise<KeyPair> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const privateJwk = { ...(await exportJWK(privateKey)), kid };
  return {
    privateKey,
    privateJwk,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' },
  };
}

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;

export async function startIssuer() {
  const key = await createKeyPair('2026-11-a');
  const client = await createKeyPair('service-1');
  const catalogue = await loadCatalogue('policies/services');
  const hits: string[] = [];
  const requests: {
    path: string;
    headers: IncomingMessage['headers'];
    form: URLSearchParams;
    body: string;
  }[] = [];
  const nonce = 'nonce-1';
  const overrides = new Map<string, (form: URLSearchParams) => Reply | undefined>();
  const state = {
    keys: [key.publicJwk] as JWK[],
    asOf: () => Math.floor(Date.now() / 1000),
    entries: [] as unknown[],
    introspection: new Map<string, Record<string, unknown>>(),
  };

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  const signed = await signCatalogue(catalogue, {
    issuer: url,
    now: new Date(),
    sign: signerFromJwk(key.privateJwk),
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const body = await text(request);
    const form = new URLSearchParams(body);
    hits.push(path);
    requests.push({ path, headers: request.headers, form, body });
    const reply = overrides.get(path)?.(form) ?? standardReply(path, request, form);
    response.writeHead(reply.status ?? 200, { 'Content-Type': 'application/json', ...reply.headers });
    response.end(reply.raw ?? (reply.body === undefined ? '' : JSON.stringify(reply.body)));
  }

  function standardReply(path: string, request: IncomingMessage, form: URLSearchParams): Reply {
    switch (path) {
      case '/.well-known/openid-configuration':
        return {
          body: {
            issuer: url,
            jwks_uri: `${url}/jwks`,
            token_endpoint: `${url}/token`,
            introspection_endpoint: `${url}/introspect`,
          },
        };
      case '/jwks':
        return { body: { keys: state.keys } };
      case '/.well-known/tayninh-service-catalogue':
        if (request.headers['if-none-match'] === signed.etag) return { status: 304 };
        return { raw: signed.jws, headers: { ETag: signed.etag } };
      case '/token':
        // As oidc-provider does: the first proof of a client lacks the nonce.
        if (proofOf(request).nonce !== nonce) {
          return { status: 400, headers: { 'DPoP-Nonce': nonce }, body: { error: 'use_dpop_nonce' } };
        }
        return { body: { access_token: 'service-token', token_type: 'DPoP', expires_in: 300 } };
      case '/revocations':
        if (request.headers.authorization !== 'DPoP service-token') return { status: 401 };
        return { body: { as_of: state.asOf(), entries: state.entries } };
      case '/decisions':
        return { status: request.headers.authorization === 'DPoP service-token' ? 202 : 401 };
      case '/introspect':
        return { body: state.introspection.get(form.get('token') ?? '') ?? { active: false } };
      default:
        return { status: 404 };
    }
  }

  return {
    url,
    key,
    client,
    catalogue,
    state,
    overrides,
    hits,
    requests,
    options: { issuer: url, client: { clientId, privateKey: client.privateJwk } },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export function proofOf(request: IncomingMessage): Record<string, unknown> {
  const payload = String(request.headers.dpop ?? '').split('.')[1] ?? '';
  return payload === '' ? {} : JSON.parse(Buffer.from(payload, 'base64url').toString());
}

/** A citizen's app: a key, tokens bound to it, and proofs. */
export async function createApp(issuer: { url: string; key: KeyPair }) {
  const pair = await createKeyPair('app');
  const { kid: _, alg: __, use: ___, ...jwk } = pair.publicJwk;
  const jkt = await calculateJwkThumbprint(jwk);
  const nowSeconds = (): number => Math.floor(Date.now() / 1000);

  async function token(
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    signer = issuer.key.privateKey,
  ): Promise<string> {
    const payload = {
      iss: issuer.url,
      aud: audience,
      sub: 'pairwise-1',
      client_id: 'miniapp',
      iat: nowSeconds(),
      exp: nowSeconds() + 300,
      jti: randomUUID(),
      scope: 'svc:hoso:nop svc:hoso:xem',
      acr: acr2,
      auth_time: nowSeconds() - 10,
      amr: ['zalo', 'vneid', 'otp'],
      consent_id: 'c_1',
      consent_ver: 7,
      purposes: ['hoso.xu-ly'],
      client_class: 'first_party',
      identity_source: 'vneid',
      cnf: { jkt },
      ...claims,
    };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: issuer.key.publicJwk.kid ?? '', ...header })
      .sign(signer);
  }

  async function proof(
    accessToken: string,
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
  ): Promise<string> {
    return new SignJWT({
      htm: 'POST',
      htu: 'https://hoso.example/ho-so',
      jti: randomUUID(),
      iat: nowSeconds(),
      ath: createHash('sha256').update(accessToken).digest('base64url'),
      ...claims,
    })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })
      .sign(pair.privateKey);
  }

  /** A request as the guard sees it; a good one unless told otherwise. */
  async function request(accessToken: string, proofClaims: Record<string, unknown> = {}) {
    return {
      method: 'POST',
      url: '/ho-so',
      headers: { authorization: `DPoP ${accessToken}`, dpop: await proof(accessToken, proofClaims) },
    };
  }

  return { jkt, pair, token, proof, request };
}
