// Services hand in what their guards decided.

import Router from '@koa/router';
import type { Guard } from '../packages/guard/guard.ts';
import type { Site } from './site.ts';

export function decisionRoutes(_site: Site, _guard: Guard): Router {
  return new Router();
}
