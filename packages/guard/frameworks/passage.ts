// What every framework's adapter does: ask the guard, remember who came in, or have the refusal sent.

import type { Guard, GuardRequest, Principal, Problem } from '../guard.ts';

/** A refusal as any framework can send it. */
export type Refused = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly problem: Problem;
};

// By the framework's own object for the request: nobody can put a principal there but a check.
const principals = new WeakMap<object, Principal>();

/** Undefined: let in. Without an action the catalogue's routes say which one it is. */
export async function passOrRefuse(
  guard: Guard,
  action: string | undefined,
  request: GuardRequest,
  holder: object,
): Promise<Refused | undefined> {
  const result = await (action === undefined ? guard.authorize(request) : guard.check(request, action));
  if (!result.ok) {
    const { status, headers, problem } = result;
    return { status, headers, problem, body: JSON.stringify(problem) };
  }
  if (!('public' in result)) principals.set(holder, result.principal);
  return undefined;
}

/** Who was let in with this request; undefined on a route the catalogue calls public. */
export function findPrincipal(holder: object): Principal | undefined {
  return principals.get(holder);
}

/** Who was let in with this request. Throws where nobody was asked: a bug that must not become a nobody. */
export function principalOf(holder: object): Principal {
  const principal = principals.get(holder);
  if (principal === undefined) throw new Error('guard: this request was not checked, or its route is public');
  return principal;
}

/** A parsed form body, in which a token must not hide (RFC 6750 §2.2). Other bodies are not looked at. */
export function formIn(contentType: string | undefined, body: unknown): URLSearchParams | undefined {
  if (!isForm(contentType)) return undefined;
  if (body instanceof URLSearchParams) return body;
  if (typeof body === 'string') return new URLSearchParams(body);
  if (typeof body !== 'object' || body === null) return undefined;
  return new URLSearchParams(Object.keys(body).map((name) => [name, '']));
}

export function isForm(contentType: string | undefined): boolean {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/x-www-form-urlencoded';
}

export const metadataHeaders = {
  'Content-Type': 'application/json',
  'Cache-Control': 'public, max-age=300',
} as const;
