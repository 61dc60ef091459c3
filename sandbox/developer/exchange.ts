// One request to a service, header by header: fetch would join or drop what a hostile client sends.

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export type Sent = {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string | undefined;
};
export type Received = {
  readonly status: number;
  readonly challenge: string;
  readonly nonce: string | undefined;
  readonly body: unknown;
};

const timeoutMs = 10_000;
const longestBody = 1024 * 1024;

export function exchange({ method, url, headers, body }: Sent): Promise<Received> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const all =
    body === undefined ? headers : [...headers, ['content-length', String(Buffer.byteLength(body))]];
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method,
      timeout: timeoutMs,
      headers: ['host', new URL(url).host, ...all.flat()],
    });
    request.on('timeout', () => request.destroy(new Error(`${url} does not answer within 10 s`)));
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        if (text.length < longestBody) text += chunk;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          challenge: response.headers['www-authenticate'] ?? '',
          nonce: oneOf(response.headers['dpop-nonce']),
          body: parsed(text),
        }),
      );
    });
    request.end(body);
  });
}

const oneOf = (value: string | string[] | undefined) => (typeof value === 'string' ? value : value?.[0]);

/** `error="…"` of a challenge. */
export const errorOf = ({ challenge }: Received): string | undefined =>
  /\berror="([^"]*)"/.exec(challenge)?.[1];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A page, or nothing: shown as it is.
    return text;
  }
}
