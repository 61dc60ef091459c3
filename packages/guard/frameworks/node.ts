// node:http. `protect` wraps a handler; a form body is read here, because a token could hide in it,
// and handed on.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Guard, Principal } from '../guard.ts';
import {
  findPrincipal,
  isForm,
  metadataHeaders,
  passOrRefuse,
  principalOf,
  type Refused,
} from './passage.ts';

export { findPrincipal, principalOf } from './passage.ts';

export type Visit<P> = {
  readonly principal: P;
  /** The form body, if there was one; it cannot be read from the request again. */
  readonly form: URLSearchParams | undefined;
};
export type Handler<P> = (
  request: IncomingMessage,
  response: ServerResponse,
  visit: Visit<P>,
) => void | Promise<void>;
type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const maxFormBytes = 64 * 1024;

/** For one action. */
export function protect(guard: Guard, action: string, handler: Handler<Principal>): Listener;
/** For whatever the catalogue's routes say; on public routes there is no principal. */
export function protect(guard: Guard, handler: Handler<Principal | undefined>): Listener;
export function protect(
  guard: Guard,
  ...rest: [string, Handler<Principal>] | [Handler<Principal | undefined>]
): Listener {
  return async (request, response) => {
    const form = isForm(request.headers['content-type']) ? await readForm(request) : undefined;
    if (form === 'too large') send(response, { status: 413, headers: { Connection: 'close' }, body: '' });
    if (form === 'too large' || form === 'broken off') return;
    const { method = '', url = '', headers, rawHeaders } = request;
    const asked = { method, url, headers, rawHeaders, ...(form === undefined ? {} : { body: form }) };
    const refused = await passOrRefuse(guard, rest.length === 2 ? rest[0] : undefined, asked, request);
    if (refused !== undefined) {
      send(response, refused);
      return;
    }
    if (rest.length === 2) await rest[1](request, response, { principal: principalOf(request), form });
    else await rest[0](request, response, { principal: findPrincipal(request), form });
  };
}

/** Serves the RFC 9728 document; for /.well-known/oauth-protected-resource. */
export function protectedResource(
  guard: Guard,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (_request, response) => {
    const body = JSON.stringify(guard.protectedResourceMetadata());
    send(response, { status: 200, headers: metadataHeaders, body });
  };
}

function send(response: ServerResponse, { status, headers, body }: Omit<Refused, 'problem'>): void {
  response.writeHead(status, headers);
  response.end(body);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | 'too large' | 'broken off'> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Without an encoding set a request yields Buffers.
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxFormBytes) return 'too large';
      chunks.push(chunk);
    }
  } catch {
    // The client went away; a promise that nobody awaits must not end the service for that.
    return 'broken off';
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
