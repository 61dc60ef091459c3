// Security events for services: stream management, poll, verification (protocol design 12).

import Router from '@koa/router';
import type { Guard } from '../packages/guard/guard.ts';
import type { Site } from './site.ts';

export function signalRoutes(_site: Site, _guard: Guard): Router {
  return new Router();
}
