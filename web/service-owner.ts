// How a service fares, for who answers for it.

import Router from '@koa/router';
import type { Site } from './site.ts';

export function serviceOwnerRoutes(_site: Site): Router {
  return new Router();
}
