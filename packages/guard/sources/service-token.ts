// The guard as a client of the broker: private_key_jwt, and a DPoP-bound client_credentials token
// for the watermark feed and the decision records (protocol §2). The proof key lives as long as the process.

import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { ServiceClient, Settings } from '../options.ts';
import { isRecord } from '../json.ts';
import type { Discovery } from './discovery.ts';
import type { Kept } from './kept.ts';
import { smallDocumentBytes, type Outgoing, type OutgoingAnswer, type OutgoingRequest } from './outgoing.ts';

export type BrokerClient = {
  /** Form members that authenticate this service at the broker. New for each call: the broker accepts one once. */
  assertion(): Promise<Record<string, string>>;
  /** GET with a service token and a proof; repeats once when the broker wants its nonce or a new token. */
  get(url: string, headers: Readonly<Record<string, string>>, maxBytes: number): Promise<OutgoingAnswer>;
  /** The same for a JSON body. */
  post(url: string, json: string, maxBytes: number): Promise<OutgoingAnswer>;
};

const assertionLifeSeconds = 60;
const renewBeforeMs = 30_000;
const scope = 'tn:revocations tn:decisions';

type Held = { readonly token: string; readonly untilMs: number };

export function createBrokerClient(
  settings: Settings & { readonly client: ServiceClient },
  discovery: Kept<Discovery>,
  outgoing: Outgoing,
  now: () => Date,
): BrokerClient {
  const { issuer, client } = settings;
  let clientKey: Promise<CryptoKey | Uint8Array> | undefined;
  let proofKey: Promise<{ readonly privateKey: CryptoKey; readonly jwk: JWK }> | undefined;
  let nonce: string | undefined;
  let held: Held | undefined;
  let pending: Promise<Held> | undefined;

  async function assertion(): Promise<Record<string, string>> {
    clientKey ??= importJWK(client.privateKey, 'ES256');
    const issuedAt = Math.floor(now().getTime() / 1000);
    const jwt = await new SignJWT({})
      .setProtectedHeader({
        alg: 'ES256',
        ...(client.privateKey.kid === undefined ? {} : { kid: client.privateKey.kid }),
      })
      .setIssuer(client.clientId)
      .setSubject(client.clientId)
      // The issuer as a string, not an endpoint: an assertion for one server must not work at another.
      .setAudience(issuer)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + assertionLifeSeconds)
      .sign(await clientKey);
    return {
      client_id: client.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jwt,
    };
  }

  async function proof(method: string, url: string, token?: string): Promise<string> {
    proofKey ??= createProofKey();
    const { privateKey, jwk } = await proofKey;
    return new SignJWT({
      htm: method,
      htu: url,
      ...(nonce === undefined ? {} : { nonce }),
      ...(token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }),
    })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
      .setJti(randomUUID())
      .setIssuedAt(Math.floor(now().getTime() / 1000))
      .sign(privateKey);
  }

  // The newest nonce of the broker serves all its endpoints. True: this answer asked for it.
  function wantsNonce({ status, headers, text }: OutgoingAnswer): boolean {
    nonce = headers.get('dpop-nonce') ?? nonce;
    if (status === 400) return text.includes('use_dpop_nonce');
    return status === 401 && (headers.get('www-authenticate') ?? '').includes('use_dpop_nonce');
  }

  async function requestToken(): Promise<Held> {
    const url = (await discovery.get())?.tokenEndpoint;
    if (url === undefined) throw new Error('guard: the token endpoint is not known');
    const ask = async (): Promise<OutgoingAnswer> =>
      outgoing({
        url,
        headers: { DPoP: await proof('POST', url) },
        form: new URLSearchParams({
          grant_type: 'client_credentials',
          scope,
          resource: `${issuer}/api`,
          ...(await assertion()),
        }),
        maxBytes: smallDocumentBytes,
      });
    let answer = await ask();
    if (wantsNonce(answer)) {
      answer = await ask();
      wantsNonce(answer);
    }
    const body: unknown = answer.status === 200 ? JSON.parse(answer.text) : undefined;
    if (!isRecord(body) || typeof body.access_token !== 'string' || typeof body.expires_in !== 'number') {
      throw new Error(refusalOf(client.clientId, answer));
    }
    return { token: body.access_token, untilMs: now().getTime() + body.expires_in * 1000 - renewBeforeMs };
  }

  // Calls at the same time share one request for a token.
  async function currentToken(): Promise<string> {
    if (held !== undefined && now().getTime() < held.untilMs) return held.token;
    pending ??= requestToken().finally(() => (pending = undefined));
    held = await pending;
    return held.token;
  }

  async function call(method: 'GET' | 'POST', request: OutgoingRequest): Promise<OutgoingAnswer> {
    const ask = async (): Promise<OutgoingAnswer> => {
      const token = await currentToken();
      const DPoP = await proof(method, request.url, token);
      return outgoing({ ...request, headers: { ...request.headers, Authorization: `DPoP ${token}`, DPoP } });
    };
    const answer = await ask();
    const nonceWanted = wantsNonce(answer);
    if (answer.status !== 401) return answer;
    // Refused for another reason: the token may have been ended; a new one is tried once.
    if (!nonceWanted) held = undefined;
    const second = await ask();
    wantsNonce(second);
    return second;
  }

  return {
    assertion,
    get: (url, headers, maxBytes) => call('GET', { url, headers, maxBytes }),
    post: (url, json, maxBytes) => call('POST', { url, json, maxBytes }),
  };
}

// RFC 6749 §5.2: a code of the protocol, cut to its alphabet because it goes into a log.
function refusalOf(clientId: string, { status, text }: OutgoingAnswer): string {
  const code = /"error"\s*:\s*"([a-z_]{1,40})"/.exec(text)?.[1] ?? '';
  if (code === 'invalid_client')
    return `guard: the broker does not know client ${clientId} with this key (tnid service add), status ${status}`;
  return `guard: the broker gave client ${clientId} no token, status ${status} ${code}`.trimEnd();
}

async function createProofKey(): Promise<{ readonly privateKey: CryptoKey; readonly jwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  return { privateKey, jwk: await exportJWK(publicKey) };
}
