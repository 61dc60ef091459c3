// One request with a fresh proof. Keeps the newest nonce of each server and says it again once with
// the new nonce when a server asks for that (RFC 9449 §8): broker 400, service 401.

import { readServiceAnswer } from './authenticate.ts';
import type { Prover } from './proof.ts';
import { TayNinhIdError } from './trouble.ts';

export type Sent = {
  readonly method: string;
  readonly url: string;
  readonly headers?: HeadersInit;
  readonly body?: string | URLSearchParams | ArrayBuffer | undefined;
  readonly accessToken?: string;
  readonly signal?: AbortSignal | undefined;
};

export type Line = {
  /** @throws TayNinhIdError `offline`; what the signal says when it was the signal */
  send(request: Sent): Promise<Response>;
  /** For answers that came another way. */
  keepNonce(response: Response, url: string): void;
};

export function openLine(prover: Promise<Prover>, fetch: typeof globalThis.fetch): Line {
  const nonces = new Map<string, string>();
  const keepNonce = (response: Response, url: string): void => {
    const nonce = response.headers.get('dpop-nonce');
    if (nonce !== null) nonces.set(new URL(url).origin, nonce);
  };
  const once = async ({ method, url, headers, body, accessToken, signal }: Sent): Promise<Response> => {
    const { prove } = await prover;
    const nonce = nonces.get(new URL(url).origin);
    const said = new Headers(headers);
    const facts = { method, url, nonce };
    said.set('dpop', await prove(accessToken === undefined ? facts : { ...facts, accessToken }));
    if (accessToken !== undefined) said.set('authorization', `DPoP ${accessToken}`);
    try {
      const response = await fetch(url, {
        method,
        headers: said,
        body: body ?? null,
        // No cookies and no cache between citizen and service. A redirect would carry the token away.
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: signal ?? null,
      });
      keepNonce(response, url);
      return response;
    } catch (cause) {
      if (signal?.aborted === true) throw cause;
      throw new TayNinhIdError('offline', `no answer from ${new URL(url).origin}`, { cause });
    }
  };
  return {
    keepNonce,
    async send(request) {
      const response = await once(request);
      return (await wantsNonce(response)) ? once(request) : response;
    },
  };
}

async function wantsNonce(response: Response): Promise<boolean> {
  if (!response.headers.has('dpop-nonce')) return false;
  if (response.status === 401) return readServiceAnswer(response)?.error === 'use_dpop_nonce';
  if (response.status !== 400) return false;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return (body as { error?: unknown } | undefined)?.error === 'use_dpop_nonce';
}
