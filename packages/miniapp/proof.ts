// The key of this launch and what it signs. The key cannot be taken out and lives in memory only: all
// mini apps of Zalo share one web origin, so nothing stored would be ours alone.

import { TayNinhIdError } from './trouble.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };

export type Prover = {
  /** A DPoP proof (RFC 9449) for one request. `accessToken`: for calls to a service. */
  prove(request: {
    method: string;
    url: string;
    nonce?: string | undefined;
    accessToken?: string;
  }): Promise<string>;
  /** The broker's time, from what it just signed: a phone's clock may be minutes off, and a service allows one. */
  setClock(brokerSeconds: number | undefined): void;
};

/** @throws TayNinhIdError `unsupported` where there is no WebCrypto */
export async function createProver(): Promise<Prover> {
  // Typed as always there; a webview that is no secure context has none.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) throw new TayNinhIdError('unsupported', 'this webview has no WebCrypto');
  const pair = await subtle.generateKey(algorithm, false, ['sign']);
  const { kty, crv, x, y } = await subtle.exportKey('jwk', pair.publicKey);
  const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } });
  let aheadSeconds = 0;
  return {
    async prove({ method, url, nonce, accessToken }) {
      const { origin, pathname } = new URL(url); // htu: without query and fragment (RFC 9449 §4.2)
      const payload = encode({
        jti: randomText(16),
        htm: method,
        htu: `${origin}${pathname}`,
        iat: Math.floor(Date.now() / 1000) + aheadSeconds,
        ...(nonce === undefined ? {} : { nonce }),
        ...(accessToken === undefined ? {} : { ath: await sha256(accessToken) }),
      });
      const signed = `${header}.${payload}`;
      const signature = await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, bytes(signed));
      return `${signed}.${base64url(new Uint8Array(signature))}`;
    },
    setClock(brokerSeconds) {
      const ahead = Math.round((brokerSeconds ?? Number.NaN) - Date.now() / 1000);
      // A few seconds are the way the answer took.
      if (!Number.isNaN(ahead)) aheadSeconds = Math.abs(ahead) > 10 ? ahead : 0;
    },
  };
}

/** PKCE (RFC 7636), new for each flow. */
export async function createPkce(): Promise<{ verifier: string; challenge: string }> {
  const verifier = randomText(32);
  return { verifier, challenge: await sha256(verifier) };
}

export const randomText = (size: number): string => base64url(crypto.getRandomValues(new Uint8Array(size)));

const bytes = (text: string) => new TextEncoder().encode(text);
const encode = (value: unknown): string => base64url(bytes(JSON.stringify(value)));

async function sha256(text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes(text))));
}

function base64url(value: Uint8Array): string {
  return btoa(String.fromCharCode(...value))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
