// The mini app on the wire, without our package: one launch is one key, and every call carries a proof
// of it. What the package does right can be done wrong here.

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { z } from 'zod';
import type { RegisteredClient } from '../../adapters/oidc-storage/clients.ts';

export const MINI_APP = 'miniapp';
export const ORIGINS = ['https://h5.zdn.vn', 'zbrowser://h5.zdn.vn'] as const;

export const miniAppClient = (issuer: string, clientId = MINI_APP): RegisteredClient => ({
  clientId,
  kind: 'miniapp',
  class: 'first_party',
  serviceId: undefined,
  metadata: {
    client_id: clientId,
    client_name: 'Tây Ninh Smart',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    require_pushed_authorization_requests: false,
    redirect_uris: [`${issuer}/xong`],
    allowed_origins: [...ORIGINS],
  },
});

export type Fields = Readonly<Record<string, string | undefined>>;
export type Said = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
};

const step = z.object({
  auth_session: z.string().optional(),
  authorization_code: z.string().optional(),
  challenge: z.looseObject({ type: z.string() }).optional(),
  error: z.string().optional(),
});

export type Launch = Awaited<ReturnType<typeof openLaunch>>;

/** `at`: another process of the same broker; proofs keep the issuer's address. */
export async function openLaunch(
  issuer: string,
  { clientId = MINI_APP, at = issuer }: { clientId?: string; at?: string } = {},
) {
  // prettier-ignore
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const jkt = await calculateJwkThumbprint(jwk);
  let nonce: string | undefined;
  let session: string | undefined;
  let verifier = '';

  const proof = (
    path: string,
    more: Readonly<Record<string, unknown>> = {},
    key: CryptoKey = privateKey,
    header: JWK = jwk,
  ) =>
    // prettier-ignore
    new SignJWT({ jti: randomUUID(), htm: 'POST', htu: `${issuer}${path}`, ...(nonce === undefined ? {} : { nonce }), ...more }) // prettier-ignore
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: header })
      .setIssuedAt()
      .sign(key);

  const post = async (
    path: string,
    fields: Fields,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Said> => {
    // prettier-ignore
    for (let asked = 0; ; asked += 1) {
      const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
      const answer = await fetch(`${at}${path}`, {
        method: 'POST',
        headers: { dpop: await proof(path), ...headers },
        body: new URLSearchParams(given),
      });
      nonce = answer.headers.get('dpop-nonce') ?? nonce;
      const text = await answer.text();
      const body = text === '' ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(text));
      if (body['error'] === 'use_dpop_nonce' && asked === 0) continue;
      return { status: answer.status, headers: answer.headers, body };
    }
  };

  /** One call; the newest `auth_session` goes along unless the fields say otherwise. */
  const call = async (fields: Fields): Promise<Said> => {
    const said = await post('/authorize-challenge', {
      response_type: 'code',
      client_id: clientId,
      auth_session: session,
      ...fields,
    });
    session = step.parse(said.body).auth_session ?? session;
    return said;
  };

  return {
    jkt,
    clientId,
    proof,
    post,
    call,
    session: () => session,
    setSession: (value: string | undefined) => void (session = value),
    nonce: () => nonce,
    verifier: () => verifier,
    /** A new request with a PKCE pair of its own. */
    begin(fields: Fields): Promise<Said> {
      verifier = randomBytes(32).toString('base64url');
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      return call({ code_challenge: challenge, code_challenge_method: 'S256', ...fields });
    },
    login(accessToken: string, fields: Fields): Promise<Said> {
      return this.begin({
        subject_evidence_type: `${issuer}/evidence/zalo-access-token`,
        zalo_access_token: accessToken,
        ...fields,
      });
    },
    token: (code: string, fields: Fields = {}): Promise<Said> =>
      post('/token', {
        grant_type: 'authorization_code',
        client_id: clientId,
        code,
        code_verifier: verifier,
        ...fields,
      }),
  };
}

export const codeOf = ({ body }: Said): string => z.object({ authorization_code: z.string() }).parse(body).authorization_code; // prettier-ignore
export const challengeOf = ({ body }: Said): Readonly<Record<string, unknown>> & { readonly type: string } =>
  z.object({ challenge: z.looseObject({ type: z.string() }) }).parse(body).challenge;
export const accessTokenOf = ({ body }: Said): string => z.object({ access_token: z.string() }).parse(body).access_token; // prettier-ignore

/** What a token says, unchecked. */
export const claimsIn = (token: string): Readonly<Record<string, unknown>> =>
  z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
