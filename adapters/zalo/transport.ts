// One HTTP call to Zalo. node:http instead of fetch, because fetch cannot bound the time to
// connect apart from the time to read (contract §1: 3 s and 8 s). Redirects are never followed.

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export type ZaloRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type Limits = {
  readonly connectTimeoutMs: number;
  /** From the connection to the last byte, so that a trickle is cut off too. */
  readonly readTimeoutMs: number;
  readonly bodyLimitBytes: number;
};

export type TransportFailure =
  | 'connect_timeout'
  | 'read_timeout'
  | 'connection_failed'
  | 'connection_reset'
  | 'body_too_large';

export type TransportAnswer =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly failure: TransportFailure };

/** Never rejects: every way a call can end is a word of the closed list. */
export function callZalo(request: ZaloRequest, limits: Limits): Promise<TransportAnswer> {
  const url = new URL(request.url);
  const isTls = url.protocol === 'https:';
  return new Promise((resolve) => {
    // A fresh connection per call. A stale pooled one would fail like an outage, and the code
    // exchange must not be repeated.
    const outgoing = (isTls ? httpsRequest : httpRequest)(url, {
      method: request.method,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', ...request.headers },
      agent: false,
    });
    let isConnected = false;
    let timer = setTimeout(() => finish(failed('connect_timeout')), limits.connectTimeoutMs);
    const finish = (answer: TransportAnswer): void => {
      clearTimeout(timer);
      outgoing.destroy();
      resolve(answer);
    };

    outgoing.on('socket', (socket) => {
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        isConnected = true;
        clearTimeout(timer);
        timer = setTimeout(() => finish(failed('read_timeout')), limits.readTimeoutMs);
      });
    });
    // The cause is dropped on purpose: the word is enough, and nothing of the call can leak.
    outgoing.on('error', () => finish(failed(isConnected ? 'connection_reset' : 'connection_failed')));
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > limits.bodyLimitBytes) finish(failed('body_too_large'));
        else chunks.push(chunk);
      });
      incoming.on('error', () => finish(failed('connection_reset')));
      incoming.on('end', () =>
        finish({
          ok: true,
          // `statusCode` is always set on an answer that a client received (node:http).
          status: incoming.statusCode ?? 0,
          text: new TextDecoder().decode(Buffer.concat(chunks)),
        }),
      );
      // An answer cut short closes without `end`.
      incoming.on('close', () => finish(failed('connection_reset')));
    });
    outgoing.end(request.body);
  });
}

function failed(failure: TransportFailure): TransportAnswer {
  return { ok: false, failure };
}
