// Step 1: one Authorization header, Bearer or DPoP, one space, one token; and no token anywhere else
// (protocol §10.1, RFC 6750 §2). Rows 1 and 2.

import type { Finding } from '../answer.ts';
import { headerValues, type GuardRequest } from '../request.ts';

export type Credentials = { readonly scheme: 'bearer' | 'dpop'; readonly token: string };

const maxHeaderLength = 8192;

export function readCredentials(request: GuardRequest): Credentials | Finding {
  // Anything but a path (a full URL, `*`) would make the address of the proof ambiguous.
  if (!request.url.startsWith('/')) return invalid('The request target must be a path');
  const query = request.url.indexOf('?');
  if (query !== -1 && new URLSearchParams(request.url.slice(query)).has('access_token'))
    return invalid('A token in the URL is not accepted');
  if (request.body?.has('access_token') === true) return invalid('A token in the body is not accepted');

  const [header, ...more] = headerValues(request, 'authorization');
  if (header === undefined) return { row: 'no-token', why: 'no token' };
  if (more.length > 0) return invalid('More than one Authorization header');
  if (header.length > maxHeaderLength) return invalid('The Authorization header is too long');
  const scheme = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/.exec(header)?.[0].toLowerCase();
  // Another scheme (Basic) is not ours to judge: to us there is no token.
  if (scheme !== 'bearer' && scheme !== 'dpop') return { row: 'no-token', why: 'no token of a known scheme' };
  const token = /^[^ ]+ ([A-Za-z0-9._~+/-]+=*)$/.exec(header)?.[1];
  if (token === undefined) return invalid('The Authorization header is malformed');
  return { scheme, token };
}

function invalid(why: string): Finding {
  return { row: 'invalid-request', why };
}
