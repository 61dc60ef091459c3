// The request the proxy asks about. Each proxy has one documented set of headers; only those of the
// configured proxy are believed, each must be there exactly once, and nothing is guessed.

import type { GuardRequest } from '../request.ts';
import { isMethodOverride } from '../steps/method.ts';
import type { Proxy } from './config.ts';

export type Asked = { readonly method: string; readonly url: string; readonly rawHeaders: readonly string[] };

export type Original =
  | { readonly kind: 'request'; readonly request: GuardRequest }
  /** The proxy is not set up as docs/forward-auth.md says: its own fault, not the client's. */
  | { readonly kind: 'misconfigured'; readonly why: string }
  /** What the client sent cannot be passed on safely. */
  | { readonly kind: 'refused'; readonly why: string };

export const authPath = '/auth';
const maxUrlLength = 8192;

type HttpProxy = Exclude<Proxy, 'apache'>;

// Envoy repeats the request itself below a prefix: method and path are its own. APISIX puts the decoded
// path into X-Forwarded-Uri but sends the raw one to the service, so the raw one is asked for.
const namesOf: Readonly<
  Record<HttpProxy, { method: string; url: string; also: readonly string[] } | undefined>
> = {
  nginx: { method: 'x-original-method', url: 'x-original-uri', also: [] },
  traefik: { method: 'x-forwarded-method', url: 'x-forwarded-uri', also: ['x-forwarded-host'] },
  apisix: { method: 'x-forwarded-method', url: 'x-original-uri', also: ['x-forwarded-host'] },
  envoy: undefined,
};

export function originalOf(proxy: HttpProxy, asked: Asked): Original {
  const names = namesOf[proxy];
  if (names === undefined) {
    if (!asked.url.startsWith(`${authPath}/`))
      return { kind: 'misconfigured', why: `path_prefix must be ${authPath}` };
    return readOriginal(asked.method, asked.url.slice(authPath.length), asked.rawHeaders);
  }
  for (const name of [names.method, names.url, ...names.also]) {
    const { length } = valuesOf(asked.rawHeaders, name);
    if (length !== 1) return { kind: 'misconfigured', why: `${name} came ${length} times instead of once` };
  }
  const [method = ''] = valuesOf(asked.rawHeaders, names.method);
  const [url = ''] = valuesOf(asked.rawHeaders, names.url);
  return readOriginal(method, url, asked.rawHeaders);
}

/** Common to all proxies: what may be handed to the guard at all. */
export function readOriginal(method: string, url: string, rawHeaders: readonly string[]): Original {
  if (!/^[A-Z]{1,32}$/.test(method)) return { kind: 'refused', why: 'The request method is not accepted' };
  if (url.length > maxUrlLength) return { kind: 'refused', why: 'The request target is too long' };
  // A full URL or `*` has no one reading; raw bytes, spaces and `#` none that every server shares.
  if (!/^\/[\x21\x22\x24-\x7e]*$/.test(url))
    return { kind: 'refused', why: 'The request target must be a path' };
  const forged = rawHeaders.some(
    (name, index) => index % 2 === 0 && name.includes('_') && /^x-tn-/i.test(name.replaceAll('_', '-')),
  );
  // The proxy replaces X-TN-Sub but does not know X_TN_Sub, and to PHP, WSGI and CGI both are HTTP_X_TN_SUB.
  if (forged) return { kind: 'refused', why: 'A header with the name of ours is not accepted' };
  const kept = keptHeaders(rawHeaders);
  return { kind: 'request', request: { method, url, headers: {}, rawHeaders: kept } };
}

const wanted: readonly string[] = ['authorization', 'dpop', 'accept-language'];

// The guard sees what it judges and nothing else: no cookies, no personal data.
function keptHeaders(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => {
    const name = rawHeaders[index - (index % 2)] ?? '';
    return wanted.includes(name.toLowerCase()) || isMethodOverride(name);
  });
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
