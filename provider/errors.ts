// Refusals in the protocol's words. The other table is web/errors.ts.

import { errors } from 'oidc-provider';
import type { RefusalKind } from '../errors.ts';
import { Refusal } from '../errors.ts';

const TABLE: Readonly<Record<RefusalKind, { status: number; error: string }>> = {
  invalid: { status: 400, error: 'invalid_request' },
  unauthenticated: { status: 401, error: 'invalid_client' },
  forbidden: { status: 403, error: 'access_denied' },
  missing: { status: 404, error: 'invalid_request' },
  conflict: { status: 409, error: 'invalid_request' },
  throttled: { status: 429, error: 'slow_down' },
  unavailable: { status: 503, error: 'temporarily_unavailable' },
};

export type OauthError = {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: object;
};

/** The answer to a refusal; undefined for anything else, which is a bug and goes to the last handler. */
export function oauthErrorOf(error: unknown): OauthError | undefined {
  if (!(error instanceof Refusal)) return undefined;
  const { status, error: word } = TABLE[error.kind];
  const wait = error.retryAfterSeconds ?? (status === 503 ? 2 : undefined);
  return {
    status,
    headers: { 'cache-control': 'no-store', ...(wait === undefined ? {} : { 'retry-after': String(wait) }) },
    body: { error: word },
  };
}

/** The interaction's cookie is missing or its time is over: another browser, another window, the back button. */
export const isSessionLost = (error: unknown): boolean => error instanceof errors.SessionNotFound;
