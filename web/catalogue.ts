// The catalogue for people: /catalogue.

import Router from '@koa/router';
import type { Site } from './site.ts';

export function catalogueRoutes(_site: Site): Router {
  return new Router();
}
