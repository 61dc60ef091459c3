// Whether a request asks to be taken for another method than its own. Many frameworks obey (Laravel,
// Symfony, Rails, Express with method-override), and would do what we did not judge.

import type { GuardRequest } from '../request.ts';

const headers: readonly string[] = ['x-http-method-override', 'x-http-method', 'x-method-override'];

/** `X_HTTP_Method_Override` is the same name to PHP, WSGI and CGI. */
export function isMethodOverride(header: string): boolean {
  return headers.includes(header.toLowerCase().replaceAll('_', '-'));
}

export function overridesMethod({ headers: merged, rawHeaders, url, body }: GuardRequest): boolean {
  const names = rawHeaders?.filter((_, index) => index % 2 === 0) ?? Object.keys(merged);
  if (names.some(isMethodOverride)) return true;
  const query = url.indexOf('?');
  return (query !== -1 && hasField(url.slice(query + 1))) || (body !== undefined && hasField(body));
}

function hasField(form: string | URLSearchParams): boolean {
  // Rack before 3 also splits a query at `;`.
  const fields = typeof form === 'string' ? new URLSearchParams(form.replaceAll(';', '&')) : form;
  // What PHP makes of a name: leading spaces go, `.`, ` ` and `[` become `_`, a NUL ends it.
  return [...fields.keys()].some((name) => /^ *[_. [](?:method)(?:\0|$)/.test(name));
}
