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

type ServiceRoutes = {
  readonly public: readonly Route[];
  readonly actions: readonly CatalogueAction[];
  /** Routes of actions this guard does not understand: nobody may, and no broader route stands in for them. */
  readonly closed: readonly Route[];
};

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

// A service that ignores case, marks, trailing dots or an ending would take `/ho-so/MOI` or
// `/ho-so/moi.json` for its own `/ho-so/moi`, where we see `/ho-so/{code}` with a weaker rule. Two
// parameters that compete for one path have no agreed order among frameworks either.
function isReadDifferently(
  service: ServiceRoutes,
  method: string,
  path: string,
  found: CatalogueAction | 'public',
): boolean {
  const own = found === 'public' ? service.public : found.http;
  const isLiteral = own.some((route) => route.path === path && isOfMethod(route, method));
  return [
    ...service.public.map((route) => ({ route, owner: 'public' as const })),
    ...service.actions.flatMap((action) => action.http.map((route) => ({ route, owner: action }))),
    ...service.closed.map((route) => ({ route, owner: 'closed' as const })),
  ].some(
    ({ route, owner }) =>
      owner !== found && isRival(route, method, path) && !(isLiteral && route.path.includes('{')),
  );
}

function isRival(route: Route, method: string, path: string): boolean {
  if (!isOfMethod(route, method)) return false;
  const wanted = route.path.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => segment.startsWith('{') || isTakenFor(given[index] ?? '', segment))
  );
}

function isOfMethod(route: Route, method: string): boolean {
  return route.method === method || (method === 'HEAD' && route.method === 'GET');
}

// Rails and older Spring take an ending for the wanted format.
function isTakenFor(given: string, segment: string): boolean {
  const wanted = folded(segment);
  return folded(given) === wanted || folded(given.replace(/\.[^.]*$/, '')) === wanted;
}

// Upper case first, as Java compares: `ı` and `İ` are both `i` to it.
function folded(segment: string): string {
  return (decoded(segment) ?? segment)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .replace(/[. ]+$/, '');
}

function serviceRoutes(catalogue: GuardCatalogue, audience: string): ServiceRoutes {
  const known = routesOf.get(catalogue) ?? new Map<string, ServiceRoutes>();
  routesOf.set(catalogue, known);
  const routes = known.get(audience) ?? {
    public: catalogue.serviceById.get(audience)?.public ?? [],
    closed: catalogue.serviceById.get(audience)?.closed ?? [],
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
