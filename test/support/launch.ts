// The mini app on the wire, without our package: one launch is one key, and every call carries a proof
// of it. What the package does right can be done wrong here.

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
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

/** How a call is sent where it matters. */
export type Sending = {
  readonly path?: string;
  readonly method?: string;
  /** Another process of the same broker. */
  readonly at?: string;
  /** Finished text or a form; a name given twice only fits in a text. */
  readonly body?: string | Buffer | Fields;
  readonly proof?: string | null | readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
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
    new SignJWT({ jti: randomUUID(), htm: 'POST', htu: `${issuer}${path}`, ...(nonce === undefined ? {} : { nonce }), ...more }) // prettier-ignore
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: header })
      .setIssuedAt()
      .sign(key);

  /** Exactly one request, as it is given: nothing is repeated or put right. `proof`: null sends none, several are several headers. */
  const send = async ({ path = '/authorize-challenge', ...sending }: Sending): Promise<Said> => {
    const given = sending.proof === undefined ? await proof(path) : sending.proof;
    const answer = await request(`${sending.at ?? at}${path}`, {
      method: sending.method ?? 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(given === null ? {} : { dpop: typeof given === 'string' ? [given] : [...given] }),
        ...sending.headers,
      },
      body: textOf(sending.body),
    });
    nonce = answer.headers.get('dpop-nonce') ?? nonce;
    return answer;
  };

  /** Once more where a nonce was missing, as the package does. */
  const post = async (path: string, fields: Fields, sending: Sending = {}): Promise<Said> => {
    const first = await send({ path, body: fields, ...sending });
    return first.body['error'] === 'use_dpop_nonce' ? send({ path, body: fields, ...sending }) : first;
  };

  /** One call; the newest `auth_session` goes along unless the fields say otherwise. */
  const call = async (fields: Fields, sending: Sending = {}): Promise<Said> => {
    const said = await post('/authorize-challenge', formFor(fields), sending);
    session = step.parse(said.body).auth_session ?? session;
    return said;
  };
  const formFor = (fields: Fields): Fields => ({
    response_type: 'code',
    client_id: clientId,
    auth_session: session,
    ...fields,
  });

  function newChallenge(): Fields {
    verifier = randomBytes(32).toString('base64url');
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    return { code_challenge: challenge, code_challenge_method: 'S256' };
  }
  const loginFields = (accessToken: string): Fields => ({
    subject_evidence_type: `${issuer}/evidence/zalo-access-token`,
    zalo_access_token: accessToken,
  });

  return {
    jkt,
    key: { privateKey, jwk },
    clientId,
    proof,
    send,
    post,
    call,
    /** The fields of a call, to be sent by hand. */
    formFor,
    session: () => session,
    setSession: (value: string | undefined) => void (session = value),
    nonce: () => nonce,
    setNonce: (value: string | undefined) => void (nonce = value),
    /** A nonce is fetched, so that what follows is refused for nothing but what it is about. */
    fetchNonce: async () => void (await send({ body: {} })),
    verifier: () => verifier,
    /** A new request with a PKCE pair of its own. */
    begin: (fields: Fields, sending: Sending = {}): Promise<Said> =>
      call({ ...newChallenge(), ...fields }, sending),
    newChallenge,
    loginFields,
    login: (accessToken: string, fields: Fields, sending: Sending = {}): Promise<Said> =>
      call({ ...newChallenge(), ...loginFields(accessToken), ...fields }, sending),
    token: (code: string, fields: Fields = {}, sending: Sending = {}): Promise<Said> =>
      post(
        '/token',
        {
          grant_type: 'authorization_code',
          client_id: clientId,
          code,
          code_verifier: verifier,
          ...fields,
        },
        sending,
      ),
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

const textOf = (body: Sending['body']) =>
  body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : formOf(body);

export const formOf = (fields: Fields): string =>
  String(
    new URLSearchParams(
      Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  );

/** node:http, because fetch joins headers that stand twice. */
function request(
  url: string,
  given: {
    method: string;
    headers: Readonly<Record<string, string | string[]>>;
    body: string | Buffer | undefined;
  },
): Promise<Said> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(url, { method: given.method, headers: given.headers }, (answer) => {
      buffer(answer).then((bytes) => {
        const headers = new Headers();
        for (const [name, value] of Object.entries(answer.headersDistinct))
          for (const one of value ?? []) headers.append(name, one);
        const text = bytes.toString();
        const isJson = /json/.test(headers.get('content-type') ?? '');
        const body = isJson ? z.record(z.string(), z.unknown()).parse(JSON.parse(text)) : {};
        resolve({ status: answer.statusCode ?? 0, headers, body });
      }, reject);
    });
    asked.on('error', reject);
    asked.end(given.body);
  });
}
