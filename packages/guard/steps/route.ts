// Which action a request is for, by the routes of the catalogue (protocol §11). What is not listed is
// denied, and so is every path that the service behind us could read in another way than we do.

import type { CatalogueAction, Route } from '../../../policies/decide.ts';
import { findRoute } from '../../../policies/routes.ts';
import type { GuardCatalogue } from '../options.ts';

/** Undefined: deny. */
export type RouteResult =
  | { readonly kind: 'public' }
  | { readonly kind: 'action'; readonly action: string }
  | undefined;

type ServiceRoutes = { readonly public: readonly Route[]; readonly actions: readonly CatalogueAction[] };

const maxPathLength = 4096;
// RFC 3986 §3.3 without `;` (path parameters), without empty segments, escapes in capitals only.
const plainPath = /^(?:\/|(?:\/(?:[\w.~!$&'()*+,=:@-]|%[0-9A-F]{2})+)+)$/;
// Escapes that some server undoes before it splits the path, or undoes twice: / \ % ; ? #, controls;
// and those that need no escape at all (RFC 3986 §2.3), which make a second name for the same path.
const doubtful = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Co}/\\%;?#\w.~-]/u;

const routesOf = new WeakMap<GuardCatalogue, Map<string, ServiceRoutes>>();

/** `path` as received; a query is left out of the question. */
export function readRoute(
  catalogue: GuardCatalogue,
  audience: string,
  method: string,
  path: string,
): RouteResult {
  const bare = pathOf(path);
  if (!/^[A-Z]+$/.test(method) || !isUnambiguous(bare)) return undefined;
  const service = serviceRoutes(catalogue, audience);
  const found = findRoute(service, method, bare);
  if (found === undefined || isReadDifferently(service, method, bare, found)) return undefined;
  return found === 'public' ? { kind: 'public' } : { kind: 'action', action: found.action };
}

/** Whether every server reads this path in the same way. */
export function isUnambiguous(path: string): boolean {
  if (path.length > maxPathLength || !plainPath.test(path)) return false;
  for (const segment of path.split('/')) {
    if (segment === '.' || segment === '..') return false;
    for (const [escapes] of segment.matchAll(/(?:%[0-9A-F]{2})+/g)) {
      const text = decoded(escapes);
      if (text === undefined || doubtful.test(text)) return false;
    }
  }
  return true;
}

// A service that ignores case, trailing dots or the form of a letter would take `/ho-so/MOI` for its
// own `/ho-so/moi`, where we see `/ho-so/{code}` with a weaker rule. Two parameters that compete for
// one path have no agreed order among frameworks either.
function isReadDifferently(
  service: ServiceRoutes,
  method: string,
  path: string,
  found: CatalogueAction | 'public',
): boolean {
  const rivals = [
    ...service.public.map((route) => ({ route, owner: 'public' as const })),
    ...service.actions.flatMap((action) => action.http.map((route) => ({ route, owner: action }))),
  ].filter(({ route, owner }) => owner !== found && isRival(route, method, path));
  if (rivals.length === 0) return false;
  const isLiteral = (owner: CatalogueAction | 'public'): boolean =>
    (owner === 'public' ? service.public : owner.http).some(
      (route) => route.path === path && !route.path.includes('{'),
    );
  return !isLiteral(found) || rivals.some(({ route }) => !route.path.includes('{'));
}

function isRival(route: Route, method: string, path: string): boolean {
  if (route.method !== method && !(method === 'HEAD' && route.method === 'GET')) return false;
  const wanted = route.path.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every(
      (segment, index) => segment.startsWith('{') || folded(segment) === folded(given[index] ?? ''),
    )
  );
}

function folded(segment: string): string {
  return (decoded(segment) ?? segment)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[. ]+$/, '');
}

function serviceRoutes(catalogue: GuardCatalogue, audience: string): ServiceRoutes {
  const known = routesOf.get(catalogue) ?? new Map<string, ServiceRoutes>();
  routesOf.set(catalogue, known);
  const routes = known.get(audience) ?? {
    public: catalogue.serviceById.get(audience)?.public ?? [],
    actions: [...catalogue.actionByName.values()].filter(({ service }) => service === audience),
  };
  known.set(audience, routes);
  return routes;
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not UTF-8: overlong forms of `/` among them.
    return undefined;
  }
}
