// Two approvers look at a weaker catalogue.

import Router from '@koa/router';
import type { Site } from './site.ts';

export function catalogueApprovalRoutes(_site: Site): Router {
  return new Router();
}
