// Fastify, as preHandler: the body is parsed by then, so that a token in a form is seen.

import type { IncomingHttpHeaders } from 'node:http';
import type { Guard } from '../guard.ts';
import { formIn, metadataHeaders, passOrRefuse } from './passage.ts';

export { findPrincipal, principalOf } from './passage.ts';

/** The part of Fastify's request that is used; `principalOf(request)` says who came in. */
export type FastifyRequest = {
  readonly method: string;
  /** `url` may be rewritten by rewriteUrl; this is what came. */
  readonly originalUrl: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: { readonly rawHeaders: readonly string[] };
  readonly body?: unknown;
};
export type FastifyReply = {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
};

/** Without an action the catalogue's routes say which one it is; public routes pass. */
export function protect(
  guard: Guard,
  action?: string,
): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const { method, originalUrl: url, headers } = request;
    const form = formIn(headers['content-type'], request.body);
    const { rawHeaders } = request.raw;
    const asked = { method, url, headers, rawHeaders, ...(form === undefined ? {} : { body: form }) };
    const refused = await passOrRefuse(guard, action, asked, request);
    if (refused === undefined) return undefined;
    // A hook that answers returns the reply; Fastify then calls nothing more.
    return answer(reply, refused.status, refused.headers, refused.body);
  };
}

/** Serves the RFC 9728 document; for /.well-known/oauth-protected-resource. */
export function protectedResource(guard: Guard): (request: object, reply: FastifyReply) => Promise<unknown> {
  return async (_request, reply) =>
    answer(reply, 200, metadataHeaders, JSON.stringify(guard.protectedResourceMetadata()));
}

function answer(
  reply: FastifyReply,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): FastifyReply {
  reply.code(status);
  reply.headers({ ...headers });
  reply.send(body);
  return reply;
}
