// AuthZEN 1.0 (protocol design 13).

import Router from '@koa/router';
import type { Guard } from '../packages/guard/guard.ts';
import type { Site } from './site.ts';

export function evaluationRoutes(_site: Site, _guard: Guard): Router {
  return new Router();
}
