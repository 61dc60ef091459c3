// Routes of a service: which action a request belongs to, and when two routes are one.

import type { CatalogueAction, Route } from './decide.ts';

export function isWrite(action: { readonly http: readonly Route[] }): boolean {
  return action.http.some(({ method }) => method !== 'GET' && method !== 'HEAD');
}

/** Equal for routes no request can tell apart: `/a/{id}` and `/a/{code}`, GET and HEAD. */
export function routeKey({ method, path }: Route): string {
  return `${method === 'HEAD' ? 'GET' : method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`;
}

/** What a path is about: everything before its first parameter. */
export function objectOf(path: string): string {
  return path.replace(/\/?\{.*$/, '').replace(/\/$/, '');
}

/** Undefined means deny: neither an action nor public. A literal segment wins over a parameter. */
export function findRoute(
  service: { readonly public: readonly Route[]; readonly actions: readonly CatalogueAction[] },
  method: string,
  path: string,
): CatalogueAction | 'public' | undefined {
  const candidates = [
    ...service.public.map((route) => ({ route, owner: 'public' as const })),
    ...service.actions.flatMap((action) => action.http.map((route) => ({ route, owner: action }))),
  ].filter(({ route }) => matches(route, method, path));
  const literal = candidates.find(({ route }) => !route.path.includes('{'));
  return (literal ?? candidates[0])?.owner;
}

function matches(route: Route, method: string, path: string): boolean {
  if (route.method !== (method === 'HEAD' ? 'GET' : method) && route.method !== method) return false;
  const wanted = route.path.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) =>
      segment.startsWith('{') ? given[index] !== '' : segment === given[index],
    )
  );
}
