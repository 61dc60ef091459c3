// One HTTP call to Zalo. node:http instead of fetch, because fetch cannot bound the time to
// connect apart from the time to read (contract §1: 3 s and 8 s). Redirects are never followed.

import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

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
  /** `stale`: it failed on a connection kept from an earlier call, which says nothing about Zalo. */
  | { readonly ok: false; readonly failure: TransportFailure; readonly stale: boolean };

// Kept shorter than servers keep theirs, so that few are found closed.
const KEPT = { keepAlive: true, maxFreeSockets: 16, timeout: 4_000, scheduling: 'lifo' } as const;
const agents = { http: new HttpAgent(KEPT), https: new HttpsAgent(KEPT) };

/**
 * Never rejects: every way a call can end is a word of the closed list. `kept`: may use a connection of an
 * earlier call, which spares each citizen a handshake; only for what may be asked twice.
 */
export function callZalo(
  request: ZaloRequest,
  limits: Limits,
  { kept = false }: { kept?: boolean } = {},
): Promise<TransportAnswer> {
  const url = new URL(request.url);
  const isTls = url.protocol === 'https:';
  return new Promise((resolve) => {
    // Otherwise a fresh connection per call: a stale one fails like an outage, and the code exchange
    // must not be repeated.
    const outgoing = (isTls ? httpsRequest : httpRequest)(url, {
      method: request.method,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', ...request.headers },
      agent: kept ? agents[isTls ? 'https' : 'http'] : false,
    });
    let isConnected = false;
    let timer = setTimeout(() => finish(failed('connect_timeout')), limits.connectTimeoutMs);
    const finish = (answer: TransportAnswer): void => {
      clearTimeout(timer);
      // A connection that has given its whole answer goes back to those kept.
      if (!answer.ok || !kept) outgoing.destroy();
      resolve(answer);
    };
    const failed = (failure: TransportFailure): TransportAnswer => ({
      ok: false,
      failure,
      stale: outgoing.reusedSocket,
    });
    const connected = (): void => {
      isConnected = true;
      clearTimeout(timer);
      timer = setTimeout(() => finish(failed('read_timeout')), limits.readTimeoutMs);
    };

    outgoing.on('socket', (socket) => {
      if (outgoing.reusedSocket) connected();
      else socket.once(isTls ? 'secureConnect' : 'connect', connected);
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
