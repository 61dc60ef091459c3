// Which routes a change opens and closes, and which rule a request falls under when the one that
// caught it is gone. GET answers HEAD as well, so the two are not one route here.

import type { CatalogueAction, Route } from '../policies/decide.ts';
import { routeKey } from '../policies/routes.ts';
import type { Catalogue, CatalogueService } from './catalogue.ts';
import { change, type Change } from './change.ts';

export const covers = (routes: readonly Route[], wanted: Route): boolean =>
  routes.some(
    (one) =>
      routeKey(one) === routeKey(wanted) &&
      (one.method === wanted.method || (one.method === 'GET' && wanted.method === 'HEAD')),
  );

export const changesOfRoutes = (
  where: string,
  before: readonly Route[],
  after: readonly Route[],
): Change[] => [
  ...after.filter((route) => !covers(before, route)).map((route) => change('weaker', where, `thêm đường ${show(route)}`)), // prettier-ignore
  ...before.filter((route) => !covers(after, route)).map((route) => change('stronger', where, `bỏ đường ${show(route)}`)), // prettier-ignore
];

/**
 * `/ho-so/moi` was an action's own and is given up: its requests now reach `/ho-so/{ma}` with that one's
 * rule, or no rule at all. Giving up a public route leads to more rules, never to fewer.
 */
export function changesOfShadows(before: Catalogue, after: Catalogue): Change[] {
  return before.services.flatMap((service) => {
    const left = after.serviceById.get(service.id);
    return left === undefined ? [] : service.actions.flatMap((action) => handedOver(action, left));
  });
}

function handedOver({ action, http }: CatalogueAction, left: CatalogueService): Change[] {
  const kept = left.actions.find((one) => one.action === action)?.http ?? [];
  const others = [
    ...left.public.map((route) => ({ route, owner: 'công khai' })),
    ...left.actions
      .filter((one) => one.action !== action)
      .flatMap((one) => one.http.map((route) => ({ route, owner: `thuộc việc ${one.action}` }))),
  ];
  return http
    .filter((route) => !covers(kept, route))
    .flatMap((gone) =>
      others
        .filter(({ route }) => route.path.includes('{') && overlap(route, gone))
        .map(({ route, owner }) =>
          change('weaker', action, `${show(gone)} nay theo ${show(route)} (${owner})`),
        ),
    );
}

/** Whether one request can be for both. */
function overlap(one: Route, other: Route): boolean {
  const readMethod = ({ method }: Route) => (method === 'HEAD' ? 'GET' : method);
  const [left, right] = [one.path.split('/'), other.path.split('/')];
  return (
    readMethod(one) === readMethod(other) &&
    left.length === right.length &&
    left.every((segment, index) => {
      const facing = right[index] ?? '';
      return segment === facing || segment.startsWith('{') || facing.startsWith('{');
    })
  );
}

export const show = ({ method, path }: Route): string => `${method} ${path}`;
