// The Request and Response of the Fetch standard: Deno, Bun, workers, route handlers of Next.js. Its
// headers join what was sent twice with a comma; a token and a proof contain none, so two are refused.

import type { Guard, GuardRequest, Principal } from '../guard.ts';
import { findPrincipal, isForm, metadataHeaders, passOrRefuse, principalOf } from './passage.ts';

export { findPrincipal, principalOf } from './passage.ts';

const maxFormBytes = 64 * 1024;

/** Undefined: let in, and `principalOf(request)` says who. Otherwise the answer to send. */
export async function refusalOf(
  guard: Guard,
  request: Request,
  action?: string,
): Promise<Response | undefined> {
  return refusalFor(guard, request, action, request);
}

/** The same where another object stands for the request. */
export async function refusalFor(
  guard: Guard,
  request: Request,
  action: string | undefined,
  holder: object,
): Promise<Response | undefined> {
  const body = await readForm(request);
  if (body === 'too large') return new Response(null, { status: 413 });
  const { origin } = new URL(request.url);
  const asked: GuardRequest = {
    method: request.method,
    // The standard has normalised the path already; the service behind us sees the same.
    url: request.url.slice(origin.length).replace(/#.*$/, ''),
    headers: Object.fromEntries(request.headers),
    ...(body === undefined ? {} : { body }),
  };
  const refused = await passOrRefuse(guard, action, asked, holder);
  return refused === undefined
    ? undefined
    : new Response(refused.body, { status: refused.status, headers: refused.headers });
}

type Answering<P> = (request: Request, principal: P) => Response | Promise<Response>;
type Handler = (request: Request) => Promise<Response>;

/** For one action. */
export function protect(guard: Guard, action: string, handler: Answering<Principal>): Handler;
/** For whatever the catalogue's routes say; on public routes there is no principal. */
export function protect(guard: Guard, handler: Answering<Principal | undefined>): Handler;
export function protect(
  guard: Guard,
  ...rest: [string, Answering<Principal>] | [Answering<Principal | undefined>]
): Handler {
  return async (request) => {
    const refused = await refusalOf(guard, request, rest.length === 2 ? rest[0] : undefined);
    if (refused !== undefined) return refused;
    if (rest.length === 2) return rest[1](request, principalOf(request));
    return rest[0](request, findPrincipal(request));
  };
}

/** Serves the RFC 9728 document; for /.well-known/oauth-protected-resource. */
export function protectedResource(guard: Guard): () => Response {
  return () => new Response(JSON.stringify(guard.protectedResourceMetadata()), { headers: metadataHeaders });
}

// A copy, so that the service can still read its own; nothing, if somebody read it before us.
async function readForm(request: Request): Promise<URLSearchParams | 'too large' | undefined> {
  if (!isForm(request.headers.get('content-type') ?? undefined) || request.bodyUsed) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.clone().body ?? []) {
    length += chunk.length;
    if (length > maxFormBytes) return 'too large';
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
