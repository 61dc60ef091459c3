// What the simulated hub remembers: open sign-ons, codes and access tokens. All in memory.

import type { JWK } from 'jose';
import type { VneidCitizen } from './citizens.ts';

export type VneidClient = {
  readonly clientId: string;
  /** For client_secret_basic and client_secret_post. */
  readonly secret?: string;
  /** Public key for private_key_jwt. */
  readonly publicKey?: JWK;
  readonly redirectUris: readonly string[];
};
export type SignOn = {
  readonly client: VneidClient;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly codeChallenge: string | undefined;
};
export type Code = SignOn & { readonly citizen: VneidCitizen; readonly expiresAtMs: number; used: boolean };

export type HubState = {
  readonly clients: readonly VneidClient[];
  readonly citizens: VneidCitizen[];
  readonly signOns: Map<string, SignOn>;
  readonly codes: Map<string, Code>;
  readonly accessTokens: Map<string, { readonly citizen: VneidCitizen; readonly expiresAtMs: number }>;
  readonly assertionIds: Set<string>;
};

export const CODE_LIFE_MS = 5 * 60_000;
export const TOKEN_LIFE_SECONDS = 3600;

// A demo left open for weeks must not grow without end.
const REMEMBERED = 10_000;

export function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
