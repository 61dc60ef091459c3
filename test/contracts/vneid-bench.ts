// A client and a simulated hub that know each other, for the VNeID contract tests.

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { createVneidSignOn, type VneidConfig } from '../../adapters/vneid/sign-on.ts';
import type { VneidAnswer } from '../../assurance/vneid-sign-on.ts';
import type { VneidKnobs } from '../../sandbox/vneid/knobs.ts';
import { startVneid } from '../../sandbox/vneid/server.ts';
import { walkSignOn } from '../../sandbox/vneid/walk.ts';

export const AN = 'Nguyễn Thị Minh An';
export const redirectUri = 'http://127.0.0.1:9/vneid/callback';
export const clientId = 'tay ninh/id';
export const secret = 'bí mật: "100%" +&=';

export async function startBench() {
  const assertionKey = await generateKeyPair('ES256', { extractable: true });
  const publicKey = { ...(await exportJWK(assertionKey.publicKey)), alg: 'ES256' };
  const hub = await startVneid({
    clients: [
      { clientId, secret, redirectUris: [redirectUri] },
      { clientId: 'assertion-client', publicKey, redirectUris: [redirectUri] },
    ],
  });

  const client = (change: Partial<VneidConfig> = {}) =>
    createVneidSignOn({
      issuer: hub.issuer,
      authorizationUrl: hub.authorizationUrl,
      tokenUrl: hub.tokenUrl,
      userinfoUrl: hub.userinfoUrl,
      jwksUrl: hub.jwksUrl,
      clientId,
      clientAuth: { method: 'client_secret_basic', secret },
      redirectUri,
      ...change,
    });

  async function signOn(change: Partial<VneidConfig> = {}, name = AN, vneid = client(change)) {
    const request = newRequest();
    const back = await walkSignOn(await vneid.authorizationUrl(request), name);
    const code = back.searchParams.get('code') ?? '';
    return {
      vneid,
      back,
      request,
      answer: { code, codeVerifier: request.codeVerifier, nonce: request.nonce },
    };
  }

  /** Signs in at a hub that behaves, then reads the person from one that does not. */
  async function identify(
    knobs: Partial<VneidKnobs>,
    change: Partial<VneidConfig> = {},
    name = AN,
  ): Promise<VneidAnswer> {
    const { vneid, answer } = await signOn(change, name);
    hub.setKnobs(knobs);
    return vneid.identify(answer);
  }

  return { hub, client, signOn, identify, assertionJwk: await exportJWK(assertionKey.privateKey) };
}

export function newRequest() {
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  return { state: randomUUID(), nonce: randomUUID(), codeVerifier, codeChallenge };
}
