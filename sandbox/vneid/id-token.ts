// ID tokens as WSO2 writes them, right or wrong as the knobs say.

import { createHmac, randomUUID } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { VneidKnobs } from './knobs.ts';

type KeyPair = { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
type Generation = { readonly RS256: KeyPair; readonly ES256: KeyPair };
export type SigningKeys = {
  of(generation: number): Promise<Generation>;
  /** A key of the right type that the hub never published. */
  stranger(): Promise<KeyPair>;
};
export type Claims = Record<string, unknown>;

const LIFE_SECONDS = 1800;

export function createSigningKeys(): SigningKeys {
  const generations = new Map<number, Promise<Generation>>();
  let stranger: Promise<KeyPair> | undefined;
  return {
    of(generation) {
      const keys = generations.get(generation) ?? newGeneration();
      generations.set(generation, keys);
      return keys;
    },
    stranger: () => (stranger ??= generateKeyPair('RS256', { extractable: true })),
  };
}

export async function publishedKeys(keys: SigningKeys, generation: number): Promise<{ keys: JWK[] }> {
  const { RS256, ES256 } = await keys.of(generation);
  const jwk = async (alg: string, key: CryptoKey) => ({
    ...(await exportJWK(key)),
    kid: keyId(alg, generation),
    alg,
    use: 'sig',
  });
  return { keys: [await jwk('RS256', RS256.publicKey), await jwk('ES256', ES256.publicKey)] };
}

export async function idToken(
  keys: SigningKeys,
  knobs: VneidKnobs,
  facts: { issuer: string; sub: string; clientId: string; nonce: string | undefined; personal: Claims },
): Promise<string> {
  const claims: Claims = {
    iss: facts.issuer,
    aud: [facts.clientId],
    azp: facts.clientId,
    sub: facts.sub,
    sid: randomUUID(),
    amr: ['BasicAuthenticator'],
    acr: 'LoA1',
    ...times(knobs['idToken.time']),
    ...nonceOf(knobs['idToken.nonce'], facts.nonce),
    ...facts.personal,
    ...knobs['idToken.set'],
  };
  for (const name of knobs['idToken.drop']) delete claims[name];
  return sign(keys, knobs, claims);
}

async function sign(keys: SigningKeys, knobs: VneidKnobs, claims: Claims): Promise<string> {
  const generation = knobs['keys.generation'];
  const pairs = await keys.of(generation);
  const kid = keyId('RS256', generation);
  switch (knobs['idToken.signing']) {
    case 'RS256':
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(pairs.RS256.privateKey);
    case 'ES256':
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: keyId('ES256', generation) })
        .sign(pairs.ES256.privateKey);
    case 'other_key':
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid })
        .sign((await keys.stranger()).privateKey);
    case 'unknown_key_id':
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'nobody' })
        .sign((await keys.stranger()).privateKey);
    case 'none':
      return `${part({ alg: 'none' })}.${part(claims)}.`;
    case 'HS256_with_public_key': {
      // The classic confusion: the published key taken as a shared secret.
      const signed = `${part({ alg: 'HS256', kid })}.${part(claims)}`;
      const secret = await exportSPKI(pairs.RS256.publicKey);
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    }
  }
}

async function newGeneration(): Promise<Generation> {
  const [RS256, ES256] = await Promise.all([
    generateKeyPair('RS256', { extractable: true }),
    generateKeyPair('ES256', { extractable: true }),
  ]);
  return { RS256, ES256 };
}

function keyId(alg: string, generation: number): string {
  return `hub-${alg}-${generation}`;
}

function times(time: VneidKnobs['idToken.time']): { iat: number; exp: number } {
  const now = Math.floor(Date.now() / 1000);
  // `old`: made an hour ago and yet not expired.
  const iat = { now, expired: now - 2 * LIFE_SECONDS, future: now + 3600, old: now - 3600 }[time];
  return { iat, exp: iat + (time === 'old' ? 4 : 1) * LIFE_SECONDS };
}

function nonceOf(knob: VneidKnobs['idToken.nonce'], nonce: string | undefined): { nonce?: string } {
  if (knob === 'wrong') return { nonce: randomUUID() };
  return knob === 'absent' || nonce === undefined ? {} : { nonce };
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
