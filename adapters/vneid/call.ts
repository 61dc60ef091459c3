// One HTTP exchange with the hub. node:https and not fetch, because only here can certificate checks be
// demanded whatever NODE_TLS_REJECT_UNAUTHORIZED says (contract section 1.3, point 1), and a connection
// be given less time than an answer. Redirects are never followed.

import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Refusal } from '../../errors.ts';
import { vneidFailure, type VneidEndpoint, type VneidFailure } from './failures.ts';

export type Limits = {
  readonly connectTimeoutMs: number;
  /** From the connection to the last byte. */
  readonly readTimeoutMs: number;
  readonly bodyLimitBytes: number;
};
export type Call = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export async function call(
  endpoint: VneidEndpoint,
  question: Call,
  limits: Limits,
): Promise<{ status: number; text: string }> {
  const deadline = AbortSignal.timeout(limits.connectTimeoutMs + limits.readTimeoutMs);
  try {
    const response = await answerTo(question, limits.connectTimeoutMs, deadline);
    return {
      status: response.statusCode ?? 0,
      text: await textOf(endpoint, response, limits.bodyLimitBytes),
    };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw vneidFailure(endpoint, deadline.aborted ? 'timeout' : networkWord(error));
  }
}

export function jsonOf(endpoint: VneidEndpoint, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw vneidFailure(endpoint, 'bad_json');
  }
}

function answerTo(question: Call, connectTimeoutMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const url = new URL(question.url);
    const options: RequestOptions & { rejectUnauthorized: true } = {
      method: question.method,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', ...question.headers },
      signal,
      // A connection of its own: a kept one may die while a code travels on it, and a code is never sent twice.
      agent: false,
      rejectUnauthorized: true,
    };
    const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
    const connecting = setTimeout(() => request.destroy(new ConnectTimeout()), connectTimeoutMs);
    request.on('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
    });
    request.on('close', () => clearTimeout(connecting));
    request.on('error', reject);
    request.on('response', resolve);
    request.end(question.body);
  });
}

async function textOf(
  endpoint: VneidEndpoint,
  response: IncomingMessage,
  limitBytes: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // Leaving the loop by an error destroys the response and with it the connection.
  for await (const chunk of response) {
    // No encoding is set on the stream, so it hands out buffers.
    const bytes = chunk as Buffer;
    sizeBytes += bytes.length;
    if (sizeBytes > limitBytes) throw vneidFailure(endpoint, 'too_large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

class ConnectTimeout extends Error {}

function networkWord(error: unknown): VneidFailure {
  if (error instanceof ConnectTimeout) return 'timeout';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|TLS|SSL|UNABLE_TO/.test(code) ? 'tls' : 'network';
}
