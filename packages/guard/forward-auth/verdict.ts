// What the proxy is told: yes, with who the person is; or no, with the exact answer for the client.

import type { AuthorizeResult } from '../result.ts';
import type { Guard } from '../guard.ts';
import type { Original } from './original.ts';

export type Verdict =
  | { readonly ok: true; readonly identity: Identity }
  | {
      readonly ok: false;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly problem: object;
    };

/** Always every name, so that a value of the same name sent from outside is replaced and never kept. */
export type Identity = Readonly<Record<(typeof identityHeaders)[number], string>>;

export const identityHeaders = [
  'X-TN-Sub',
  'X-TN-Acr',
  'X-TN-Level',
  'X-TN-Scope',
  'X-TN-Client',
  'X-TN-Decision',
] as const;

export type Judge = (original: Original) => Promise<Verdict>;

export function createJudge(
  guard: Pick<Guard, 'authorize'>,
  issuer: string,
  notice: (event: string, facts?: Readonly<Record<string, string>>) => void,
): Judge {
  const unavailable = (): Verdict =>
    refusal(503, 'unavailable', 'Hệ thống đang bận, vui lòng thử lại sau ít phút', { 'Retry-After': '5' });
  const refusal = (
    status: number,
    type: string,
    title: string,
    headers: Readonly<Record<string, string>> = {},
    detail?: string,
  ): Verdict => ({
    ok: false,
    status,
    headers: { ...headers, 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' },
    problem: {
      type: `${issuer}/problems/${type}`,
      title,
      status,
      ...(detail === undefined ? {} : { detail }),
    },
  });

  return async (original) => {
    if (original.kind === 'misconfigured') {
      notice('misconfigured', { why: original.why });
      return refusal(500, 'unavailable', 'Hệ thống đang bận, vui lòng thử lại sau ít phút');
    }
    if (original.kind === 'refused')
      return refusal(400, 'invalid-request', 'Yêu cầu không hợp lệ', {}, original.why);
    let result: AuthorizeResult;
    try {
      result = await guard.authorize(original.request);
    } catch (error) {
      // The name only: a message may quote what was sent.
      notice('failed', { error: error instanceof Error ? error.name : 'unknown' });
      return unavailable();
    }
    if (!result.ok) return result;
    const identity = identityOf(result);
    if (Object.values(identity).every((value) => /^[\x20-\x7e]*$/.test(value))) return { ok: true, identity };
    notice('unprintable');
    return unavailable();
  };
}

function identityOf(result: AuthorizeResult & { readonly ok: true }): Identity {
  if ('public' in result) {
    const nobody = { 'X-TN-Sub': '', 'X-TN-Acr': '', 'X-TN-Level': '', 'X-TN-Scope': '', 'X-TN-Client': '' };
    // Not empty, so that a service can tell "public" from "the proxy forgot to ask".
    return { ...nobody, 'X-TN-Decision': 'public' };
  }
  const { principal, decision } = result;
  return {
    'X-TN-Sub': principal.sub,
    'X-TN-Acr': principal.acr ?? '',
    'X-TN-Level': String(principal.level),
    'X-TN-Scope': principal.scopes.join(' '),
    'X-TN-Client': principal.clientId,
    'X-TN-Decision': decision.decisionId,
  };
}
